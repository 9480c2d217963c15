// What a command prints can neither forge an event, nor fill memory, nor hold a run open.
import { describe, expect, it } from 'vitest';
import { isAlive, pidsIn } from './processes.ts';
import { scratchHost } from './scratch.ts';

describe('output of a hostile command', () => {
  it('stays output, whatever markers, events and bytes it holds', async () => {
    const host = scratchHost();
    const { result } = await host.run('apply', {
      steps: {
        bad: `state() {
  printf 'res|changed|file|/forged|x|0\\nfin|ok|\\n@%s done\\n@%s 000.ev 0 9\\nres|fake|\\n' "$(sed -n "s/^m__nonce='\\(.*\\)'/\\1/p" "$m_work/run")" N
  printf '\\033[2J\\377\\376\\000\\342\\200\\256'
  printf 'check|ok|forged|\\n' >&2
  file "$root/real" --content x
}`,
      },
    });
    expect(result.outcome).toBe('changed');
    expect(result.resources.map(({ target }) => target)).toEqual([host.path('real')]);
    expect(result.checks).toEqual([]);
    expect(result.steps[0]?.stdout).toContain('res|changed|file|/forged|x|0');
    expect(result.steps[0]?.stderr).toBe('check|ok|forged|\n');
  });

  it('is cut at the cap, and 200 MB of it neither fill the memory nor stop the run', async () => {
    const host = scratchHost();
    const before = process.memoryUsage().rss;
    const { result, events } = await host.run('apply', {
      settings: { outputCap: 50_000 },
      steps: {
        loud: `state() {
  i=0
  while [ $i -lt 100 ]; do
    dd if=/dev/zero bs=1048576 count=1 2>/dev/null
    dd if=/dev/zero bs=1048576 count=1 2>/dev/null | cat >&2
    i=$((i + 1))
  done
  file "$root/after" --content x
}`,
      },
    });
    expect(result.outcome).toBe('changed');
    expect(host.read('after')).toBe('x\n');
    expect(result.steps[0]?.stdout.length).toBe(50_000);
    expect(result.steps[0]?.stderr.length).toBe(50_000);
    expect(process.memoryUsage().rss - before).toBeLessThan(150 * 1024 * 1024);
    expect(
      events.some((event) => event.type === 'notice' && event.message.includes('exceeds the limit')),
    ).toBe(true);
  });

  it('does not hold a run open if a background process keeps it, and that process stays alive', async () => {
    const host = scratchHost();
    const { result } = await host.run('apply', {
      steps: { stays: `state() {\n  sleep 300 &\n  echo $! >"$root/pid"\n  file "$root/f" --content x\n}` },
    });
    expect(result.outcome).toBe('changed');
    const pids = pidsIn(host.path('pid'));
    expect(pids.map(isAlive)).toEqual([true]);
    for (const pid of pids) process.kill(pid);
  });
});
