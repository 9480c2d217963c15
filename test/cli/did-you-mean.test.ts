// A slip of the fingers gets the word that was meant, wherever a name is typed.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { main } from './controller.ts';

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'muster-meant-'));
  mkdirSync(join(folder, 'books/mail/steps'), { recursive: true });
  const write = (path: string, text: string): void => {
    writeFileSync(join(folder, path), text);
  };
  write('muster.config.yaml', 'inventory: hosts.yaml\nplaybook_path: books\n');
  write('hosts.yaml', 'hosts: { alpha: {}, beta: {} }\ngroups: { front: { hosts: [alpha] } }\n');
  write('wrong.yaml', 'vars: { relayy: x }\nhosts: { alpha: {} }\n');
  write(
    'books/mail/playbook.yaml',
    'name: mail\nvars: { relay: { type: string } }\nsteps:\n  - { id: aliases, script: steps/a.sh, tags: [config] }\n',
  );
  write('books/mail/steps/a.sh', 'state() {\n  file /x --content "$relay"\n}\nverify() {\n  :\n}\n');
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

it.each([
  [['aply', 'mail'], 'apply'],
  [['plan', 'mail', '--limt', 'alpha'], '--limit'],
  [['lab', 'stauts'], 'status'],
  [['plan', 'mial'], 'mail'],
  [['plan', 'caged-bnd'], 'caged-bind'],
  [['plan', 'mail', '-l', 'alhpa'], 'alpha'],
  [['plan', 'mail', '-l', '@frotn'], '@front'],
  [['plan', 'mail', '--tags', 'cofnig'], 'config'],
  [['plan', 'mail', '--from', 'alaises'], 'aliases'],
  [['lint', 'wrong.yaml', 'books'], 'relay'],
  [['schema', 'inventroy'], 'inventory'],
  [['explain', 'SSH_REFUSD'], 'SSH_REFUSED'],
  [['completion', 'zhs'], 'zsh'],
  [['lab', 'up', '--backend', 'embeded'], 'embedded'],
  [['lab', 'up', '--release', '11.1'], '11.0'],
  [['test', 'mail', '--release', '6.99.61'], '6.99.16'],
  [['compare', 'mail', '--mask', 'adress'], 'address'],
  [['inventory', '--explain', 'alhpa'], 'alpha'],
  [['history', '--verb', 'aply'], 'apply'],
  [['show', 'newst'], 'newest'],
])('%j', (words, meant) => {
  const { stdout, stderr } = spawnSync(process.execPath, [main, ...words], { cwd: folder, encoding: 'utf8' });
  const hint = /did you mean ["']?([^"'?)]*)/i.exec(stdout + stderr)?.[1] ?? stdout + stderr;
  expect(hint.replace(/^books\//, '')).toBe(meant);
});
