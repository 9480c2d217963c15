// A whole verify with probes: the runtime on this machine in place of hosts, and DNS servers on the loopback.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { verify, type VerifyRun } from '../../../src/actions/index.ts';
import { verdict } from '../../../src/compare/index.ts';
import { ConnectError } from '../../../src/model/errors.ts';
import { parseInventory } from '../../../src/inventory/index.ts';
import { parsePlaybook } from '../../../src/playbook/index.ts';
import { type EventListener, RecordReader, type RunEvent } from '../../../src/model/index.ts';
import { ndjsonReporter, plainStyle, renderResult, renderVerify, toJson } from '../../../src/report/index.ts';
import { localTransport, type Transport } from '../../../src/transport/index.ts';
import { dependencies } from '../../library/example.ts';
import { treeOf } from '../../unit/playbook/tree.ts';
import { answerTo, type Behaviour, chaosText, type DnsServer, soa, startDnsServer } from './dns-server.ts';

const playbook = `name: demo
vars: { zones: { type: list } }
steps: [{ id: look, script: steps/look.sh }]
probes:
  - id: zones
    dns: { name: '{item}', type: SOA, authoritative: true }
    for_each: zones
    converge: serial
    within: 700ms
  - id: recursion
    dns: { name: recursion.invalid, type: A, recursion_desired: true, rcode: REFUSED, transports: [udp] }
  - id: version
    dns: { name: version.bind, type: TXT, class: CH, expect: '^$', transports: [udp] }
`;

/** An authoritative server that keeps its version to itself. */
function nameServer(serial: number, version?: string): Behaviour {
  return (asked) => {
    if (asked.class === 'CH')
      return [answerTo(asked, version === undefined ? [] : [chaosText(asked.name, version)])];
    if (asked.name === 'example.net') return [answerTo(asked, [soa('example.net', serial)])];
    return [answerTo(asked, [], { rcode: 'REFUSED', authoritative: false })];
  };
}

async function serve(behave: Behaviour, only?: 'udp'): Promise<DnsServer> {
  const server = await startDnsServer(behave, only === undefined ? {} : { only });
  onTestFinished(() => server.stop());
  return server;
}

/** Hosts are names to their servers; those that begin with `dark` cannot be logged in to. */
async function verifyFleet(
  servers: Readonly<Record<string, DnsServer>>,
  emit: EventListener = () => undefined,
): Promise<VerifyRun> {
  const hosts = Object.entries(servers).map(
    ([name, { address, port }]) => `  ${name}: { address: ${address}, vars: { dns_port: ${port} } }\n`,
  );
  const inventory = parseInventory({
    file: 'inventory.yaml',
    text: `vars: { zones: [example.net] }\nhosts:\n${hosts.join('')}`,
  });
  const state = mkdtempSync(join(tmpdir(), 'muster-probe-'));
  onTestFinished(() => {
    rmSync(state, { recursive: true });
  });
  const inner = localTransport();
  const transport: Transport = {
    connect: async (host, signal) => {
      if (host.name.startsWith('dark'))
        throw new ConnectError('CONNECT_REFUSED', 'refused', { host: host.name });
      return await inner.connect(host, signal);
    },
  };
  const tree = treeOf(playbook, { 'steps/look.sh': 'state() { :; }\nverify() { expect looks true; }\n' });
  return await verify(
    { playbook: parsePlaybook(tree), inventory, hosts: [...inventory.hosts.values()], selection: {} },
    {
      ...dependencies(transport, emit),
      signals: {
        stop: new AbortController().signal,
        cancel: new AbortController().signal,
        abandon: new AbortController().signal,
      },
      stateDirectory: state,
      durable: false,
    },
  );
}

/** What a person sees, without the run's name. */
function told({ result, comparison }: VerifyRun): string {
  const text = renderVerify(result, plainStyle, { divergences: comparison.divergences });
  return text.replace(/ {3}run .*/, '');
}

