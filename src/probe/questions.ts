// Which host is asked what, and where: probes, vars and inventory to a list of questions. Checked before any host is
// reached.
import { isSecretSource, type VarBinding } from '../document/index.ts';
import type { Issue, Location } from '../model/index.ts';
import { isAddress } from '../model/index.ts';
import type { InventoryHost } from '../inventory/index.ts';
import type { Playbook, Probe, ResolvedVar } from '../playbook/index.ts';
import { isDnsName, nameFor } from '../playbook/index.ts';
import type { DnsQuery } from './dns.ts';
import { type FleetVars, refuseIssues, resolveFleetVars } from '../compile/index.ts';

/** One question to one address of a host, over one transport. */
export interface ProbeQuestion {
  readonly host: string;
  readonly probe: Probe;
  readonly query: DnsQuery;
  /** What is asked, in words; holds the address where the host has more than one. */
  readonly asked: string;
}

/** All questions to the hosts. Throws ConfigError with everything that keeps one from being asked. */
export function planProbes(playbook: Playbook, hosts: readonly InventoryHost[]): readonly ProbeQuestion[] {
  if (playbook.probes.length === 0) return [];
  const issues: Issue[] = [];
  const varsByHost = resolveFleetVars(playbook, hosts);
  const questions = hosts.flatMap((host) => {
    const servers = serversOf(host, issues);
    const vars = varsByHost.get(host.name) ?? new Map<string, ResolvedVar>();
    return playbook.probes.flatMap((probe) =>
      namesOf(probe, vars, issues).flatMap((name) =>
        servers.flatMap((server) => questionsTo(host.name, probe, name, server)),
      ),
    );
  });
  refuseIssues(issues);
  return questions;
}

/** The address that a host answers at; `label` distinguishes its addresses. */
interface ProbeServer {
  readonly address: string;
  readonly port: number;
  readonly label: string;
}

function questionsTo(host: string, probe: Probe, name: string, server: ProbeServer): ProbeQuestion[] {
  const { type, class: dnsClass, recursionDesired, transports } = probe.dns;
  const { address, port, label } = server;
  const what = [...(dnsClass === 'IN' ? [] : [dnsClass]), type, name].join(' ');
  return transports.map((transport) => ({
    host,
    probe,
    query: { address, port, transport, name, type, class: dnsClass, recursionDesired },
    asked: `${what} over ${transport}${label}`,
  }));
}

function serversOf(host: InventoryHost, issues: Issue[]): ProbeServer[] {
  const port = portOf(host.vars.get('dns_port'), issues);
  const addresses = [
    ...(addressesOf('dns_address', host.vars.get('dns_address'), isAddress, issues) ?? [
      host.connection.address,
    ]),
    ...(addressesOf('dns_address6', host.vars.get('dns_address6'), isAddress6, issues) ?? []),
  ];
  const distinct = [...new Set(addresses)];
  return distinct.map((address) => ({
    address,
    port,
    label: distinct.length === 1 ? '' : ` at ${address}`,
  }));
}

function isAddress6(text: string): boolean {
  return text.includes(':') && isAddress(text);
}

function portOf(binding: VarBinding | undefined, issues: Issue[]): number {
  if (binding === undefined) return 53;
  const { value, from } = binding;
  if (typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= 65_535) return value;
  issues.push(varIssue('dns_port', 'expected a port (1 to 65535)', from));
  return 53;
}

/** One address or a list of them; undefined when the inventory says nothing. */
function addressesOf(
  name: string,
  binding: VarBinding | undefined,
  fits: (text: string) => boolean,
  issues: Issue[],
): readonly string[] | undefined {
  if (binding === undefined) return undefined;
  const { value, from } = binding;
  const texts = isSecretSource(value) ? [] : [value].flat();
  if (texts.length > 0 && texts.every((text) => typeof text === 'string' && fits(text))) {
    return texts.map(String);
  }
  const wanted = fits === isAddress6 ? 'an IPv6 address' : 'an address';
  issues.push(varIssue(name, `expected ${wanted}, or a list of them`, from));
  return [];
}

/** The names that a probe asks a host for: none where `when` leaves the host out. */
function namesOf(probe: Probe, vars: FleetVars, issues: Issue[]): readonly string[] {
  for (const [name, values] of probe.when) {
    const found = plainValue(name, vars, probe, issues);
    if (!values.some((value) => value === found)) return [];
  }
  if (probe.forEach === undefined) return [probe.dns.name];
  const items = plainValue(probe.forEach, vars, probe, issues);
  const names = typeof items === 'object' ? items.map((item) => nameFor(probe.dns.name, item)) : [];
  for (const name of names) {
    if (isDnsName(name)) continue;
    const problem = `probe "${probe.id}" cannot ask for ${JSON.stringify(name)}: not a name in the DNS`;
    issues.push(varIssue(probe.forEach, problem, placeOf(vars.get(probe.forEach), probe)));
  }
  return [...new Set(names)];
}

function plainValue(
  name: string,
  vars: FleetVars,
  probe: Probe,
  issues: Issue[],
): string | number | boolean | readonly string[] | undefined {
  const resolved = vars.get(name);
  if (resolved === undefined) return undefined;
  if (!isSecretSource(resolved.value)) return resolved.value;
  issues.push(varIssue(name, `probe "${probe.id}" cannot look at a secret`, placeOf(resolved, probe)));
  return undefined;
}

function placeOf(resolved: ResolvedVar | undefined, probe: Probe): Location {
  return resolved === undefined || resolved.from === 'default' ? probe.from : resolved.from;
}

function varIssue(name: string, problem: string, location: Location): Issue {
  return { code: 'PROBE_VAR', message: `var "${name}": ${problem}`, location };
}
