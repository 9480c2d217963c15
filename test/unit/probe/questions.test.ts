// Which host is asked what, where: conditions, lists, addresses, and what is refused before anything is asked.
import { describe, expect, it } from 'vitest';
import { planProbes } from '../../../src/probe/questions.ts';
import { ConfigError, formatIssue } from '../../../src/model/errors.ts';
import { parseInventory } from '../../../src/inventory/index.ts';
import { parsePlaybook } from '../../../src/playbook/index.ts';
import { treeOf } from '../playbook/tree.ts';

const vars = `{
  zones: {type: list},
  role: {type: string, default: primary, allowed: [primary, secondary, resolver]},
  hidden: {type: bool, default: true} }`;

function plan(probe: string, hosts: string): ReturnType<typeof planProbes> {
  const playbook = parsePlaybook(
    treeOf(`name: demo\nvars: ${vars}\nsteps: [{id: a, script: steps/01-package.sh}]\nprobes: [${probe}]\n`),
  );
  const inventory = parseInventory({ file: 'i.yaml', text: hosts });
  return planProbes(playbook, [...inventory.hosts.values()]);
}

/** Each question as `host: what is asked -> where`. */
function told(probe: string, hosts: string): string[] {
  return plan(probe, hosts).map(
    ({ host, asked, query }) => `${host}: ${asked} -> ${query.address} ${query.port} ${query.transport}`,
  );
}

function problems(probe: string, hosts: string): string[] {
  try {
    plan(probe, hosts);
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.issues.map(formatIssue);
  }
}

const soa = '{id: soa, dns: {name: example.net, type: SOA}}';
const each = `{id: zones, dns: {name: '{item}', type: SOA, transports: [udp]}, for_each: zones}`;

describe('planProbes', () => {
  it('asks the address of the host at port 53, over both transports', () => {
    expect(told(soa, 'hosts: {ns1: {address: 192.0.2.11}, ns2: {}}')).toEqual([
      'ns1: SOA example.net over udp -> 192.0.2.11 53 udp',
      'ns1: SOA example.net over tcp -> 192.0.2.11 53 tcp',
      'ns2: SOA example.net over udp -> ns2 53 udp',
      'ns2: SOA example.net over tcp -> ns2 53 tcp',
    ]);
  });

  it('asks every address that the inventory gives instead, and says which', () => {
    const udp = '{id: v, dns: {name: version.bind, type: TXT, class: CH, transports: [udp]}}';
    const hosts = `hosts:
  ns1: {vars: {dns_address: 192.0.2.1, dns_port: 5353}}
  ns2: {address: 192.0.2.12, vars: {dns_address6: '2001:db8::12'}}
  ns3: {vars: {dns_address: [192.0.2.3, 192.0.2.4]}}
`;
    expect(told(udp, hosts)).toEqual([
      'ns1: CH TXT version.bind over udp -> 192.0.2.1 5353 udp',
      'ns2: CH TXT version.bind over udp at 192.0.2.12 -> 192.0.2.12 53 udp',
      'ns2: CH TXT version.bind over udp at 2001:db8::12 -> 2001:db8::12 53 udp',
      'ns3: CH TXT version.bind over udp at 192.0.2.3 -> 192.0.2.3 53 udp',
      'ns3: CH TXT version.bind over udp at 192.0.2.4 -> 192.0.2.4 53 udp',
    ]);
  });

  it('asks for each entry of a list once, and nothing for an empty list', () => {
    const hosts = `hosts: {ns1: {vars: {zones: [example.net, 2.0.192.in-addr.arpa, example.net]}}, ns2: {}}`;
    expect(told(each, hosts)).toEqual([
      'ns1: SOA example.net over udp -> ns1 53 udp',
      'ns1: SOA 2.0.192.in-addr.arpa over udp -> ns1 53 udp',
    ]);
  });

  it('leaves out hosts that do not meet a condition', () => {
    const probe = `{id: a, dns: {name: x, type: A, transports: [udp]}, when: {role: [primary, secondary], hidden: true}}`;
    const hosts = `hosts:
  ns1: {}
  ns2: {vars: {role: secondary}}
  ns3: {vars: {role: resolver}}
  ns4: {vars: {hidden: false}}
`;
    expect(plan(probe, hosts).map(({ host }) => host)).toEqual(['ns1', 'ns2']);
  });

  it('refuses an entry that is no name, at its place, once for all hosts that have it', () => {
    const hosts = `vars: {zones: [example.net, 'not a zone']}\nhosts: {ns1: {}, ns2: {}}`;
    expect(problems(each, hosts)).toEqual([
      'i.yaml:1:15: error[PROBE_VAR]: var "zones": probe "zones" cannot ask for "not a zone": not a name in the DNS',
    ]);
  });

  it('refuses invalid addresses and ports', () => {
    const hosts = `hosts:
  ns1: {vars: {dns_port: '53'}}
  ns2: {vars: {dns_address: not/an/address}}
  ns3: {vars: {dns_address6: 192.0.2.3}}
  ns4: {vars: {dns_address: []}}
`;
    expect(problems(soa, hosts)).toEqual([
      'i.yaml:2:26: error[PROBE_VAR]: var "dns_port": expected a port (1 to 65535)',
      'i.yaml:3:29: error[PROBE_VAR]: var "dns_address": expected an address, or a list of them',
      'i.yaml:4:30: error[PROBE_VAR]: var "dns_address6": expected an IPv6 address, or a list of them',
      'i.yaml:5:29: error[PROBE_VAR]: var "dns_address": expected an address, or a list of them',
    ]);
  });

  it('refuses to look at a secret', () => {
    const probe = `{id: a, dns: {name: x, type: A}, when: {role: primary}}`;
    expect(problems(probe, 'hosts: {ns1: {vars: {role: {from_env: ROLE}}}}')).toEqual([
      'i.yaml:1:28: error[PROBE_VAR]: var "role": probe "a" cannot look at a secret',
    ]);
  });
});
