// Signals to a host's processes, and to nobody else's.
import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { describe, expect, it, vi } from 'vitest';
import { childrenOf, signalTree } from '../../../src/lab/embedded/process-tree.ts';

describe('signalTree', () => {
  it.each([0, -1])('signals nobody for %s, which means groups of processes to the kernel', (number) => {
    const kill = vi.spyOn(process, 'kill').mockReturnValue(true);
    signalTree(number, 'SIGSTOP');
    expect(kill).not.toHaveBeenCalled();
    kill.mockRestore();
  });

  it('reaches a process and what it started', async () => {
    const parent = spawn('sh', ['-c', 'sleep 60 & wait'], { stdio: 'ignore' });
    await expect.poll(() => childrenOf(parent.pid!)).toHaveLength(1);
    const [child = 0] = await childrenOf(parent.pid!);
    try {
      signalTree(parent.pid!, 'SIGSTOP');
      await expect.poll(() => Promise.all([parent.pid!, child].map(isStopped))).toEqual([true, true]);
      signalTree(parent.pid!, 'SIGCONT');
      await expect.poll(() => Promise.all([parent.pid!, child].map(isStopped))).toEqual([false, false]);
    } finally {
      process.kill(child, 'SIGKILL');
      parent.kill('SIGKILL');
    }
  });
});

async function isStopped(pid: number): Promise<boolean> {
  return / T /.test(await readFile(`/proc/${pid}/stat`, 'latin1'));
}
