// `muster init` and `muster new` as a beginner runs them: what they write is good as it is, and nothing is overwritten.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { main } from './controller.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'muster-start-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

function muster(...args: readonly string[]): { code: number | null; stdout: string; stderr: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...args], {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, NO_COLOR: '1' },
  });
  return { code: status, stdout, stderr };
}

const read = (path: string): string => readFileSync(join(folder, path), 'utf8');

describe('muster init', () => {
  it('makes a project that lint accepts, and prints the next three commands', () => {
    const { code, stdout, stderr } = muster(
      'init',
      '--host',
      'ns[1-2].example.net',
      '--user',
      'ops',
      '--become',
      'doas',
    );
    expect(code, stderr).toBe(0);
    const commands = stdout.split('\n').filter((line) => line.startsWith('  '));
    expect(commands).toEqual([
      '  muster lab up -n 1',
      '  muster apply first -i .muster/lab/inventory.yaml',
      '  muster test first',
    ]);
    expect(muster('lint', '--strict')).toMatchObject({ code: 0 });
    const { hosts } = JSON.parse(muster('inventory', '--json').stdout) as { hosts: { name: string }[] };
    expect(hosts.map(({ name }) => name)).toEqual(['ns1.example.net', 'ns2.example.net']);
    expect(read('inventory.yaml')).toContain('user: "ops"\n  become: doas\n');
    expect(read('.gitignore')).toContain('.muster/lab/\n');
  });

  it.each([
    ['inventory.yaml', 'inventory'],
    ['muster.config.yaml', 'config'],
    ['playbooks/first/playbook.yaml', 'playbook'],
  ])('%s points an editor to its schema', (file, kind) => {
    muster('init');
    const path = /\$schema=(\S+)/.exec(read(file))?.[1] ?? '';
    const schema = read(join(file, '..', path));
    expect(schema).toBe(muster('schema', kind).stdout);
  });

  it('leaves one line to edit if no host was named', () => {
    const { stdout } = muster('init', 'dns', '--playbook', 'bind');
    expect(stdout).toContain('  cd dns && muster lab up -n 1\n');
    expect(read('dns/inventory.yaml').match(/EDIT THIS LINE/g)).toHaveLength(1);
    expect(read('dns/playbooks/bind/playbook.yaml')).toContain('name: bind\n');
  });

  it('overwrites nothing, and lists what it kept', () => {
    writeFileSync(join(folder, 'inventory.yaml'), 'hosts: { mine: {} }\n');
    const { code, stdout } = muster('init');
    expect(code).toBe(0);
    expect(stdout).toContain('kept   inventory.yaml (it exists already)\n');
    expect(read('inventory.yaml')).toBe('hosts: { mine: {} }\n');
    expect(muster('init').stdout).not.toContain('wrote');
  });

  it.each([[['--host', 'a[1-']], [['--become', 'magic']], [['--playbook', 'No Good']]])(
    'refuses %j before it writes anything',
    (words) => {
      expect(muster('init', ...words).code).toBe(2);
      expect(existsSync(join(folder, 'inventory.yaml'))).toBe(false);
    },
  );
});

describe('muster new', () => {
  it('writes a playbook, a step and a resource that lint accepts', () => {
    muster('init');
    expect(muster('new', 'playbook', 'mail')).toMatchObject({ code: 0 });
    expect(muster('new', 'step', 'aliases', '--playbook', 'mail')).toMatchObject({ code: 0 });
    expect(muster('new', 'resource', 'alias_line', '--playbook', 'mail')).toMatchObject({ code: 0 });
    const step = join(folder, 'playbooks/mail/steps/02-aliases.sh');
    writeFileSync(
      step,
      readFileSync(step, 'utf8').replace('state() {\n', 'state() {\n  alias_line /etc/x --says hi\n'),
    );
    expect(muster('lint', '--strict').stdout).toMatch(/^nothing to complain about/);
    expect(read('playbooks/mail/playbook.yaml')).toMatch(
      /description: The line is in \/etc\/motd\n {2}- id: aliases\n {4}script: steps\/02-aliases\.sh\n$/,
    );
  });

  it('puts a step after the last one, and leaves comments and the rest unchanged', () => {
    mkdirSync(join(folder, 'playbooks/one'), { recursive: true });
    const head = 'name: one\nsteps:\n- id: a\n  script: steps/a.sh # why\n';
    const tail = '\n# waves\nstrategy:\n  waves: [1]\n';
    writeFileSync(join(folder, 'playbooks/one/playbook.yaml'), head + tail);
    expect(muster('new', 'step', 'b')).toMatchObject({ code: 0 });
    expect(read('playbooks/one/playbook.yaml')).toBe(`${head}- id: b\n  script: steps/01-b.sh\n${tail}`);
  });

  it('refuses a step that exists, and a list that it cannot extend', () => {
    muster('init');
    expect(muster('new', 'step', 'motd')).toMatchObject({ code: 2 });
    const flow = 'name: first\nsteps: [{ id: motd, script: steps/01-motd.sh }]\n';
    writeFileSync(join(folder, 'playbooks/first/playbook.yaml'), flow);
    const { code, stderr } = muster('new', 'step', 'other');
    expect(code).toBe(2);
    expect(stderr).toContain('- id: other\n');
    expect(read('playbooks/first/playbook.yaml')).toBe(flow);
    expect(existsSync(join(folder, 'playbooks/first/steps/02-other.sh'))).toBe(false);
  });

  it.each([
    [['new', 'stepp', 'x'], 'did you mean "step"?'],
    [['new', 'resource', 'm_x'], 'muster keeps m_ and muster_ for itself'],
    [['new', 'step', 'x'], 'muster new playbook NAME'],
  ])('reports what is wrong with %j', (words, hint) => {
    const { code, stderr } = muster(...words);
    expect(code).toBe(2);
    expect(stderr).toContain(hint);
  });

  it('overwrites no playbook', () => {
    muster('init');
    expect(muster('new', 'playbook', 'first')).toMatchObject({ code: 2 });
  });
});
