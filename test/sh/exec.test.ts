// exec on a host: where a command runs and what sh calls it, in every sh at hand; and that equal means equal to the byte.
import { homedir } from 'node:os';
import { describe, expect, it } from 'vitest';
import { foldByEquality } from '../../src/compare/index.ts';
import type { CommandResult } from '../../src/model/result.ts';
import { scratchHost } from './scratch.ts';

const privateName = /muster\.[A-Za-z0-9]{6}/;
const shells = ['/bin/dash', '/bin/busybox sh', '/bin/mksh'];

async function exec(command: string, shell = '/bin/dash', outputCap = 65_536): Promise<CommandResult> {
  const { result, events } = await scratchHost({ shell }).run('exec', { command, settings: { outputCap } });
  expect(JSON.stringify([result, events])).not.toMatch(privateName);
  if (result.command === undefined) throw new Error(`no command result: ${result.reason}`);
  return result.command;
}

describe.each(shells)('a command in %s', (shell) => {
  it.each([
    ['that is not there', 'no-such-command', 127],
    ['whose directory is not there', 'cd /nonexistent', 2],
    ['with a syntax error', 'if true; then', shell.endsWith('mksh') ? 1 : 2],
    ['whose second line is not there', 'true\nno-such-command', 127],
  ])('%s is called sh in the message, without private names', async (_, command, status) => {
    const first = await exec(command, shell);
    expect(first).toMatchObject({ status, stdout: '' });
    expect(first.stderr).toMatch(/^(E: )?sh[:[]/);
    // What one host says is what the next one says.
    expect(await exec(command, shell)).toEqual(first);
  });

  it('sees itself as sh, without arguments, in the home directory, and nothing of the run', async () => {
    const { stdout } = await exec(
      'echo "$0 $#"; pwd; echo "${OLDPWD-none}"; env | grep -c /tmp/muster',
      shell,
    );
    expect(stdout).toBe(`sh 0\n${homedir()}\nnone\n0\n`);
  });

  it('keeps its own line numbers', async () => {
    const { stderr } = await exec('true\n\nno-such-command\ntrue', shell);
    expect(stderr).toMatch(/^(E: )?sh(: 3:|\[3\]:|: line 3:) no-such-command/);
  });
});

describe('a command', () => {
  it('that finds a file of its run does not reveal the run by its name', async () => {
    const { stdout } = await exec('readlink /proc/$$/fd/1; readlink /proc/$$/fd/1 | cut -d/ -f3');
    expect(stdout).toBe('(run directory)/log/001.out\n(run directory)\n');
  });

  it('equals another one only if all bytes are equal', async () => {
    const commands = [
      'printf a',
      'printf "a\\n"',
      'printf "a\\r\\n"',
      'printf "a \\n"',
      'printf "\\357\\273\\277a\\n"',
      'printf "\\377\\n"',
      'printf "\\376\\n"',
      'printf "\\357\\277\\275\\n"',
      'printf "a\\n" >&2',
      'printf "a\\n"; exit 1',
    ];
    const answers = await Promise.all(commands.flatMap((command) => [exec(command), exec(command)]));
    const folds = foldByEquality(answers.map((value, index) => ({ host: `h${String(index)}`, value })));
    expect(folds.map(({ hosts }) => hosts)).toEqual(
      commands.map((_, index) => [`h${String(2 * index)}`, `h${String(2 * index + 1)}`]),
    );
  });

  it('with output over the cap says so, for that stream only', async () => {
    const long = await exec('printf 0123456789; echo x >&2', '/bin/dash', 5);
    expect(long).toEqual({ status: 0, stdout: '01234', stderr: 'x\n', cut: ['stdout'] });
    expect(await exec('printf 01234', '/bin/dash', 5)).toEqual({ status: 0, stdout: '01234', stderr: '' });
  });
});

describe('a step', () => {
  it('has no private name in any message of its shell', async () => {
    const { result, events } = await scratchHost().run('verify', {
      steps: {
        says: `state() { no-such-command || :; echo "$0 $PWD"; ls "$m_work/no-such-file" || fail "no $m_work/x"; }
verify() { :; }`,
        sees: `state() { :; }
verify() { observe where "$PWD"; expect_equal "at $PWD" a "$m_work"; notice "it is $m_work"; }`,
      },
    });
    expect(JSON.stringify([result, [...result.observations], events])).not.toMatch(privateName);
    expect(result.steps[0]).toMatchObject({ outcome: 'failed', reason: 'no (run directory)/x' });
    expect(result.steps[0]?.stderr).toMatch(/^sh: \d+: no-such-command: not found\n/);
    expect(result.checks).toMatchObject([
      { name: 'at (run directory)', message: 'wanted a, got (run directory)' },
    ]);
    expect(result.observations.get('where')).toBe('(run directory)');
  });
});