describe('verify with probes', () => {
  it('is good when every server answers as it should, and all serve the same', async () => {
    const run = await verifyFleet({ ns1: await serve(nameServer(7)), ns2: await serve(nameServer(7)) });
    expect(told(run)).toBe('✔ ns[1-2] (2 hosts)   5 checks hold, no drift\n2 hosts: 2 good\n');
    expect(verdict(run.result).exitCode).toBe(0);
  });

  it('exits 3 if a secondary is behind, and says by how much', async () => {
    const run = await verifyFleet({
      ns1: await serve(nameServer(7)),
      ns2: await serve(nameServer(7)),
      ns3: await serve(nameServer(4)),
    });
    expect(told(run)).toContain(
      'divergence:\n  probe zones: serial of example.net  7  ns[1-2] (2 hosts)    4 (3 behind)  ns3\n',
    );
    expect(verdict(run.result).exitCode).toBe(3);
    expect(toJson(run.result)).toMatchObject({
      comparison: {
        divergences: 1,
        keys: [
          {
            key: 'probe zones: serial of example.net',
            folds: [
              { value: '7', hosts: ['ns1', 'ns2'] },
              { value: '4 (3 behind)', hosts: ['ns3'] },
            ],
          },
        ],
      },
    });
  });

  it('has a line for each failed probe: host, question and answer', async () => {
    const open = await serve((asked) =>
      asked.name === 'recursion.invalid'
        ? [answerTo(asked, [], { rcode: 'NXDOMAIN' })]
        : nameServer(7)(asked),
    );
    const run = await verifyFleet({
      closed: await serve(nameServer(7), 'udp'),
      open,
      talks: await serve(nameServer(7, '9.18.1')),
      well: await serve(nameServer(7)),
    });
    expect(told(run).split('\n')).toEqual([
      '✖ closed   connection refused   probe zones:SOA example.net over tcp',
      '✖ open     NXDOMAIN instead of REFUSED   probe recursion:A recursion.invalid over udp',
      '✖ talks    9.18.1 does not match ^$   probe version:CH TXT version.bind over udp',
      '✔ well     5 checks hold, no drift',
      '4 hosts: 1 good, 3 failed',
      '',
    ]);
    expect(verdict(run.result).exitCode).toBe(1);
  });

  it('says the same in every line of --json, and can be shown from it as it was live', async () => {
    let text = '';
    const json = ndjsonReporter({ write: (piece) => (text += piece) });
    const events: RunEvent[] = [];
    const servers = { talks: await serve(nameServer(7, '9.18.1')), well: await serve(nameServer(7)) };
    const run = await verifyFleet(servers, (event) => {
      events.push(event);
      json(event);
    });
    json.finish(run.result);
    const lines = text.trimEnd().split('\n');
    const verdicts = lines
      .map((line) => JSON.parse(line) as Record<string, unknown>)
      .filter(({ type, host }) => type === 'host-finished' && host === 'talks');
    const failed = { outcome: 'failed', reason: '1 of 5 checks do not hold' };
    expect(verdicts).toMatchObject([failed]);
    expect(run.result.hosts.find(({ host }) => host === 'talks')).toMatchObject(failed);
    expect(JSON.parse(lines.at(-1) ?? '')).toMatchObject({ summary: { hosts: 2, failed: 1 } });

    // Results from outside are reported before the verdict.
    const ofTalks = events
      .filter((event) => 'host' in event && event.host === 'talks')
      .map(({ type }) => type);
    expect(ofTalks.slice(-5)).toEqual(['probe', 'probe', 'probe', 'probe', 'host-finished']);
    const reader = new RecordReader();
    for (const line of lines) reader.take(line);
    expect(renderResult(reader.end().result, plainStyle)).toBe(renderResult(run.result, plainStyle));
  });

  it('reports the answers of a host that could not be logged in to', async () => {
    const run = await verifyFleet({
      dark1: await serve(nameServer(7)),
      dark2: await serve(nameServer(7, '9.18.1')),
    });
    expect(told(run)).toContain('✖ dark2   ');
    expect(told(run)).toContain('? dark[1-2] (2 hosts)   unreachable: refused\n');
    expect(verdict(run.result).exitCode).toBe(4);
    expect(run.result.hosts.map(({ checks }) => checks.filter(({ holds }) => holds).length)).toEqual([4, 3]);
  });
});
