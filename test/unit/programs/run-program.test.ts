// Running programs: every way to end is distinguished.
import { describe, expect, it } from 'vitest';
import { lastLine, runProgram, runProgramBytes } from '../../../src/programs/index.ts';

const timeoutMs = 30_000;

describe('runProgram', () => {
  it('gives exit code and both outputs', async () => {
    const end = await runProgram('sh', ['-c', 'echo out; echo err >&2; exit 3'], { timeoutMs });
    expect(end).toEqual({ exitCode: 3, stdout: 'out\n', stderr: 'err\n' });
  });

  it('passes arguments on unchanged', async () => {
    const end = await runProgram('printf', ['%s', "a 'b' $c"], { timeoutMs });
    expect(end.stdout).toBe("a 'b' $c");
  });

  it('shows complete lines of both outputs as they arrive', async () => {
    const lines: string[] = [];
    await runProgram('sh', ['-c', 'printf "o"; printf "ne\\ntwo\\n"; echo three >&2'], {
      timeoutMs,
      onLine: (line) => lines.push(line),
    });
    expect(lines.toSorted()).toEqual(['one', 'three', 'two']);
  });

  it.each([
    ['COMMAND_MISSING', 'no-such-program-here', []],
    ['COMMAND_KILLED', 'sh', ['-c', 'kill -9 $$']],
  ])('throws %s', async (code, file, args) => {
    await expect(runProgram(file, args, { timeoutMs })).rejects.toMatchObject({ code });
  });

  it('throws COMMAND_UNUSABLE for a file that is no program', async () => {
    await expect(runProgram('/etc/passwd', [], { timeoutMs })).rejects.toMatchObject({
      code: 'COMMAND_UNUSABLE',
    });
  });

  it('gives it an empty standard input', async () => {
    expect(await runProgram('cat', [], { timeoutMs })).toEqual({ exitCode: 0, stdout: '', stderr: '' });
  });

  it('gives it exactly the given environment', async () => {
    const environment = { PATH: process.env['PATH'], ONLY: 'this' };
    const { stdout } = await runProgram('sh', ['-c', 'echo "$ONLY,$HOME"'], { timeoutMs, environment });
    expect(stdout).toBe('this,\n');
  });

  it('returns bytes unchanged', async () => {
    const { stdout } = await runProgramBytes('printf', ['\\377\\0x'], { timeoutMs });
    expect([...stdout]).toEqual([0xff, 0, 0x78]);
  });

  it.each(['1', '2'])('ends a program that prints too much on %s', async (output) => {
    const endless = ['-c', `while :; do echo yes >&${output}; done`];
    await expect(runProgram('sh', endless, { timeoutMs, mostBytes: 10_000 })).rejects.toMatchObject({
      code: 'COMMAND_OUTPUT',
    });
  });

  it('does not wait for what a slow program has started', async () => {
    const run = runProgram('sh', ['-c', 'sleep 5 & wait'], { timeoutMs: 20 });
    const first = await Promise.race([
      run.then(String, (error: unknown) => (error as { code: string }).code),
      new Promise((resolve) => setTimeout(resolve, 4_000, 'still waiting')),
    ]);
    expect(first).toBe('COMMAND_TIMEOUT');
  });

  it('ends a program that exceeds its time', async () => {
    await expect(runProgram('sleep', ['60'], { timeoutMs: 20 })).rejects.toMatchObject({
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
