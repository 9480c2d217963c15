import { describe, expect, it } from 'vitest';
import { lint } from '../../../src/actions/lint.ts';
import type { LintDeps } from '../../../src/actions/lint.ts';
import type { ShellcheckComment } from '../../../src/lint/index.ts';
import { UsageError } from '../../../src/model/errors.ts';
import { treeOf } from '../lint/lint-of.ts';

const good = { 'steps/one.sh': 'state() { observe x "$cage"; }\nverify() { :; }\n' };

/** Ports of a machine without shellcheck, whose sh says this about every file. */
function ports(said: string | undefined, more: Partial<LintDeps> = {}): LintDeps {
  return {
    readPlaybook: () => Promise.resolve(treeOf(good)),
    readInventory: (file) => Promise.resolve({ file, text: 'hosts: { ns1: {} }\n' }),
    checkSyntax: () => Promise.resolve(said),
    shellcheck: () => Promise.resolve(undefined),
    ...more,
  };
}

const playbook = { playbooks: ['pb'], inventories: [] };
const comment: ShellcheckComment = {
  file: 'pb/steps/one.sh',
  line: 1,
  column: 2,
  level: 'info',
  code: 2086,
  message: 'Double quote it.',
};

describe('what the shells say', () => {
  it.each([
    ['dash', 'pb/steps/one.sh: 3: Syntax error: ")" unexpected\n', 'Syntax error: ")" unexpected'],
    ['dash in a folder with a number', 'pb/steps/one.sh: 3: x\n', 'x'],
    ['bash', "pb/steps/one.sh: line 3: syntax error near `)'\n", "syntax error near `)'"],
    ['ksh', 'pb/steps/one.sh[3]: syntax error\n', 'syntax error'],
    ['dash, called by its path', 'sh: pb/steps/one.sh: 3: x\n', 'x'],
  ])('becomes a finding at its line: %s', async (_, said, message) => {
    const { findings } = await lint(playbook, ports(said));
    expect(findings).toEqual([
      {
        severity: 'error',
        code: 'SH_SYNTAX',
        message,
        location: { file: 'pb/steps/one.sh', line: 3, column: 1 },
      },
    ]);
  });

  it.each([
    ['error', 'error'],
    ['warning', 'warning'],
    ['info', 'warning'],
  ])('shellcheck’s %s is a %s', async (level, severity) => {
    const deps = ports('', { shellcheck: () => Promise.resolve([{ ...comment, level }]) });
    const { findings, notes } = await lint(playbook, deps);
    expect(findings).toMatchObject([{ severity, code: 'SC2086', location: { line: 1, column: 2 } }]);
    expect(notes).toEqual([]);
  });

  it('comes from one shellcheck for all files, without names of the runtime', async () => {
    const asked: (readonly string[])[] = [];
    const deps = ports('', {
      shellcheck: (files, excluded) => {
        asked.push(files, excluded);
        return Promise.resolve([]);
      },
    });
    await lint(playbook, deps);
    expect(asked).toHaveLength(2);
    expect(asked[0]).toEqual(['pb/steps/one.sh']);
    expect(asked[1]).toEqual(expect.arrayContaining(['SC2154', 'SC2034', 'SC3043']));
  });

  it('does not repeat what a rule reports for the line', async () => {
    const bashism = { 'steps/one.sh': 'state() { [[ $cage ]]; }\nverify() { :; }\n' };
    const deps = ports('pb/steps/one.sh: 1: Syntax error\n', {
      readPlaybook: () => Promise.resolve(treeOf(bashism)),
      shellcheck: () => Promise.resolve([{ ...comment, code: 3010 }, comment]),
    });
    const { findings } = await lint(playbook, deps);
    expect(findings.map(({ code }) => code)).toEqual(['SC2086', 'SH_BASHISM']);
  });

  it('is reported once if a program is missing', async () => {
    const { findings, notes } = await lint(playbook, ports(undefined));
    expect(findings).toEqual([]);
    expect(notes).toHaveLength(2);
  });

  it('is not asked for if there are no scripts', async () => {
    const { notes, files } = await lint({ playbooks: [], inventories: ['inv.yaml'] }, ports(undefined));
    expect({ notes, files }).toEqual({ notes: [], files: 1 });
  });
});

describe('a target that cannot be read', () => {
  it('is a finding together with those of the others', async () => {
    const deps = ports('', {
      readInventory: (file) =>
        Promise.reject(new UsageError('FILE_MISSING', `there is no ${file}`, { hint: 'h' })),
      readPlaybook: () => Promise.resolve(treeOf({ 'steps/one.sh': 'verify() { observe x "$cage"; }\n' })),
    });
    const { findings } = await lint({ playbooks: ['pb'], inventories: ['a.yaml'] }, deps);
    expect(findings).toMatchObject([
      { code: 'FILE_MISSING', location: { file: 'a.yaml', line: 1, column: 1 }, hint: 'h' },
      { code: 'STEP_NO_STATE' },
    ]);
  });

  it('does not hide a bug of ours', async () => {
    const deps = ports('', { readPlaybook: () => Promise.reject(new TypeError('bug')) });
    await expect(lint(playbook, deps)).rejects.toThrow(TypeError);
  });
});
