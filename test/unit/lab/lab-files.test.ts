// The texts that a lab writes: parsed again, not compared as text, where a parser exists.
import { parse } from 'yaml';
import { describe, expect, it } from 'vitest';
import { parseInventory } from '../../../src/inventory/index.ts';
import { renderInventory, renderKnownHosts } from '../../../src/lab/lab-files.ts';

const files = { identityFile: '/lab/id_ed25519', knownHostsFile: '/lab/known_hosts' };

function hosts(...names: string[]): { name: string; address: string; sshPort: number; dnsPort: number }[] {
  return names.map((name, index) => ({
    name,
    address: '127.0.0.1',
    sshPort: 20_001 + index,
    dnsPort: 21_001 + index,
  }));
}

describe('renderKnownHosts', () => {
  it('gives one line for each key, with address and port and without the comment', () => {
    const text = 'ssh-ed25519 AAAAC3 root@ns1\necdsa-sha2-nistp256 AAAAE2\n\n';
    expect(renderKnownHosts({ address: '127.0.0.1', sshPort: 20_001 }, text)).toBe(
      '[127.0.0.1]:20001 ssh-ed25519 AAAAC3\n[127.0.0.1]:20001 ecdsa-sha2-nistp256 AAAAE2\n',
    );
  });

  it('gives nothing when there is no key', () => {
    expect(renderKnownHosts({ address: '127.0.0.1', sshPort: 22 }, '\n')).toBe('');
  });
});

describe('renderInventory', () => {
  it('has the settings for each host, with strict host keys and without the agent', () => {
    expect(parse(renderInventory(hosts('ns1', 'ns2'), files))).toEqual({
      connection: {
        user: 'root',
        identity_file: '/lab/id_ed25519',
        known_hosts: '/lab/known_hosts',
        agent: false,
        ssh_config: false,
        connect_timeout: '30s',
        ready_timeout: '2m',
      },
      vars: { package_path: '/var/packages/All' },
      hosts: {
        ns1: { address: '127.0.0.1', connection: { port: 20_001 }, vars: { dns_port: 21_001 } },
        ns2: { address: '127.0.0.1', connection: { port: 20_002 }, vars: { dns_port: 21_002 } },
      },
      groups: { auth: { hosts: ['ns[1-2]'] } },
    });
  });

  it("is what muster's own inventory reader accepts, with every host in the group", () => {
    const text = renderInventory(hosts('ns1', 'ns2', 'ns3'), files);
    const { hosts: read } = parseInventory({ file: 'inventory.yaml', text });
    expect([...read.values()].map(({ name, groups, connection }) => [name, groups, connection.port])).toEqual(
      [
        ['ns1', ['auth'], 20_001],
        ['ns2', ['auth'], 20_002],
        ['ns3', ['auth'], 20_003],
      ],
    );
  });

  it.each([
    [['ns1', 'ns2', 'ns3'], ['ns[1-3]']],
    [
      ['ns1', 'ns3', 'web2'],
      ['ns[1,3]', 'web2'],
    ],
    [
      ['old', 'new'],
      ['new', 'old'],
    ],
  ])('lists %j as %j', (names, pattern) => {
    expect(parse(renderInventory(hosts(...names), files))).toMatchObject({
      groups: { auth: { hosts: pattern } },
    });
  });
});
