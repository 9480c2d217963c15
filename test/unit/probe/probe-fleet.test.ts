// Replies become checks and serials a comparison; what does not hold is asked again while there is time.
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { planProbes } from '../../../src/probe/questions.ts';
import { probeFleet } from '../../../src/probe/probe-fleet.ts';
import { parseInventory } from '../../../src/inventory/index.ts';
import { parsePlaybook } from '../../../src/playbook/index.ts';
import type { AskOptions, DnsQuery, DnsReply } from '../../../src/probe/index.ts';
import type { HostResult } from '../../../src/model/result.ts';
import { checkResult, hostResult } from '../compare/fleet.ts';
import { factsOf } from '../model/fabricated.ts';
import { compareSerials, type KeyComparison } from '../../../src/compare/index.ts';
import { followFleet } from '../../../src/run/index.ts';
import { resultOf } from '../../../src/model/index.ts';
import { treeOf } from '../playbook/tree.ts';

type Answer = Extract<DnsReply, { kind: 'answer' }>;

function answer(more: Partial<Answer> = {}): Answer {
  return { kind: 'answer', rcode: 'NOERROR', authoritative: true, records: [], serial: undefined, ...more };
}

function serial(number: number, more: Partial<Answer> = {}): Answer {
  return answer({ records: [`ns. root. ${number} 1 1 1 1`], serial: number, ...more });
}

const silence: DnsReply = { kind: 'silence', problem: 'no answer', retry: true };

interface Fleet {
  readonly probe: string;
  readonly hosts: readonly HostResult[];
  readonly stop?: AbortSignal;
  readonly concurrency?: number;
  ask(query: DnsQuery, options: AskOptions): DnsReply | Promise<DnsReply>;
}

interface Probed {
  readonly hosts: readonly HostResult[];
  readonly serials: readonly KeyComparison[];
}

/** Probes hosts at addresses that are their names, when a verify found out this much about them. */
async function probe({ probe, hosts, stop, concurrency = 10, ask }: Fleet): Promise<Probed> {
  const playbook = parsePlaybook(
    treeOf(`name: demo\nsteps: [{id: a, script: steps/01-package.sh}]\nprobes: [${probe}]\n`),
  );
  const names = hosts.map(({ host }) => `${host}: {}`).join(', ');
  const inventory = parseInventory({ file: 'i.yaml', text: `hosts: {${names}}` });
  const questions = planProbes(playbook, [...inventory.hosts.values()]);
  const never = new AbortController().signal;
  const deps = {
    clock: () => new Date(),
    concurrency,
    signals: { stop: stop ?? never, cancel: never, abandon: never },
  };
  const { result } = await followFleet(
    {
      ...{ runId: 'r', action: 'verify', playbook: 'demo', steps: [], outputCap: 100, groups: [] },
      strategy: { concurrency: 10, waves: [], failureBudget: undefined, keepServing: undefined },
      hosts: hosts.map((host) => ({
        host: host.host,
        run: async (tell) => {
          factsOf(host, 'verify').forEach(tell);
        },
      })),
      followUp: {
        hosts: new Set(questions.map(({ host }) => host)),
        ask: (left, tell) =>
          probeFleet(
            questions.filter(({ host }) => left.has(host)),
            deps,
            async (query, options) => ask(query, options),
            tell,
          ),
      },
    },
    { ...deps, signals: { ...deps.signals, stop: never }, emit: () => undefined },
  );
  return { hosts: result.hosts, serials: compareSerials(resultOf(result, 'verify').serials) };
}

/** What the one check of the one host says. */
async function message(dns: string, reply: DnsReply): Promise<string> {
  const { hosts } = await probe({
    probe: `{id: p, dns: {name: example.net, transports: [udp], ${dns}}}`,
    hosts: [hostResult('ns1')],
    ask: () => reply,
  });
  expect(hosts[0]?.checks).toHaveLength(1);
  expect(hosts[0]?.checks[0]?.holds).toBe(hosts[0]?.outcome === 'ok');
  return hosts[0]?.checks[0]?.message ?? '';
}

