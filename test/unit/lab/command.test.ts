// Running programs: every way to end is told apart.
import { describe, expect, it } from 'vitest';
import { lastLine, runCommand } from '../../../src/lab/command.ts';

const timeoutMs = 30_000;

describe('runCommand', () => {
  it('gives exit code and both outputs', async () => {
    const end = await runCommand('sh', ['-c', 'echo out; echo err >&2; exit 3'], { timeoutMs });
    expect(end).toEqual({ exitCode: 3, stdout: 'out\n', stderr: 'err\n' });
  });

  it('passes arguments on as they are', async () => {
    const end = await runCommand('printf', ['%s', "a 'b' $c"], { timeoutMs });
    expect(end.stdout).toBe("a 'b' $c");
  });

  it('shows whole lines of both outputs as they come', async () => {
    const lines: string[] = [];
    await runCommand('sh', ['-c', 'printf "o"; printf "ne\\ntwo\\n"; echo three >&2'], {
      timeoutMs,
      onLine: (line) => lines.push(line),
    });
    expect(lines.toSorted()).toEqual(['one', 'three', 'two']);
  });

  it.each([
    ['COMMAND_MISSING', 'no-such-program-here', []],
    ['COMMAND_KILLED', 'sh', ['-c', 'kill -9 $$']],
  ])('throws %s', async (code, file, args) => {
    await expect(runCommand(file, args, { timeoutMs })).rejects.toMatchObject({ code });
  });

  it('ends a program that takes too long', async () => {
    await expect(runCommand('sleep', ['60'], { timeoutMs: 20 })).rejects.toMatchObject({
      code: 'COMMAND_TIMEOUT',
    });
  });
});

describe('lastLine', () => {
  it.each([
    ['', ''],
    ['one\ntwo\n', 'two'],
    ['one\n  two  \n\n', 'two'],
  ])('of %j is %j', (text, line) => {
    expect(lastLine(text)).toBe(line);
  });
});
