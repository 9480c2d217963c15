// Inventories that are spoilt at random, and inventories whose hosts are called what nobody expects: either the list
// of issues, or every host that the file names.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ConfigError, formatIssue } from '../../../src/model/errors.ts';
import { parseInventory } from '../../../src/inventory/index.ts';
import { spoilt, valueOrIssues } from '../document/spoil.ts';

function problems(text: string): string[] {
  try {
    parseInventory({ file: 'i.yaml', text });
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.issues.map(formatIssue);
  }
}

const examples = ['example.yaml', 'dns.yaml'].map((name) =>
  readFileSync(join(import.meta.dirname, '../../../inventories', name), 'utf8'),
);

describe('an inventory that is damaged at random', () => {
  it('gives its hosts or its issues, each inside the text and with a message', () => {
    fc.assert(
      fc.property(spoilt(examples), (text) => {
        const inventory = valueOrIssues(text, (each) => parseInventory({ file: 'i.yaml', text: each }));
        if (inventory !== undefined) expect(inventory.hosts.size).toBeGreaterThan(0);
      }),
      { numRuns: 1_000 },
    );
  });
});

// What every object has, what looks like a number to JavaScript or to YAML, and plain names.
const hostName = fc.oneof(
  fc.constantFrom(
    ...Object.getOwnPropertyNames(Object.prototype).filter((name) => /^[a-z].*[a-z]$/i.test(name)),
  ),
  fc.constantFrom('prototype', 'then', 'length', 'null', 'yes', 'true', '0x1f', '1e3', '0644', '1.10'),
  fc.nat({ max: 400 }).map(String),
  fc.stringMatching(/^[a-z][a-z0-9.-]{0,10}[a-z0-9]$/),
);

