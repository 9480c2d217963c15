// `muster lint` as an operator runs it: the built program, in folders of its own.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const main = join(import.meta.dirname, '../../dist/cli/main.js');
const repository = join(import.meta.dirname, '../..');
const manifest = 'name: try\nvars: { cage: { type: path } }\nsteps: [{ id: one, script: steps/one.sh }]\n';
const step = 'state() {\n  directory "$cage"\n}\n\nverify() {\n  observe cage "$cage"\n}\n';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'muster-lint-'));
  write('playbooks/try/playbook.yaml', manifest);
  write('playbooks/try/steps/one.sh', step);
  write('inventories/all.yaml', 'hosts: { ns1.example.net: {} }\n');
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

function write(path: string, text: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
}

interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function lint(args: readonly string[] = [], options: { cwd?: string; path?: string } = {}): Ran {
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, 'lint', ...args], {
    cwd: options.cwd ?? folder,
    encoding: 'utf8',
    env: { ...process.env, ...(options.path === undefined ? {} : { PATH: options.path }) },
  });
  return { code: status, stdout, stderr };
}

describe('muster lint', () => {
  it('finds nothing in the playbooks and inventories of the repository', () => {
    const { code, stdout, stderr } = lint([], { cwd: repository });
    expect(code, stdout + stderr).toBe(0);
    expect(stdout).not.toContain('error[');
  });

  it('checks ./playbooks and ./inventories by default', () => {
    expect(lint()).toMatchObject({ code: 0, stdout: 'nothing to complain about in 3 files\n' });
    write('inventories/bad.yaml', 'hots: {}\n');
    write('playbooks/bad/playbook.yaml', 'name: 1\n');
    const { code, stdout } = lint();
    expect(code).toBe(2);
    expect(stdout).toMatch(/^inventories\/bad\.yaml:1:1: error\[CONFIG_UNKNOWN_KEY\]: /m);
    expect(stdout).toMatch(/^playbooks\/bad\/playbook\.yaml:1:7: error\[CONFIG_TYPE\]: /m);
  });

  it('checks the configured places', () => {
    write('elsewhere/other/playbook.yaml', manifest);
    write('elsewhere/other/steps/one.sh', step);
    write('muster.config.yaml', 'playbook_path: elsewhere\ninventory: hosts.yaml\n');
    write('hosts.yaml', 'hosts: { ns1: { vars: { cagee: /x } } }\n');
    const { code, stdout } = lint();
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^hosts\.yaml:1:32: warning\[INVENTORY_VAR_UNUSED\].*\n {4}hint: did you mean "cage"\?$/m,
    );
    expect(stdout).toContain('1 warning in 3 files\n');
  });

  it('shows everything at once, sorted, with hints and a summary', () => {
    write('playbooks/try/playbook.yaml', manifest.replace('name: try', 'nam: try'));
    write('playbooks/try/steps/one.sh', 'state() {\n  rm -f "$cagee"\n}\nverify() { sed -i s/a/b/ x; }\n');
    const { code, stdout } = lint(['playbooks/try']);
    expect(code).toBe(2);
    const places = [...stdout.matchAll(/^playbooks\/try\/(\S+:\d+:\d+): error\[([A-Z_]+)\]/gm)];
    expect(places.map(([, place, name]) => `${String(place)} ${String(name)}`)).toEqual([
      'playbook.yaml:1:1 CONFIG_MISSING',
      'playbook.yaml:1:1 CONFIG_UNKNOWN_KEY',
      'steps/one.sh:2:3 RAW_CHANGE',
      'steps/one.sh:2:10 VAR_UNKNOWN',
      'steps/one.sh:4:16 SH_GNUISM',
    ]);
    expect(stdout).toContain('    hint: did you mean "cage"?\n');
    expect(stdout).toMatch(/^5 errors.* in 2 files\n$/m);
  });

  it('accepts a playbook, its playbook.yaml, an inventory, or a folder of them', () => {
    for (const path of ['playbooks/try', 'playbooks/try/', 'playbooks/try/playbook.yaml', 'playbooks']) {
      expect(lint([path])).toMatchObject({ code: 0, stdout: 'nothing to complain about in 2 files\n' });
    }
    for (const path of ['inventories/all.yaml', 'inventories']) {
      expect(lint([path])).toMatchObject({ code: 0, stdout: 'nothing to complain about in 1 file\n' });
    }
  });

  it('reports a missing path together with the problems of the others', () => {
    write('playbooks/try/steps/one.sh', `${step}ls\n`);
    const { code, stdout } = lint(['inventories/nosuch.yaml', 'playbooks/try']);
    expect(code).toBe(2);
    expect(stdout).toContain('inventories/nosuch.yaml:1:1: error[FILE_MISSING]');
    expect(stdout).toContain('playbooks/try/steps/one.sh:8:1: error[SH_TOP_LEVEL]');
  });

  it('is a usage error if there is nothing to check', () => {
    const { code, stdout, stderr } = lint([], { cwd: join(folder, 'inventories') });
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('no playbook and no inventory');
  });

  it('fails for warnings only with --strict', () => {
    write('playbooks/try/steps/one.sh', 'state() {\n  directory "$cage"\n}\n');
    expect(lint()).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('1 warning in 3 files') as string,
    });
    expect(lint(['--strict']).code).toBe(2);
  });

  it('prints the same findings as JSON', () => {
    write('playbooks/try/steps/one.sh', `${step}ls\n`);
    const { code, stdout } = lint(['--json']);
    expect(code).toBe(2);
    expect(JSON.parse(stdout)).toMatchObject({
      findings: [
        {
          severity: 'error',
          code: 'SH_TOP_LEVEL',
          location: { file: 'playbooks/try/steps/one.sh', line: 8, column: 1 },
        },
      ],
      files: 3,
    });
  });

  it('asks sh about the grammar, and reports a line with a bashism once', () => {
    write('playbooks/try/steps/one.sh', `${step}inner() {\n  if true; done\n}\n`);
    expect(lint().stdout).toMatch(/steps\/one\.sh:9:1: error\[SH_SYNTAX\]: /);
    write('playbooks/try/steps/one.sh', `${step}inner() {\n  x=(1 2)\n}\n`);
    expect(lint().stdout).not.toContain('SH_SYNTAX');
  });

  it('reports once that shellcheck is missing, and continues', () => {
    mkdirSync(join(folder, 'bin'));
    symlinkSync('/bin/sh', join(folder, 'bin/sh'));
    const { code, stdout, stderr } = lint([], { path: join(folder, 'bin') });
    expect(code, stdout).toBe(0);
    expect(stderr).toBe('note: shellcheck is not installed: its checks were left out\n');
  });

  it('obeys allowances, also for findings of shellcheck', () => {
    const careless = step.replace('directory "$cage"', 'directory $cage');
    write('playbooks/try/steps/one.sh', careless);
    const said = lint().stdout;
    write(
      'playbooks/try/steps/one.sh',
      careless.replace('directory', '# muster-lint: allow SC2086 split it\n  directory'),
    );
    expect(lint().stdout).toBe('nothing to complain about in 3 files\n');
    // Where shellcheck is missing there is nothing to allow.
    if (lint().stderr === '') expect(said).toMatch(/one\.sh:2:13: warning\[SC2086\]: .*\n {4}hint: https:/);
  });

  it('escapes control characters of file names and texts', () => {
    write('inventories/all.yaml', 'hosts: {}\n"\\e[31m": 1\n');
    expect(lint().stdout).not.toContain('\u001b');
  });
});