describe('a reply', () => {
  it.each<[string, string, DnsReply, string]>([
    ['holds when there is an answer', 'type: A', answer({ records: ['192.0.2.1'] }), ''],
    ['does not hold without one', 'type: A', answer(), 'an empty answer'],
    ['does not hold when nothing came', 'type: A', silence, 'no answer'],
    ['holds when one record matches', `type: A, expect: '2$'`, answer({ records: ['1', '2'] }), ''],
    [
      'tells what did not match',
      `type: A, expect: '^2$'`,
      answer({ records: ['1', '3'] }),
      '1, 3 does not match ^2$',
    ],
    [
      'tells that nothing was there to match',
      'type: A, expect: x',
      answer(),
      'an empty answer does not match x',
    ],
    ['holds when nothing is wanted', `type: TXT, expect: '^$'`, answer(), ''],
    [
      'does not hold when nothing is wanted',
      `type: TXT, expect: '^$'`,
      answer({ records: ['9.9'] }),
      '9.9 does not match ^$',
    ],
    ['tells the response code', 'type: A', answer({ rcode: 'REFUSED' }), 'REFUSED instead of NOERROR'],
    ['holds when it is refused as wanted', 'type: A, rcode: REFUSED', answer({ rcode: 'REFUSED' }), ''],
    [
      'holds when it is one of the response codes wanted',
      'type: A, rcode: [NXDOMAIN, REFUSED]',
      answer({ rcode: 'REFUSED' }),
      '',
    ],
    [
      'tells what came instead of several response codes',
      'type: A, rcode: [NXDOMAIN, REFUSED]',
      answer({ rcode: 'SERVFAIL' }),
      'SERVFAIL instead of NXDOMAIN or REFUSED',
    ],
    [
      'tells what was answered instead of a refusal',
      'type: A, rcode: REFUSED',
      answer({ records: ['192.0.2.1'] }),
      'NOERROR instead of REFUSED: 192.0.2.1',
    ],
    [
      'tells a lame server',
      'type: SOA, authoritative: true',
      answer({ authoritative: false }),
      'not authoritative',
    ],
    [
      'tells a server that should not be authoritative',
      'type: SOA, authoritative: false',
      serial(1),
      'authoritative',
    ],
    [
      'cuts long answers',
      'type: TXT, expect: x',
      answer({ records: ['a'.repeat(300)] }),
      `${'a'.repeat(200)}... does not match x`,
    ],
  ])('%s', async (_, dns, reply, expected) => {
    expect(await message(dns, reply)).toBe(expected);
  });
});

