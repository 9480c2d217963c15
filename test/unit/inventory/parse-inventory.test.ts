import { describe, expect, it } from 'vitest';
import { ConfigError, formatIssue } from '../../../src/model/errors.ts';
import { inventoryJsonSchema, parseInventory } from '../../../src/inventory/index.ts';
import type { HostConnection } from '../../../src/transport/port.ts';

function parse(text: string): ReturnType<typeof parseInventory> {
  return parseInventory({ file: 'i.yaml', text });
}

function problems(text: string): string[] {
  try {
    parse(text);
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.issues.map(formatIssue);
  }
}

describe('parseInventory', () => {
  it('gives every host the defaults', () => {
    const host = parse('hosts: {ns1: }').hosts.get('ns1')!;
    const connection: HostConnection = host.connection;
    expect(connection).toEqual({
      name: 'ns1',
      address: 'ns1',
      port: 22,
      user: 'root',
      knownHosts: ['~/.ssh/known_hosts'],
      agent: true,
      become: 'none',
      connectTimeoutMs: 10_000,
      legacyAlgorithms: false,
    });
    expect(host.groups).toEqual([]);
    expect(host.vars.size).toBe(0);
  });

  it('writes out ranges in file order and spreads a range of addresses over them', () => {
    const { hosts } = parse(
      'hosts:\n  ns[2-3]: {address: "192.0.2.[12-13]"}\n  ns1: {address: "2001:db8::1"}\n',
    );
    expect([...hosts.values()].map(({ name, connection }) => [name, connection.address])).toEqual([
      ['ns2', '192.0.2.12'],
      ['ns3', '192.0.2.13'],
      ['ns1', '2001:db8::1'],
    ]);
  });

  it('merges connections setting by setting', () => {
    const text = `
connection: {user: admin, port: 2200, known_hosts: [a, b], identity_file: ~/.ssh/id}
hosts:
  ns1: {connection: {port: 2222, agent: false}}
  ns2:
groups:
  auth: {hosts: [ns1, ns2], connection: {port: 2201, become: sudo, connect_timeout: 2m, ready_timeout: 3m, silence_timeout: 15s}}
`;
    const { hosts } = parse(text);
    expect(hosts.get('ns1')?.connection).toMatchObject({
      user: 'admin',
      port: 2222,
      agent: false,
      become: 'sudo',
      knownHosts: ['a', 'b'],
      identityFile: '~/.ssh/id',
      connectTimeoutMs: 120_000,
      readyTimeoutMs: 180_000,
      silenceTimeoutMs: 15_000,
    });
    expect(hosts.get('ns2')?.connection).toMatchObject({ port: 2201, agent: true });
  });

  it('lets host override child group, child group override parent group, and any group override all', () => {
    const text = `
vars: {a: all, b: all, c: all, d: all}
hosts:
  ns1: {vars: {d: host}}
groups:
  child: {hosts: [ns1], vars: {c: child, d: child}}
  parent: {groups: [child], vars: {b: parent, c: parent, d: parent}}
`;
    const host = parse(text).hosts.get('ns1')!;
    expect([...host.vars].map(([name, { value, level }]) => [name, value, level])).toEqual([
      ['a', 'all', 'all'],
      ['b', 'parent', '@parent'],
      ['c', 'child', '@child'],
      ['d', 'host', 'host'],
    ]);
    expect(host.groups).toEqual(['parent', 'child']);
    expect(host.vars.get('d')?.from).toEqual({ file: 'i.yaml', line: 4, column: 19 });
    expect(host.vars.get('b')?.from).toEqual({ file: 'i.yaml', line: 7, column: 39 });
  });

  it('lets the later of two unrelated groups win', () => {
    const host = parse(
      'hosts: {ns1: }\ngroups:\n  z: {hosts: [ns1], vars: {a: z}}\n  b: {hosts: [ns1], vars: {a: b}}\n',
    );
    expect(host.hosts.get('ns1')?.vars.get('a')?.value).toBe('b');
  });

  it('flattens groups, keeps their hosts in inventory order and adds all', () => {
    const text = `
hosts: {'ns[1-4]': }
groups:
  outer: {hosts: [ns4], groups: [inner, empty]}
  inner: {hosts: ['ns[2-3]', ns1]}
  empty:
`;
    expect([...parse(text).groups]).toEqual([
      ['all', ['ns1', 'ns2', 'ns3', 'ns4']],
      ['outer', ['ns1', 'ns2', 'ns3', 'ns4']],
      ['inner', ['ns1', 'ns2', 'ns3']],
      ['empty', []],
    ]);
    expect([...parse(text).listed]).toEqual([
      ['outer', { hosts: ['ns4'], groups: ['inner', 'empty'] }],
      ['inner', { hosts: ['ns2', 'ns3', 'ns1'], groups: [] }],
      ['empty', { hosts: [], groups: [] }],
    ]);
  });

  it('reads values of all kinds and sources of secrets', () => {
    const vars = parse(
      'hosts: {ns1: {vars: {s: text, n: 5, b: true, l: [a, b], f: {from_file: k}, c: {from_command: [pass, k]}}}}',
    ).hosts.get('ns1')!.vars;
    expect([...vars].map(([name, { value }]) => [name, value])).toEqual([
      ['s', 'text'],
      ['n', 5],
      ['b', true],
      ['l', ['a', 'b']],
      ['f', { kind: 'file', path: 'k' }],
      ['c', { kind: 'command', argv: ['pass', 'k'] }],
    ]);
  });

  it.each([
    ['no hosts', 'hosts: {}', 'i.yaml:1:1: error[INVENTORY_NO_HOSTS]: the inventory has no hosts'],
    ['missing hosts', 'vars: {}', 'i.yaml:1:1: error[CONFIG_MISSING]: hosts: is missing'],
    [
      'a host that is in a range before it',
      'hosts:\n  ns[1-3]:\n  ns2:\n',
      'i.yaml:3:3: error[INVENTORY_DUPLICATE_HOST]: ns2 is listed twice\n    hint: the first is on line 2; write settings for some hosts of a range in a group',
    ],
    [
      'a host twice in one range',
      'hosts:\n  ns[1,1-2]:\n',
      'i.yaml:2:3: error[INVENTORY_DUPLICATE_HOST]: ns1 is listed twice\n    hint: the first is on line 2; write settings for some hosts of a range in a group',
    ],
    [
      'a malformed range',
      'hosts:\n  ns[3-1]:\n',
      'i.yaml:2:3: error[INVENTORY_RANGE]: "ns[3-1]": the range 3-1 counts down\n    hint: ranges look like ns[1-3], ns[01-10] or ns[1-3,7]',
    ],
    [
      'a name that ssh would read as an option',
      'hosts:\n  -oProxy:\n',
      'i.yaml:2:3: error[INVENTORY_HOST_NAME]: "-oProxy" is not a host name\n    hint: use letters, digits, dots, _ and -',
    ],
    [
      'an address range of other length',
      'hosts:\n  ns[1-3]: {address: "192.0.2.[11-12]"}\n',
      'i.yaml:2:22: error[INVENTORY_ADDRESS_COUNT]: 2 addresses for 3 hosts\n    hint: give a range of the same length, or none to use the host names',
    ],
    [
      'one address for several hosts',
      'hosts:\n  ns[1-3]: {address: 192.0.2.1}\n',
      'i.yaml:2:22: error[INVENTORY_ADDRESS_COUNT]: 1 address for 3 hosts\n    hint: give a range of the same length, or none to use the host names',
    ],
    [
      'a bad address',
      'hosts:\n  ns1: {address: "[2001:db8::1]"}\n',
      'i.yaml:2:18: error[INVENTORY_ADDRESS]: "[2001:db8::1]" is not an address\n    hint: write an IPv6 address without brackets: \'2001:db8::1\'',
    ],
    [
      'an unknown host in a group',
      'hosts: {ns1.example.net: }\ngroups:\n  auth:\n    hosts: [ns1.example.org]\n',
      'i.yaml:4:13: error[INVENTORY_UNKNOWN_HOST]: group "auth" has no such host in the inventory: ns1.example.org\n    hint: did you mean "ns1.example.net"?',
    ],
    [
      'unknown hosts of a range, folded',
      "hosts: {'ns[1-3]': }\ngroups:\n  auth:\n    hosts: ['ns[1-6]']\n",
      'i.yaml:4:13: error[INVENTORY_UNKNOWN_HOST]: group "auth" has no such host in the inventory: ns[4-6]\n    hint: did you mean "ns1"?',
    ],
    [
      'a group among hosts',
      'hosts: {ns1: }\ngroups:\n  a: {hosts: [b]}\n  b: {hosts: [ns1]}\n',
      'i.yaml:3:15: error[INVENTORY_UNKNOWN_HOST]: group "a" has no such host in the inventory: b\n    hint: b is a group: put it under groups',
    ],
    [
      'an unknown group in a group',
      'hosts: {ns1: }\ngroups:\n  dns: {groups: [auht]}\n  auth: {hosts: [ns1]}\n',
      'i.yaml:3:18: error[INVENTORY_UNKNOWN_GROUP]: no group "auht"\n    hint: did you mean "auth"?',
    ],
    [
      'a cycle of groups, once',
      'hosts: {ns1: }\ngroups:\n  a: {groups: [b]}\n  b: {groups: [c]}\n  c: {groups: [a]}\n',
      'i.yaml:5:16: error[INVENTORY_GROUP_CYCLE]: group "a" contains itself: a > b > c > a',
    ],
    [
      'a group in itself',
      'hosts: {ns1: }\ngroups:\n  a: {groups: [a]}\n',
      'i.yaml:3:16: error[INVENTORY_GROUP_CYCLE]: group "a" contains itself: a > a',
    ],
    [
      'a group that is called all',
      'hosts: {ns1: }\ngroups:\n  all: {hosts: [ns1]}\n',
      'i.yaml:3:3: error[INVENTORY_RESERVED_NAME]: the group "all" is always there\n    hint: put vars and connection for all hosts at the top of the file',
    ],
    [
      'a bad port',
      'hosts: {ns1: {connection: {port: 65536}}}',
      'i.yaml:1:34: error[CONFIG_VALUE]: hosts.ns1.connection.port: expected at most 65535',
    ],
    [
      'a bad duration',
      'hosts: {ns1: }\nconnection: {connect_timeout: 10}\n',
      'i.yaml:2:31: error[CONFIG_TYPE]: connection.connect_timeout: expected a length of time such as 500ms, 10s, 45m or 2h, found 10, which has no unit',
    ],
    [
      'a silence_timeout that a good host would not keep',
      'hosts: {ns1: }\nconnection: {silence_timeout: 14s}\n',
      'i.yaml:2:31: error[CONFIG_VALUE]: connection.silence_timeout: at least 15s: a host gives a sign of life every few seconds',
    ],
    [
      'a bad name of a var',
      'hosts: {ns1: {vars: {Cage: x}}}',
      'i.yaml:1:22: error[CONFIG_KEY]: hosts.ns1.vars.Cage: names of vars are small letters, digits and _, and start with a letter',
    ],
    [
      'a name of a var that is kept for the runtime',
      'hosts: {ns1: {vars: {m_work: x}}}',
      'i.yaml:1:22: error[CONFIG_KEY]: hosts.ns1.vars.m_work: names of vars that start with m_ or muster_ are reserved for the runtime',
    ],
    [
      'a mistyped source of a secret',
      'hosts: {ns1: {vars: {k: {from_flie: x}}}}',
      'i.yaml:1:26: error[CONFIG_UNKNOWN_KEY]: unknown key "from_flie" in hosts.ns1.vars.k\n    hint: did you mean "from_file"?',
    ],
    [
      'two sources of one secret',
      'hosts: {ns1: {vars: {k: {from_file: x, from_env: Y}}}}',
      'i.yaml:1:25: error[CONFIG_VALUE]: hosts.ns1.vars.k: expected exactly one of from_file, from_env, from_command, from_age',
    ],
    [
      'a var without a value',
      'hosts: {ns1: {vars: {k: }}}',
      'i.yaml:1:22: error[CONFIG_TYPE]: hosts.ns1.vars.k: expected a text, a number, true or false, a list of texts, or e.g. {from_file: path}\n    hint: write a value, or remove the key',
    ],
    [
      'an unknown key of a host',
      'hosts: {ns1: {adress: 192.0.2.1}}',
      'i.yaml:1:15: error[CONFIG_UNKNOWN_KEY]: unknown key "adress" in hosts.ns1\n    hint: did you mean "address"?',
    ],
  ])('points at %s', (_, text, expected) => {
    expect(problems(text)).toEqual([expected]);
  });

  it('points back to the first of many, from each of the others', () => {
    expect(problems('hosts:\n  ns1:\n  ns[1-2]:\n  ns[1-3]:\n')).toEqual([
      expect.stringMatching(/:3:3: .* ns1 is listed twice\n.* line 2;/),
      expect.stringMatching(/:4:3: .* ns\[1-2\] is listed twice\n.* line 2;/),
    ]);
  });

  it('reports everything at once, in the order of the text', () => {
    const text = `
connection: {prot: 1}
hosts:
  ns[1-2]: {connection: {port: 0}}
  ns2:
groups:
  a: {hosts: [ns7], groups: [b]}
  b: {groups: [a]}
  c: {hosts: [ns3-]}
`;
    expect(problems(text).map((issue) => /i\.yaml:(\d+).*\[(\w+)\]/.exec(issue)?.slice(1).join(' '))).toEqual(
      ['2 CONFIG_UNKNOWN_KEY', '4 CONFIG_VALUE', '5 INVENTORY_DUPLICATE_HOST', '8 INVENTORY_GROUP_CYCLE'],
    );
    expect(problems(text.replace('  ns2:\n', '')).map((issue) => /\[(\w+)\]/.exec(issue)?.[1])).toContain(
      'INVENTORY_UNKNOWN_HOST',
    );
  });
});

