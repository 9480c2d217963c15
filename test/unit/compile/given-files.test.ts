// Vars of type files: read once, all that is wrong at once and at its place, nothing unsafe on its way to a host.
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { collectGivenFiles } from '../../../src/compile/given-files.ts';
import { resolveFleetVars } from '../../../src/compile/host-vars.ts';
import { readGivenFiles as readFiles, readInventory, readPlaybookTree } from '../../../src/sources/index.ts';
import type { VarValue } from '../../../src/document/index.ts';
import { UsageError } from '../../../src/model/errors.ts';
import { parseInventory } from '../../../src/inventory/index.ts';
import type { ResolvedVar } from '../../../src/playbook/index.ts';
import { parsePlaybook } from '../../../src/playbook/index.ts';
import { playbookWithVars } from '../playbook/tree.ts';

const bytes = new TextEncoder().encode('x');
const from = { file: 'fleet/dns.yaml', line: 4, column: 15 };

/** A disk: path to the names that it stands for. */
function disk(
  names: Readonly<Record<string, readonly string[]>>,
): Parameters<typeof collectGivenFiles>[2] & { readonly asked: string[] } {
  const asked: string[] = [];
  const read = (path: string, file: string): Promise<ReadonlyMap<string, Uint8Array>> => {
    asked.push(`${path} from ${file}`);
    const found = names[path];
    return found === undefined
      ? Promise.reject(new UsageError('FILE_MISSING', `there is no fleet/${path}`, { hint: 'look again' }))
      : Promise.resolve(new Map(found.map((name) => [name, bytes])));
  };
  return Object.assign(read, { asked });
}

function fleet(values: Readonly<Record<string, VarValue>>): Map<string, ReadonlyMap<string, ResolvedVar>> {
  return new Map(
    Object.entries(values).map(([host, value]) => [
      host,
      new Map([['zone_files', { value, secret: false, from }]]),
    ]),
  );
}

const playbook = playbookWithVars('{zone_files: {type: files}}');

describe('the example with three roles', () => {
  it('gives its primary a file for each zone, and no other host any', async () => {
    const root = join(import.meta.dirname, '../../..');
    const inventory = parseInventory(await readInventory(join(root, 'inventories/roles.yaml')));
    const cagedBind = parsePlaybook(await readPlaybookTree(join(root, 'playbooks/caged-bind')));
    const varsByHost = resolveFleetVars(cagedBind, [...inventory.hosts.values()]);
    const found = await collectGivenFiles(cagedBind, varsByHost, readFiles);
    const zones = varsByHost.get('ns1')?.get('zones')?.value;
    expect(zones).toEqual(['example.net', '2.0.192.in-addr.arpa']);
    expect([...(found.byHost.get('ns1')?.get('zone_files')?.keys() ?? [])]).toEqual([
      '2.0.192.in-addr.arpa',
      'example.net',
      'include/mail',
    ]);
    for (const name of ['ns2', 'ns3', 'cache1', 'cache2']) {
      expect(found.byHost.get(name)?.get('zone_files')?.size).toBe(0);
    }
  });
});

describe('collectGivenFiles', () => {
  it('takes a path or a list of paths, relative to the file that gives the value', async () => {
    const read = disk({ 'zones/': ['a', 'include/b'], 'c.zone': ['c.zone'] });
    const found = await collectGivenFiles(
      playbook,
      fleet({ ns1: 'zones/', ns2: ['zones/', 'c.zone'] }),
      read,
    );
    expect([...(found.byHost.get('ns1')?.get('zone_files')?.keys() ?? [])]).toEqual(['a', 'include/b']);
    expect([...(found.byHost.get('ns2')?.get('zone_files')?.keys() ?? [])]).toEqual([
      'a',
      'include/b',
      'c.zone',
    ]);
    expect(read.asked[0]).toBe('zones/ from fleet/dns.yaml');
  });

  it('reads what a hundred hosts share once', async () => {
    const read = disk({ zones: ['a'] });
    const hosts = Object.fromEntries(Array.from({ length: 100 }, (_, at) => [`ns${String(at)}`, 'zones']));
    expect((await collectGivenFiles(playbook, fleet(hosts), read)).byHost.size).toBe(100);
    expect(read.asked).toEqual(['zones from fleet/dns.yaml']);
  });

  it('is no file at all if nothing is given', async () => {
    const found = await collectGivenFiles(playbook, new Map([['ns1', new Map()]]), disk({}));
    expect(found.byHost.get('ns1')?.get('zone_files')?.size).toBe(0);
  });

  it('reports everything that is missing, with its place, and each once', async () => {
    const failing = collectGivenFiles(playbook, fleet({ ns1: ['a', 'b'], ns2: ['a', 'b'] }), disk({}));
    await expect(failing).rejects.toThrow(
      [
        'fleet/dns.yaml:4:15: error[FILE_MISSING]: var "zone_files": there is no fleet/a\n    hint: look again',
        'fleet/dns.yaml:4:15: error[FILE_MISSING]: var "zone_files": there is no fleet/b\n    hint: look again',
      ].join('\n'),
    );
  });

  it.each([
    ['a name with a blank', 'my zone', 'the name "my zone" is not safe on every host'],
    ['a name with a newline', 'a\nb', String.raw`the name "a\nb" is not safe on every host`],
    ['a name that looks like an option', '-rf', 'the name "-rf" is not safe on every host'],
    ['a way out of the directory', '../a', 'the name "../a" is not safe on every host'],
    ['a name beyond ASCII', 'zöne', 'the name "zöne" is not safe on every host'],
    ['a long name', 'z'.repeat(84), `the name "${'z'.repeat(84)}" is too long`],
  ])('refuses %s', async (_, name, words) => {
    const failing = collectGivenFiles(playbook, fleet({ ns1: 'zones' }), disk({ zones: [name] }));
    await expect(failing).rejects.toThrow(
      `fleet/dns.yaml:4:15: error[VAR_FILES]: var "zone_files": ${words}`,
    );
  });

  it('accepts the longest name that every tar can store', async () => {
    const name = 'z'.repeat(83);
    const found = await collectGivenFiles(playbook, fleet({ ns1: 'zones' }), disk({ zones: [name] }));
    expect(found.byHost.get('ns1')?.get('zone_files')?.has(name)).toBe(true);
  });

  it('refuses two files of one name', async () => {
    const read = disk({ a: ['example.net'], b: ['example.net'] });
    await expect(collectGivenFiles(playbook, fleet({ ns1: ['a', 'b'] }), read)).rejects.toThrow(
      'two of its files are called "example.net"',
    );
  });
});