describe('probeFleet', () => {
  const once = '{id: soa, dns: {name: example.net, type: SOA}}';

  it('fails a host whose probe does not hold, and counts all of its checks', async () => {
    const checks = [checkResult('proof', 'root')];
    const { hosts } = await probe({
      probe: once,
      hosts: [hostResult('ns1', { checks }), hostResult('ns2', { outcome: 'changed', checks })],
      ask: ({ address, transport }) => (address === 'ns2' && transport === 'tcp' ? silence : serial(1)),
    });
    expect(hosts).toMatchObject([
      { outcome: 'ok', reason: '', checks: [{ step: 'proof' }, { holds: true }, { holds: true }] },
      {
        outcome: 'failed',
        reason: '1 of 3 checks do not hold',
        checks: [
          { step: 'proof' },
          { holds: true },
          {
            kind: 'probe',
            probe: 'soa',
            name: 'SOA example.net over tcp',
            holds: false,
            message: 'no answer',
          },
        ],
      },
    ]);
  });

  it('asks hosts that could not be logged in to, and does not change their outcome', async () => {
    const { hosts } = await probe({
      probe: once,
      hosts: [
        hostResult('ns1', { outcome: 'unreachable', reason: 'refused' }),
        hostResult('ns2', { outcome: 'skipped', reason: 'interrupted' }),
      ],
      ask: () => silence,
    });
    expect(hosts).toMatchObject([
      { outcome: 'unreachable', reason: 'refused', checks: [{ holds: false }, { holds: false }] },
      { outcome: 'skipped', checks: [] },
    ]);
  });

  it('asks once if the probe has no time', async () => {
    let asked = 0;
    await probe({
      probe: once,
      hosts: [hostResult('ns1')],
      ask: () => {
        asked += 1;
        return silence;
      },
    });
    expect(asked).toBe(2);
  });

  it('repeats only what does not hold yet', async () => {
    const asked: string[] = [];
    const { hosts } = await probe({
      probe: '{id: soa, dns: {name: example.net, type: SOA, transports: [udp]}, within: 5s}',
      hosts: [hostResult('ns1'), hostResult('ns2')],
      ask: ({ address }) => {
        asked.push(address);
        return address === 'ns2' && asked.length < 4 ? answer({ rcode: 'SERVFAIL' }) : serial(1);
      },
    });
    expect(asked).toEqual(['ns1', 'ns2', 'ns2', 'ns2']);
    expect(hosts.map(({ outcome }) => outcome)).toEqual(['ok', 'ok']);
  });

  it('waits until a secondary has caught up', async () => {
    let asked = 0;
    const { hosts, serials } = await probe({
      probe:
        '{id: soa, dns: {name: example.net, type: SOA, transports: [udp]}, converge: serial, within: 5s}',
      hosts: [hostResult('ns1'), hostResult('ns2')],
      ask: ({ address }) => serial(address === 'ns1' || ++asked > 2 ? 8 : 7),
    });
    expect(hosts.map(({ outcome }) => outcome)).toEqual(['ok', 'ok']);
    expect(serials).toMatchObject([
      {
        key: 'probe soa: serial of example.net',
        folds: [{ value: '8', hosts: ['ns1', 'ns2'] }],
        outliers: [],
      },
    ]);
  });

  it('reports one that does not catch up in time as a divergence, not as a failure', async () => {
    const { hosts, serials } = await probe({
      probe:
        '{id: soa, dns: {name: example.net, type: SOA, transports: [udp]}, converge: serial, within: 700ms}',
      hosts: [hostResult('ns1'), hostResult('ns2'), hostResult('ns3')],
      ask: ({ address }) => serial(address === 'ns2' ? 7 : 10),
    });
    expect(hosts.map(({ outcome }) => outcome)).toEqual(['ok', 'ok', 'ok']);
    expect(serials).toMatchObject([{ outliers: [{ value: '7 (3 behind)', hosts: ['ns2'] }] }]);
  });

  it('compares only hosts that are authoritative for the zone', async () => {
    const { hosts, serials } = await probe({
      probe:
        '{id: soa, dns: {name: example.net, type: SOA, transports: [udp]}, converge: serial, within: 1ms}',
      hosts: [hostResult('ns1'), hostResult('ns2'), hostResult('ns3')],
      ask: ({ address }) =>
        address === 'ns1' ? serial(1) : address === 'ns2' ? serial(2, { authoritative: false }) : answer(),
    });
    expect(serials).toMatchObject([{ folds: [{ value: '1', hosts: ['ns1'] }], outliers: [] }]);
    expect(hosts.map(({ checks }) => checks[0]?.message)).toEqual(['', '', 'no SOA record of example.net']);
  });

  it('asks no more hosts at once than a run works on', async () => {
    const busy = new Set<string>();
    let most = 0;
    await probe({
      probe: once,
      hosts: ['ns1', 'ns2', 'ns3', 'ns4', 'ns5'].map((name) => hostResult(name)),
      concurrency: 2,
      ask: async ({ address }) => {
        busy.add(address);
        most = Math.max(most, busy.size);
        await sleep(5);
        busy.delete(address);
        return serial(1);
      },
    });
    expect(most).toBe(2);
  });

  it('does not try a silent server three times for each of many questions', async () => {
    const tries: number[] = [];
    const dns = Array.from(
      { length: 20 },
      (_, index) => `{id: p${index}, dns: {name: x, type: A, transports: [udp]}}`,
    );
    await probe({
      probe: dns.join(', '),
      hosts: [hostResult('ns1')],
      ask: async (_, options) => {
        tries.push(options.tries ?? 3);
        await sleep(1);
        return silence;
      },
    });
    expect(tries).toHaveLength(20);
    expect(tries.filter((number) => number === 3)).toHaveLength(8);
  });

  it('ends when the operator stops it, without checks for open questions', async () => {
    const stop = new AbortController();
    const { hosts } = await probe({
      probe: '{id: soa, dns: {name: example.net, type: SOA, transports: [udp]}, within: 10m}',
      hosts: [hostResult('ns1'), hostResult('ns2')],
      stop: stop.signal,
      ask: ({ address }) => {
        if (address === 'ns1') return serial(1);
        stop.abort();
        return silence;
      },
    });
    expect(hosts).toMatchObject([
      { outcome: 'ok', checks: [{ holds: true }] },
      { outcome: 'ok', checks: [] },
    ]);
  });
});
