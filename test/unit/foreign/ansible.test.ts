// What is imported from Ansible is what Ansible itself says of the same files, but for what is listed as lost.
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { importAnsible, type Imported, renderDraft } from '../../../src/foreign/index.ts';
import { type Inventory, parseInventory } from '../../../src/inventory/index.ts';
import { readAnsibleTree } from '../../../src/sources/index.ts';
import { type Files, shapes } from './ansible-shapes.ts';

const folder = mkdtempSync(join(tmpdir(), 'muster-ansible-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

let count = 0;

function write(files: Files): string {
  const directory = join(folder, String((count += 1)));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, path)), { recursive: true });
    writeFileSync(join(directory, path), text);
    if (text.startsWith('#!')) chmodSync(join(directory, path), 0o755);
  }
  return directory;
}

async function imported(path: string): Promise<Imported & { readonly inventory: Inventory }> {
  const all = importAnsible(await readAnsibleTree(path));
  return { ...all, inventory: parseInventory({ file: 'i.yaml', text: renderDraft(all, path) }) };
}

type Listing = Readonly<
  Record<string, { readonly hosts?: readonly string[]; readonly children?: readonly string[] } | undefined>
> & {
  readonly _meta: {
    readonly hostvars: Readonly<
      Record<string, Readonly<Record<string, string | number | boolean | undefined>>>
    >;
  };
};

function listedBy(path: string, directory: string): Listing {
  const text = execFileSync('ansible-inventory', ['-i', path, '--list'], {
    cwd: directory,
    encoding: 'utf8',
    env: { ...process.env, ANSIBLE_LOCALHOST_WARNING: 'false', ANSIBLE_DEPRECATION_WARNINGS: 'false' },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  return JSON.parse(text) as Listing;
}

function membersOf(listing: Listing, group: string): readonly string[] {
  const { hosts = [], children = [] } = listing[group] ?? {};
  return [...new Set([...hosts, ...children.flatMap((child) => membersOf(listing, child))])].sort();
}

/** What of Ansible's variables is a setting of a connection here. */
function connectionOf(
  vars: Readonly<Record<string, string | number | boolean | undefined>>,
  name: string,
): Record<string, unknown> {
  const become = /^(yes|true|1)$/i.test(String(vars['ansible_become'] ?? 'no'));
  const jump = [vars['ansible_ssh_common_args'] ?? '']
    .map(String)
    .flatMap((text) => /ProxyJump=(\S+)|-q (\S+)"/.exec(text)?.slice(1).find(Boolean)?.split(',') ?? []);
  return {
    address: vars['ansible_host'] ?? vars['ansible_ssh_host'] ?? name,
    user: vars['ansible_user'] ?? vars['ansible_ssh_user'] ?? 'root',
    port: vars['ansible_port'] ?? vars['ansible_ssh_port'] ?? 22,
    become:
      become && (vars['ansible_become_user'] ?? 'root') === 'root'
        ? (vars['ansible_become_method'] ?? 'sudo')
        : 'none',
    jump: jump.length === 0 ? undefined : jump,
    identityFile: vars['ansible_ssh_private_key_file'],
    connectTimeoutMs: Number(vars['ansible_timeout'] ?? 10) * 1000,
  };
}

const hasAnsible = spawnSync('ansible-inventory', ['--version']).status === 0;

describe('import ansible', () => {
  it('has ten inventories to be tested with', () => {
    expect(Object.keys(shapes)).toHaveLength(10);
  });

  // Debian's package ansible-core; without it there is nothing to compare with.
  describe.skipIf(!hasAnsible)('against ansible-inventory --list (skipped if it is not installed)', () => {
    it.each(Object.entries(shapes))('%s', async (_, { named, asked = named, files }) => {
      const directory = write(files);
      const { inventory, notes } = await imported(join(directory, named));
      const listing = listedBy(join(directory, asked), directory);
      const renamed = new Map(
        notes.flatMap(({ place, what }) => {
          const name = /^this (?:host|group) is renamed (\S+)$/.exec(what)?.[1];
          return name === undefined ? [] : [[place, name] as const];
        }),
      );
      const here = (name: string): string => renamed.get(name) ?? name;
      const { _meta, ...groups } = listing;
      const hosts = membersOf(listing, 'all');
      expect([...inventory.hosts.keys()].sort()).toEqual(hosts.map(here).sort());
      for (const group of Object.keys(groups)) {
        if (group === 'ungrouped' && !inventory.groups.has(group)) continue;
        const members = membersOf(listing, group).map(here).sort();
        expect([group, [...(inventory.groups.get(here(group)) ?? [])].sort()]).toEqual([group, members]);
      }
      const lost = new Set(notes.map(({ what }) => /^(\S+) \(.*\) is left out/.exec(what)?.[1]));
      for (const host of hosts) {
        const vars = _meta.hostvars[host] ?? {};
        const seen = inventory.hosts.get(here(host));
        const plain = Object.entries(vars).filter(([name]) => !name.startsWith('ansible_'));
        const kept = plain.filter(([name]) => seen?.vars.has(name) === true || !lost.has(name));
        expect([
          host,
          Object.fromEntries([...(seen?.vars ?? [])].map(([name, { value }]) => [name, value])),
        ]).toEqual([host, Object.fromEntries(kept)]);
        const wanted = connectionOf(vars, host);
        const settings = Object.keys(wanted).map((key) => [key, seen?.connection[key as 'user']]);
        expect([host, Object.fromEntries(settings)]).toEqual([host, wanted]);
      }
    });
  });

  it('lists what it leaves out, once each, with its place', async () => {
    const { named, files } = shapes['becoming root, and ways there']!;
    const directory = write(files);
    const { notes } = await imported(join(directory, named));
    const told = notes.map(({ place, what }) => `${place.slice(directory.length + 1)}: ${what}`);
    expect(told.map((text) => text.split(' is left out')[0])).toEqual([
      'hosts.ini:9: ansible_become_password (n1)',
      'hosts.ini:11: ansible_python_interpreter (n1)',
      'hosts.ini:5: ansible_become_user (n4)',
      'hosts.ini:18: ansible_connection (n6)',
    ]);
    expect(renderDraft(await imported(join(directory, named)), 'x')).not.toContain('hunter2');
  });

  it('runs no program, and says what to do instead', async () => {
    const directory = write({ 'inventory.py': '#!/bin/sh\ntouch ran\n' });
    await expect(readAnsibleTree(join(directory, 'inventory.py'))).rejects.toThrow(
      'is a program, which muster does not run',
    );
  });

  it.each([
    ['[web:nothing]\n', 'h.ini:1: a section is'],
    ['[a:children]\nb\n', 'h.ini:2: the group b is in a, but is not declared'],
    ['[a]\nh x\n', 'h.ini:2: expected NAME=VALUE'],
    ['h[1:99999]\n', 'h.ini:1: "h[1:99999]": stands for more than 10000 hosts'],
    ['h "x=1\n', 'h.ini:1: a quote is not closed'],
  ])('refuses %j', (text, message) => {
    expect(() =>
      importAnsible({ inventories: [{ path: 'h.ini', text }], vars: new Map(), passedOver: [] }),
    ).toThrow(message);
  });
});
