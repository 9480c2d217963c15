// Habits of a command line: a pager on a terminal, -n, --quiet, and muster alone.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { main } from './controller.ts';

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'muster-habits-'));
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

function muster(...args: readonly string[]): { code: number | null; stdout: string; stderr: string } {
  const options = { cwd: folder, encoding: 'utf8' } as const;
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...args], options);
  return { code: status, stdout, stderr };
}

const hasScript = spawnSync('script', ['--version']).error === undefined;

/** What a terminal of 24 lines shows of `muster ARGS`. */
function onTerminal(args: string, pager: string): string {
  const line = `stty rows 24 cols 100; ${process.execPath} ${main} ${args}`;
  const { stdout } = spawnSync('script', ['-qec', line, '/dev/null'], {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, MUSTER_PAGER: pager, TERM: 'xterm', SHELL: '/bin/sh' },
    input: '',
  });
  return stdout.replaceAll('\r', '');
}

describe.skipIf(!hasScript)('the pager', () => {
  it('shows output that is longer than the terminal', () => {
    expect(onTerminal('explain', 'sed s/^/paged:/')).toMatch(/^paged:BASELINE .*\n(?:paged:.*\n)+$/);
  });

  it('is not used for short output, with --no-pager in both places, or if it is cat', () => {
    for (const [args, pager] of [
      ['explain TRUST', 'sed s/^/paged:/'],
      ['explain --no-pager', 'sed s/^/paged:/'],
      ['--no-pager explain', 'sed s/^/paged:/'],
      ['explain', 'cat'],
    ] as const) {
      const said = onTerminal(args, pager);
      expect(said).toContain('TRUST');
      expect(said).not.toContain('paged:');
    }
  });

  it('may be missing', () => {
    expect(onTerminal('explain', '/nosuch/pager')).toContain('\nTRUST ');
  });

  it('is not used without a terminal', () => {
    expect(muster('explain').stdout).toMatch(/^BASELINE /);
  });

  it('an error on a terminal names its code', () => {
    expect(onTerminal('plan nowhere', 'cat')).toContain('more: muster explain INVENTORY_MISSING\n');
  });
});

describe('muster alone', () => {
  it('prints the help if there is no configuration', () => {
    expect(muster()).toMatchObject({ code: 2, stderr: expect.stringContaining('Usage: muster') as string });
  });

  it('says what can be done if there is one', () => {
    expect(muster('init', '--host', 'a,b').code).toBe(0);
    const { code, stdout } = muster();
    expect(code).toBe(0);
    expect(stdout).toContain(
      'inventory      inventory.yaml (2 hosts)\nplaybooks      first\nwith muster    caged-bind, sshd-hardening\n',
    );
    expect(stdout).toContain('  muster plan first');
  });
});

describe('a bare playbook name', () => {
  const own = 'playbook caged-bind, installed with muster: playbooks has none of this name';
  const planned = (name: string): string => muster('plan', name, '-q').stderr;

  it('means an installed playbook if there is none of this name here, and a line says so', () => {
    expect(planned('caged-bind')).toContain(own);
    expect(planned('first')).not.toContain('installed with muster');
    expect(planned('./caged-bind')).toContain('there is no ./caged-bind');
    expect(planned('..')).not.toContain('installed with muster');
  });

  it('means the playbook here first', () => {
    expect(muster('new', 'playbook', 'caged-bind').code).toBe(0);
    expect(planned('caged-bind')).toContain('playbook playbooks/caged-bind, by playbook_path');
    rmSync(join(folder, 'playbooks/caged-bind'), { recursive: true });
  });

  it('lists all playbooks if no name is near', () => {
    expect(planned('nosuchthing')).toContain(
      'there is no playbook nosuchthing\n    hint: playbooks that a name finds here: first, caged-bind, sshd-hardening',
    );
  });

  it('cannot add a step to an installed playbook', () => {
    const { code, stderr } = muster('new', 'step', 'x', '--playbook', 'caged-bind');
    expect({ code, stderr }).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('there is no playbook caged-bind') as string,
    });
  });
});

describe('options', () => {
  it('apply -n is a plan: it needs no yes', () => {
    const { stderr } = muster('apply', '-n', 'first', '-i', 'nosuch.yaml');
    expect(stderr).toContain('there is no nosuch.yaml');
    expect(muster('apply', 'first').stderr).toContain('there is no terminal to ask for your yes');
  });

  it('--quiet leaves progress out', () => {
    const inventory = join(folder, 'local.yaml');
    spawnSync('sh', [
      '-c',
      `echo 'hosts: { a: { address: 127.0.0.1, connection: { port: 1 } } }' >${inventory}`,
    ]);
    const { stderr, stdout } = muster('ping', '-q', '-i', inventory);
    expect(stdout).toContain('unreachable');
    expect(stderr).not.toContain('a |');
    expect(muster('ping', '-i', inventory).stderr).toContain('a |');
  });
});