describe('what an inventory leaves open', () => {
  it('is what neither the host, nor its groups, nor the top of the file set', () => {
    const { hosts } = parse(
      'connection: {port: 2022}\nhosts: {ns1: {address: 192.0.2.1}, ns2: {connection: {ssh_config: false}}, ns3: }\n' +
        'groups: {g: {hosts: [ns3], connection: {jump: gate}}}',
    );
    expect([...hosts.values()].map(({ said }) => [...said])).toEqual([
      ['port', 'address'],
      ['port', 'no ssh_config'],
      ['port', 'jump'],
    ]);
    expect(hosts.get('ns3')?.connection.jump).toEqual(['gate']);
  });

  it('is no jump host if the list is empty', () => {
    const { hosts } = parse('hosts: {ns1: {connection: {jump: []}}}');
    expect(hosts.get('ns1')?.connection.jump).toEqual([]);
  });

  it('may be the password of su, by its source', () => {
    const { hosts } = parse('connection: {become: su, become_password: {from_env: P}}\nhosts: {ns1: }');
    expect(hosts.get('ns1')).toMatchObject({
      connection: { become: 'su' },
      becomePassword: { kind: 'env', name: 'P' },
    });
    expect(problems('connection: {become_password: geheim}\nhosts: {ns1: }')).toHaveLength(1);
  });
});

describe('inventoryJsonSchema', () => {
  it('is strict and describes its fields', () => {
    expect(inventoryJsonSchema()).toMatchObject({
      title: 'muster inventory',
      additionalProperties: false,
      anyOf: [{ required: ['hosts'] }, { required: ['sources'] }, { required: ['groups'] }],
      properties: { connection: { properties: { port: { type: 'integer', maximum: 65_535 } } } },
    });
  });
});
