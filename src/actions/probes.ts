// The playbook's probes: what a verify asks each host from outside becomes checks of that host.
import type { InventoryHost } from '../inventory/index.ts';
import type { Probe } from '../playbook/index.ts';
import type { DnsAnswer, DnsQuery } from '../probe/index.ts';
import type { CheckResult, HostResult } from '../result.ts';

type Ask = (query: DnsQuery) => Promise<DnsAnswer | undefined>;

/** Adds the answers to a host's result. A host that was not reached is not asked: it is unknown already. */
export async function probeHost(
  result: HostResult,
  host: InventoryHost,
  probes: readonly Probe[],
  ask: Ask,
): Promise<HostResult> {
  if (probes.length === 0 || result.outcome === 'unreachable' || result.outcome === 'skipped') return result;
  const checks: CheckResult[] = [];
  for (const probe of probes) checks.push(await probeCheck(probe, host, ask));
  const broken = checks.filter(({ holds }) => !holds);
  const all = [...result.checks, ...checks];
  if (broken.length === 0 || result.outcome === 'failed' || result.outcome === 'unknown') {
    return { ...result, checks: all };
  }
  return {
    ...result,
    checks: all,
    outcome: 'failed',
    reason: `${broken.length} of ${all.length} checks do not hold`,
  };
}

async function probeCheck(probe: Probe, host: InventoryHost, ask: Ask): Promise<CheckResult> {
  const { name, type, expect } = probe.dns;
  const address = host.connection.address;
  // A server behind a port mapping says so with the var dns_port.
  const bound = host.vars.get('dns_port')?.value;
  const answer = await ask({ address, port: typeof bound === 'number' ? bound : 53, name, type });
  return {
    step: `probe ${probe.id}`,
    name: `${address} answers ${name} ${type}`,
    ...judge(answer, expect),
  };
}

function judge(
  answer: DnsAnswer | undefined,
  expect: string | undefined,
): { holds: boolean; message: string } {
  if (answer === undefined) return { holds: false, message: 'no answer' };
  if (answer.rcode !== 'NOERROR') return { holds: false, message: answer.rcode };
  const text = answer.records.join(', ');
  if (answer.records.length === 0) return { holds: false, message: 'an empty answer' };
  if (expect !== undefined && !answer.records.some((record) => new RegExp(expect, 'u').test(record))) {
    return { holds: false, message: `${text} does not match ${expect}` };
  }
  return { holds: true, message: '' };
}
