// What `muster __complete` offers, and the scripts in real shells, as a person types.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { main } from './controller.ts';

let folder: string;
let environment: NodeJS.ProcessEnv;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'muster-complete-'));
  const write = (path: string, text: string): void => {
    mkdirSync(join(folder, path, '..'), { recursive: true });
    writeFileSync(join(folder, path), text);
  };
  write('muster.config.yaml', 'inventory: hosts.yaml\nplaybook_path: books\n');
  write('hosts.yaml', 'hosts: { ns1: {}, ns2: {}, mail: {} }\ngroups: { auth: { hosts: [ns1, ns2] } }\n');
  write(
    'books/caged/playbook.yaml',
    'name: caged\nsteps:\n  - { id: cage, script: steps/a.sh, tags: [first] }\n  - { id: open, script: steps/a.sh, tags: [second] }\n',
  );
  write('books/caged/steps/a.sh', 'state() {\n  :\n}\n');
  write('books/$(touch oops)/playbook.yaml', 'name: oops\n');
  // The word that is typed is the one that is run.
  write('bin/run', `#!/bin/sh\nexec ${process.execPath} ${main} "$@"\n`);
  execFileSync('chmod', ['755', join(folder, 'bin/run')]);
  symlinkSync('run', join(folder, 'bin/muster'));
  environment = {
    ...process.env,
    PATH: `${join(folder, 'bin')}:${process.env['PATH'] ?? ''}`,
    HOME: folder,
    XDG_STATE_HOME: join(folder, 'state'),
  };
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

function run(file: string, args: readonly string[]): string {
  const { stdout, stderr } = spawnSync(file, args, { cwd: folder, env: environment, encoding: 'utf8' });
  expect(stderr).toBe('');
  return stdout;
}

const offered = (...words: readonly string[]): string[] =>
  run(process.execPath, [main, '__complete', '--', ...words])
    .split('\n')
    .filter((line) => line !== '');

describe('muster __complete', () => {
  it.each([
    [['ver'], ['verify']],
    [
      ['lab', 's'],
      ['status', 'ssh'],
    ],
    [
      ['plan', 'ca'],
      ['caged', 'caged-bind'],
    ],
    [['plan', 'books/'], ['books/caged']],
    [
      ['plan', 'caged', '--limit', 'ns'],
      ['ns1', 'ns2'],
    ],
    [
      ['plan', 'caged', '-l', 'mail,@'],
      ['mail,@all', 'mail,@auth'],
    ],
    [
      ['plan', 'caged', '--tags', ''],
      ['first', 'second'],
    ],
    [['apply', 'caged', '--from', 'o'], ['open']],
    [['verify', 'caged', '--skip'], ['--skip-tags']],
    [['explain', 'SSH_HOST_KEY_R'], ['SSH_HOST_KEY_REVOKED']],
    [['show', 'new'], ['newest']],
    [['completion', 'z'], ['zsh']],
    [['plan', 'caged', '--out', ''], []],
    [['nonsense', 'x'], []],
  ])('%j', (words, wanted) => {
    expect(offered(...words)).toEqual(wanted);
  });

  it('offers masks, also behind a comma, and baselines where one is meant', () => {
    expect(offered('compare', '--mask', 'ti')).toEqual(['time']);
    expect(offered('compare', '--mask', 'pid,se')).toEqual(['pid,serial']);
    const kept = join(folder, 'state/muster/history/baselines');
    mkdirSync(kept, { recursive: true, mode: 0o700 });
    for (const name of ['before-move', 'golden']) writeFileSync(join(kept, `${name}.ndjson.gz`), '');
    for (const words of [
      ['compare', '--baseline'],
      ['baseline', 'show'],
      ['baseline', 'drop'],
    ])
      expect(offered(...words, ''), words.join(' ')).toEqual(['before-move', 'golden']);
    expect(offered('baseline', 'save', '')).toEqual([]);
  });

  it('offers nothing that a shell would run, and prints nothing if a file is broken', () => {
    expect(offered('plan', '')).toEqual(['caged', 'caged-bind', 'sshd-hardening']);
    writeFileSync(join(folder, 'broken.yaml'), 'hosts: [');
    expect(offered('ping', '-i', 'broken.yaml', '-l', '')).toEqual([]);
  });
});

const has = (shell: string): boolean => spawnSync(shell, ['-c', 'true']).error === undefined;

describe('completion scripts', () => {
  it.skipIf(!has('bash')).each([
    ['muster ver', 'verify'],
    ['muster plan caged -l @', 'all auth'],
    ['muster plan caged -l ns', 'ns1 ns2'],
    ['muster plan caged --tags ', 'first second'],
  ])('bash: %s', (line, wanted) => {
    const script = `eval "$(muster completion bash)"
      COMP_LINE=$1 COMP_POINT=\${#1}; _muster; printf '%s' "\${COMPREPLY[*]}"`;
    expect(run('bash', ['--norc', '-c', script, 'bash', line])).toBe(wanted);
  });

  it.skipIf(!has('zsh')).each([
    ['muster ver', 'verify'],
    ['muster plan caged -l ns', 'ns1 ns2'],
  ])('zsh: %s', (line, wanted) => {
    // compadd works inside of the line editor alone; what it is given is what is offered.
    const script = `compdef() { }; compadd() { print -rn -- "\${found[*]}" }
      source <(muster completion zsh)
      words=(\${(z)1}); CURRENT=\${#words}; _muster`;
    expect(run('zsh', ['-f', '-c', script, 'zsh', line])).toBe(wanted);
  });

  it.skipIf(!has('fish')).each([
    ['muster ver', ['verify']],
    ['muster plan caged -l ns', ['ns1', 'ns2']],
  ])('fish: %s', (line, wanted) => {
    const script = `muster completion fish | source; complete -C "${line}"`;
    const words = run('fish', ['--no-config', '-c', script])
      .split('\n')
      .map((each) => each.split('\t')[0]);
    expect(words.filter((word) => word !== '')).toEqual(wanted);
  });

  it('are for three shells', () => {
    const { status, stderr } = spawnSync(process.execPath, [main, 'completion', 'bsh'], { encoding: 'utf8' });
    expect({ status, stderr }).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('bash') as string,
    });
  });
});