describe('an inventory without faults', () => {
  it('gives every host that it names, in the order of the file, with its values', () => {
    const hosts = fc.uniqueArray(hostName, { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(hosts, fc.boolean(), fc.boolean(), (names, quotes, json) => {
        const key = (name: string): string => (quotes || json ? JSON.stringify(name) : name);
        const entries = names.map(
          (name, at) => `${key(name)}: {"address": "192.0.2.${at}", "vars": {"constructor": "${name}"}}`,
        );
        const group = `{"hosts": [${names.map((name) => JSON.stringify(name)).join(', ')}]}`;
        const text = json
          ? `{"hosts": {${entries.join(',')}}, "groups": {"constructor": ${group}}}`
          : `hosts:\n${entries.map((entry) => `  ${entry}\n`).join('')}groups:\n  constructor: ${group}\n`;
        const inventory = parseInventory({ file: 'i.yaml', text });
        expect([...inventory.hosts.keys()]).toEqual(names);
        expect(inventory.groups.get('constructor')).toEqual(names);
        for (const [at, name] of names.entries()) {
          const host = inventory.hosts.get(name);
          expect(host?.connection.address).toBe(`192.0.2.${at}`);
          expect(host?.vars.get('constructor')?.value).toBe(name);
          expect(host?.groups).toEqual(['constructor']);
        }
      }),
    );
  });

  it('is read quickly if thousands of hosts share an alias', () => {
    const hosts = Array.from({ length: 5_000 }, (_, at) => `  ns${at}: *shared\n`).join('');
    const text = `hosts:\n  first: &shared { vars: { a: x, b: [c] } }\n${hosts}`;
    expect(parseInventory({ file: 'i.yaml', text }).hosts.size).toBe(5_001);
  });
});

describe('names and addresses in forms that are used elsewhere', () => {
  it.each([
    ['"[2001:db8::1]"', "write an IPv6 address without brackets: '2001:db8::1'"],
    ['"[fe80::1%bge0]"', "write an IPv6 address without brackets: 'fe80::1%bge0'"],
    ['"[2001:db8::1]:2222"', "'2001:db8::1'; the port is { connection: { port: 2222 } }"],
    ['192.0.2.1:2222', 'write 192.0.2.1; the rest is { connection: { port: 2222 } }'],
    ['ops@ns1', 'write ns1; the rest is { connection: { user: ops } }'],
    ['ssh://ops@ns1.example.net:2222', '{ connection: { user: ops, port: 2222 } }'],
    ['ns1.example.net.', 'without the last dot: ns1.example.net'],
    ['192.0.2.0/24', 'a network is no host'],
    ['“ns1”', 'curly quotes are part of the text'],
    ['ns[a-c]', 'ranges look like ns[1-3]'],
    ['ns[1:3]', 'ranges look like ns[1-3]'],
  ])('address %s', (address, hint) => {
    const found = problems(`hosts:\n  ns1:\n    address: ${address}\n`);
    expect(found).toEqual([expect.stringMatching(/^i\.yaml:3:14: error\[/)]);
    expect(found[0]).toContain(hint);
  });

  it.each([
    ['2001:db8::2', "give the host a name, and write the address below it: { address: '2001:db8::2' }"],
    ['"[2001:db8::2]"', "give the host a name, and write the address below it: { address: '2001:db8::2' }"],
    ['ops@ns1', 'write ns1'],
    ['__proto__', 'names begin with a letter or a digit'],
  ])('host %s', (name, hint) => {
    const found = problems(`hosts:\n  ns1:\n  ${name}: { address: 192.0.2.2 }\n`);
    expect(found).toEqual([expect.stringMatching(/^i\.yaml:3:3: error\[/)]);
    expect(found[0]).toContain(hint);
  });

  it.each([
    ['"ns*"', 'a group lists names and ranges'],
    ['"@dns"', 'dns is a group: put it under groups'],
    ['"ns[1:3]"', 'ranges look like ns[1-3]'],
  ])('member %s of a group', (member, hint) => {
    const found = problems(`hosts: {ns1: }\ngroups:\n  dns: {hosts: [${member}]}\n`);
    expect(found).toEqual([expect.stringContaining(hint)]);
  });

  it('a range of IPv6 addresses is one', () => {
    const { hosts } = parseInventory({
      file: 'i.yaml',
      text: "hosts:\n  ns[1-2]: { address: '2001:db8::[1-2]' }\n",
    });
    expect([...hosts.values()].map(({ connection }) => connection.address)).toEqual([
      '2001:db8::1',
      '2001:db8::2',
    ]);
  });
});

describe('inventories of other programs', () => {
  it.each([
    ['an Ansible inventory', '# ours\n[dns]\nns1 ansible_host=192.0.2.1 ansible_port=2222\n', '2:1'],
    ['an Ansible inventory', 'ns1 ansible_host=192.0.2.1\n', '1:1'],
    ['an Ansible inventory', '[dns]\nns1\nns2\n\n[servers:children]\ndns\n', '1:1'],
    ['an Ansible inventory', 'all:\n  hosts:\n    ns1:\n      ansible_host: 192.0.2.1\n', '1:1'],
    ['an Ansible inventory', 'dns:\n  children:\n    auth:\n', '2:1'],
    ['an Ansible inventory', '{"_meta": {"hostvars": {}}, "all": {"children": ["dns"]}}\n', '1:1'],
    ['a configuration of ssh', 'Host ns1\n  HostName 192.0.2.1\n', '1:1'],
    ['an inventory of Puppet Bolt', 'groups:\n  - name: dns\n    targets: [ns1]\n', '3:1'],
    ['a roster of Salt', 'ns1:\n  host: 192.0.2.1\n  user: ops\n', '1:1'],
    ['a playbook', 'name: x\nsteps: [{id: a, script: a.sh}]\n', '2:1'],
    ['a list of hosts', '# hosts\nns1\nns2.example.net\n', '2:1'],
    ['a list of hosts', '192.0.2.1 ns1 ns1.example.net\n2001:db8::1 ns2\n', '1:1'],
  ])('%s is recognised: %j', (name, text, place) => {
    expect(problems(text).join('\n')).toContain(
      `i.yaml:${place}: error[INVENTORY_FORMAT]: this looks like ${name}\n    hint: `,
    );
  });

  it('and a faulty one of our own is not', () => {
    const text = 'hosts:\n  ns1: { vars: { children: 1, ansible_host: x } }\n  ns2: 3\n';
    expect(problems(text)).toEqual([expect.stringContaining('hosts.ns2: expected a mapping')]);
  });
});
