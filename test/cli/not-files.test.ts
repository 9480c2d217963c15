// What is no file where muster wants one: it says so at once, and neither waits for a pipe nor reads what has no end.
import { execFileSync } from 'node:child_process';
import { rmSync, symlinkSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { clone, inventoryWith } from './cloned.ts';

const kinds: Readonly<Record<string, (path: string) => void>> = {
  pipe: (path) => execFileSync('mkfifo', [path]),
  device: (path) => {
    symlinkSync('/dev/zero', path);
  },
  'file without end': (path) => {
    execFileSync('touch', [path]);
    truncateSync(path, 1024 ** 4);
  },
};

/** The file that is none, how muster comes to read it, and what it ends with. */
const readers: readonly [string, string, readonly string[], number][] = [
  ['the inventory', 'x', ['plan', '-i', 'x', './playbooks/demo'], 2],
  ['the configuration', 'x', ['plan', '--config', 'x', './playbooks/demo'], 2],
  ['a configuration that is found', 'muster.config.yaml', ['ping', '-i', 'i.yaml'], 2],
  ['a package.json', 'package.json', ['ping', '-i', 'i.yaml'], 2],
  ['the playbook', 'playbooks/demo/playbook.yaml', ['plan', '-i', 'i.yaml', './playbooks/demo'], 2],
  ['a step', 'playbooks/demo/steps/a.sh', ['plan', '-i', 'i.yaml', './playbooks/demo'], 2],
  ['a secret', 'x', ['plan', '-i', 'secret.yaml', './playbooks/demo'], 2],
  ['a file of age', 'x', ['plan', '-i', 'age.yaml', './playbooks/demo'], 2],
  ['the identity of age', 'identity', ['plan', '-i', 'aged.yaml', './playbooks/demo'], 2],
  ['a file of a var', 'x', ['plan', '-i', 'files.yaml', './playbooks/demo'], 2],
  ['a private key', 'x', ['ping', '-i', 'key.yaml'], 4],
  ['known_hosts', 'x', ['ping', '-i', 'known.yaml'], 4],
  ['what is linted', 'x', ['lint', 'x'], 2],
];

const inventories = {
  'i.yaml': inventoryWith('word'),
  'secret.yaml': inventoryWith('{ from_file: x }'),
  'age.yaml': inventoryWith('{ from_age: x }'),
  'aged.yaml': inventoryWith('{ from_age: i.yaml }'),
  'files.yaml': `${inventoryWith('word')}  zones: x\n`,
  'key.yaml': inventoryWith('word').replace('agent:', 'identity_file: x, agent:'),
  'known.yaml': inventoryWith('word').replace('/dev/null', 'x'),
  identity: 'AGE-SECRET-KEY-1',
};

describe.each(Object.keys(kinds))('a %s', (kind) => {
  it.each(readers)('instead of %s (%s) is refused with a reason', async (_, name, args, code) => {
    const repository = clone(inventories);
    const path = join(repository.folder, name);
    rmSync(path, { force: true });
    kinds[kind]?.(path);
    const environment = { MUSTER_AGE_IDENTITY: join(repository.folder, 'identity') };
    const { stdout, stderr, ...ended } = await repository.muster(args, { environment });
    expect(ended.code).toBe(code);
    expect(`${stdout}${stderr}`).toMatch(
      /not a file|neither a file nor a directory|leads out of|larger than|more than \d+ bytes/,
    );
    expect(stderr).not.toContain('a bug');
    expect(`${stdout}${stderr}`).toContain(name.split('/').slice(0, 2).join('/'));
  });
});

describe('a report', () => {
  it('is not written into a pipe without a reader, and the loss is reported', async () => {
    const repository = clone(inventories);
    execFileSync('mkfifo', [join(repository.folder, 'r.md')]);
    const args = ['verify', '-i', 'i.yaml', './playbooks/demo', '--report', 'r.md'];
    const { code, stderr } = await repository.muster(args);
    expect(code).toBe(74);
    expect(stderr).toContain('the report r.md cannot be written: it is a pipe that no program reads');
  });
});
