// Node sets of ClusterShell, known_hosts, ssh_config: what hosts and groups they come to.
import { describe, expect, it } from 'vitest';
import {
  hostsInSshConfig,
  importKnownHosts,
  importNodesets,
  importSshConfig,
  renderDraft,
} from '../../../src/foreign/index.ts';
import { parseInventory } from '../../../src/inventory/index.ts';
import { parseEffective, parseKnownHosts } from '../../../src/transport/index.ts';

function groupsOf(path: string, text: string): Record<string, readonly string[]> {
  const all = importNodesets([{ path, text }]);
  return Object.fromEntries(parseInventory({ file: 'i', text: renderDraft(all, path) }).groups);
}

describe('import nodeset', () => {
  it.each([
    ['n[1-3]', ['n1', 'n2', 'n3']],
    ['n[08-10],m', ['n08', 'n09', 'n10', 'm']],
    ['n[1-9/4]', ['n1', 'n5', 'n9']],
    ['r[1-2]n[1-2]', ['r1n1', 'r1n2', 'r2n1', 'r2n2']],
    ['n[1-5]!n[2-3]', ['n1', 'n4', 'n5']],
    ['n[1-5]&n[4-7]', ['n4', 'n5']],
    ['n[1-3]^n[3-4]', ['n1', 'n2', 'n4']],
    ['n1 n2', ['n1', 'n2']],
    ['@b!n1', ['n2']],
    ['@s:b,m', ['n1', 'n2', 'm']],
  ])('%s', (nodes, members) => {
    const { a } = groupsOf('s.yaml', `s:\n  a: '${nodes}'\n  b: n[1-2]\n`);
    expect([...(a ?? [])].sort()).toEqual(members.toSorted());
  });

  it('reads lines, and lists what it does not run', () => {
    const text =
      '# local\nadm: node0\ncompute: node[1-2]\nall: @adm,@compute\n[racks]\nmap: sinfo -h -p $GROUP\n';
    const all = importNodesets([{ path: 'local.conf', text }]);
    expect(all.notes.map(({ place }) => place)).toEqual(['local.conf:5', 'local.conf:6']);
    expect([...all.draft.hosts.keys()]).toEqual(['node0', 'node1', 'node2']);
    expect([...all.draft.groups.keys()]).toEqual(['adm', 'compute']);
  });

  it('puts the name of a second source before its groups', () => {
    expect(Object.keys(groupsOf('s.yaml', 'roles: { adm: a }\nracks: { r1: "a,b" }\n'))).toEqual([
      'all',
      'adm',
      'racks_r1',
    ]);
  });

  it.each([
    ['s: { a: "@a" }', 'this group contains itself'],
    ['s: { a: "@x" }', 'there is no such group'],
    ['s: { a: "n[3-1]" }', '3-1 is no range'],
    ['s: { a: "n[1-999999]" }', '1-999999 is no range'],
    ['[1]', 'a mapping of sources to groups is expected'],
  ])('refuses %s', (text, message) => {
    expect(() => importNodesets([{ path: 's.yaml', text }])).toThrow(message);
  });
});

describe('import known-hosts', () => {
  const key = (letter: string): string =>
    Buffer.concat([
      Buffer.of(0, 0, 0, 11),
      Buffer.from('ssh-ed25519'),
      Buffer.of(0, 0, 0, 32),
      Buffer.alloc(32, letter),
    ]).toString('base64');

  it('makes one host of the names and addresses that share a key', () => {
    const text = `ns1.example.net,192.0.2.1 ssh-ed25519 ${key('a')}
192.0.2.1 ssh-ed25519 ${key('a')}
[gate]:2222 ssh-ed25519 ${key('b')}
192.0.2.7 ssh-ed25519 ${key('c')}
2001:db8::1 ssh-ed25519 ${key('d')}
|1|aaaa=|bbbb= ssh-ed25519 ${key('e')}
*.example.org ssh-ed25519 ${key('f')}
@cert-authority *.net ssh-ed25519 ${key('g')}
`;
    const all = importKnownHosts(parseKnownHosts(text, 'known').lines, []);
    const { hosts } = parseInventory({ file: 'i', text: renderDraft(all, 'known') });
    expect(
      [...hosts.values()].map(({ name, connection: { address, port } }) => [name, address, port]),
    ).toEqual([
      ['ns1.example.net', 'ns1.example.net', 22],
      ['gate-2222', 'gate', 2222],
      ['192.0.2.7', '192.0.2.7', 22],
      ['ip6-2001-db8-1', '2001:db8::1', 22],
    ]);
    expect(all.notes.map(({ place }) => place)).toEqual(['known:6', 'known:7', 'known:8', 'known:2']);
  });
});

describe('import ssh-config', () => {
  it('imports the names of Host lines that are no patterns', () => {
    const text = 'Host a b *.example.net !c\n  Port 22\nhost=d\nMatch host x\nHost "e"\n';
    const { names, notes } = hostsInSshConfig([{ path: 'c', text }]);
    expect(names).toEqual(['a', 'b', 'd', 'e']);
    expect(notes.map(({ place }) => place)).toEqual(['c:4']);
  });

  it('uses the values of ssh, and lists what it leaves out', () => {
    const usual = parseEffective(
      'user me\nhostname none\nport 22\nidentityfile ~/.ssh/id_rsa\nidentityfile ~/.ssh/id_ed25519',
    );
    const own = parseEffective(
      'user ops\nhostname 192.0.2.1\nport 2222\nidentityfile ~/.ssh/id_a\nproxyjump g1,g2:2022\ncertificatefile ~/c\nconnecttimeout 7',
    );
    const all = importSshConfig(new Map([['a', own]]), usual, [], 'c');
    expect(all.draft.hosts.get('a')).toEqual({
      address: '192.0.2.1',
      connection: {
        user: 'ops',
        port: 2222,
        identity_file: '~/.ssh/id_a',
        jump: ['g1', 'g2:2022'],
        connect_timeout: '7s',
      },
      vars: new Map(),
    });
    expect(all.notes.map(({ what }) => what)).toEqual([
      'a: certificatefile has no key of connection, so it stays in ssh_config',
    ]);
  });
});
