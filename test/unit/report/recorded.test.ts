// A run that was recorded with --json is shown as the live one was, byte for byte, for every verb; and one that breaks off
// anywhere has every host in it.
import { describe, expect, it } from 'vitest';
import { divergencesOf, verdict } from '../../../src/compare/index.ts';
import {
  type Action,
  type AnyHostResult,
  encodeEvent,
  type ReadRecord,
  RecordReader,
  type RunEvent,
  type RunResult,
  type RunStarted,
} from '../../../src/model/index.ts';
import {
  ndjsonReporter,
  plainReporter,
  plainStyle,
  renderJunit,
  renderMarkdown,
  renderResult,
  toJson,
  writeResult,
} from '../../../src/report/index.ts';
import { followFleet } from '../../../src/run/index.ts';
import { factsOf, probesOf } from '../model/fabricated.ts';
import { checkResult, hostResult, hostile, resourceResult, stepResult } from './renderers.ts';

const never = new AbortController().signal;
const odd = `byte \udcff ${hostile}`;
const diff = ['@@ -1 +1 @@', '-a', `+${odd}`];
const steps = [
  stepResult('cage', { seconds: 3, stdout: 'made\n', stderr: odd, cut: ['stderr'] }),
  stepResult('log', { outcome: 'skipped', reason: 'it is not for this host' }),
];

/** Hosts in all states that a run of playbooks knows. */
const hosts: readonly AnyHostResult[] = [
  hostResult('ns1', {
    steps,
    checks: [checkResult('cage', 'root')],
    observations: new Map([
      ['v', '1'],
      [odd, odd],
    ]),
  }),
  hostResult('ns2', {
    outcome: 'changed',
    ...{ steps, observations: new Map([['v', '1']]), facts: new Map([['os', 'NetBSD 9.4']]) },
    resources: [
      resourceResult('cage', 'file /etc/a', { status: 'change', reason: odd, diff, irreversible: true }),
      resourceResult('log', 'restart named', { status: 'change', reason: 'later', after: 'cage' }),
    ],
  }),
  hostResult('ns3', {
    ...{ outcome: 'failed', reason: '2 of 3 checks do not hold', steps },
    checks: [
      checkResult('cage', 'uid', 'is root'),
      checkResult('probe soa', 'SOA over udp'),
      checkResult('probe soa', 'SOA over tcp', 'no answer'),
    ],
    observations: new Map([['v', '2']]),
    otherRun: { state: 'died', runId: 'x', action: 'apply', playbook: 'p', operator: 'o@c', since: 's' },
  }),
  hostResult('ns4', { outcome: 'failed', reason: 'step cage: no space left', hint: 'df -k', steps }),
  hostResult('ns5', { outcome: 'unreachable', reason: 'refused', execs: 0 }),
  hostResult('ns6', { outcome: 'unknown', reason: odd, hint: odd }),
  hostResult('ns7', { outcome: 'skipped', reason: 'the budget is 1', connections: 0, execs: 0 }),
];
const commands = hosts.map((host, index): AnyHostResult => ({
  ...host,
  steps: [],
  checks: [],
  resources: [],
  command: { status: [0, 0, 3, null][index] ?? null, stdout: `said\n${odd}`, stderr: '', cut: ['stdout'] },
  ...(index === 2 ? { outcome: 'failed', reason: 'exit status 3' } : {}),
}));
const receipt = { runId: 'r0', playbook: 'p', operator: odd, started: 's', entries: 2 };
const undone = hosts.map((host, index): AnyHostResult => ({
  ...host,
  ...(index === 0 ? { outcome: 'rolled-back', receipt, proof: { same: 41, paths: 41 } } : {}),
  resources: [resourceResult('cage', 'file /etc/a', { status: index === 1 ? 'conflict' : 'undone' })],
}));

const groups = [
  { name: '10', hosts: ['ns1', 'ns2'] },
  { name: '2', hosts: ['ns2', 'ns3', odd] },
];
const cases: readonly (readonly [string, Action, readonly AnyHostResult[], Partial<RunStarted>])[] = [
  ['a plan', 'plan', hosts, { waves: [['ns1'], ['ns2', 'ns3']] }],
  ['an apply', 'apply', hosts, {}],
  ['a verify', 'verify', hosts, { groups }],
  ['a compare', 'compare', hosts, { groups }],
  ['a rollback', 'rollback', undone, {}],
  ['the preview of a rollback', 'rollback', undone, { preview: true }],
  ['an exec', 'exec', commands, {}],
  ['facts', 'facts', hosts, {}],
  ['a ping', 'ping', hosts, {}],
];

interface Live {
  readonly result: RunResult;
  /** What --json wrote, in lines. */
  readonly lines: readonly string[];
  readonly events: readonly RunEvent[];
}

async function live(
  action: Action,
  fleet: readonly AnyHostResult[],
  more: Partial<RunStarted>,
): Promise<Live> {
  let text = '';
  const events: RunEvent[] = [];
  const json = ndjsonReporter({ write: (piece) => (text += piece) });
  const asked = fleet.filter((host) => action === 'verify' && probesOf(host).length > 0);
  const { result } = await followFleet(
    {
      ...{ runId: 'R1', action, playbook: 'caged-bind', steps: ['cage', 'log'], outputCap: 20, ...more },
      strategy: { concurrency: 1, waves: [], failureBudget: undefined, keepServing: undefined },
      hosts: fleet.map((host) => ({
        host: host.host,
        run: async (tell) => {
          factsOf(host, action).forEach(tell);
        },
      })),
      followUp: {
        hosts: new Set(asked.map(({ host }) => host)),
        ask: async (_, tell) => {
          asked.flatMap(probesOf).forEach(tell);
        },
      },
    },
    {
      signals: { stop: never, cancel: never, abandon: never },
      clock: () => new Date('2026-11-28T05:00:00.123Z'),
      emit: (event) => {
        events.push(event);
        json(event);
      },
    },
  );
  json.finish(result, { sources: { inventory: { file: 'i.yaml', by: 'named' } } });
  return { result, lines: text.trimEnd().split('\n'), events };
}

function read(lines: readonly string[], listener?: (event: RunEvent) => void): ReadRecord {
  const reader = new RecordReader(listener);
  for (const line of lines) reader.take(line);
  return reader.end();
}

/** A whole result as `show` and `report` write it. */
function whole(result: RunResult): string {
  let text = '';
  writeResult({ write: (piece) => (text += piece) }, result);
  return text.trimEnd();
}

/** The record that the version before wrote: a line for each event, and the whole result behind them. */
function version2({ events, result }: Live): string[] {
  return [...events.map(encodeEvent), { type: 'result', ...toJson(result) }].map((line) =>
    JSON.stringify('version' in line ? { ...line, version: 2 } : line),
  );
}

/** Everything that is ever shown of a result. */
function shown(result: RunResult): readonly string[] {
  const extra = { divergences: divergencesOf(result) };
  return [
    renderResult(result, plainStyle),
    renderResult(result, { ...plainStyle, color: true, columns: 60 }, { all: true }),
    renderJunit(result, extra),
    renderMarkdown(result, extra),
    JSON.stringify(verdict(result)),
  ];
}

describe.each(cases)('%s', (_, action, fleet, more) => {
  it('is shown from its record as it was live', async () => {
    const run = await live(action, fleet, more);
    const { result, isCut } = read(run.lines);
    expect(isCut).toBe(false);
    expect(shown(result)).toEqual(shown(run.result));
    expect(result).toStrictEqual(run.result);
    // The events are enough, and so is a whole result.
    expect(shown(read(run.lines.slice(0, -1)).result)).toEqual(shown(run.result));
    expect(shown(read([whole(result)]).result)).toEqual(shown(run.result));
  });

  it('is shown from a record of version 2 as it was live', async () => {
    const run = await live(action, fleet, more);
    const { result, isCut } = read(version2(run));
    expect(isCut).toBe(false);
    expect(shown(result)).toEqual(shown(run.result));
    expect(shown(read(version2(run).slice(-1)).result)).toEqual(shown(run.result));
  });

  it('says everything once', async () => {
    const { lines, events } = await live(action, fleet, more);
    const [first = '', ...others] = lines;
    expect(first).toContain('"runId":"R1"');
    expect(others.slice(0, -1).filter((line) => line.includes('"runId":"R1"'))).toEqual([]);
    const counted = others.slice(0, -1).map((line) => (JSON.parse(line) as { sequence: number }).sequence);
    expect(counted.length).toBeLessThan(events.length);
    const last = JSON.parse(lines.at(-1) ?? '') as object;
    expect(Object.keys(last)).not.toEqual(expect.arrayContaining(['hosts']));
    expect(last).toMatchObject({ type: 'result', version: 3, runId: 'R1', summary: { hosts: fleet.length } });
  });

  it('shows its progress again as it was live', async () => {
    const run = await live(action, fleet, more);
    const told = (tell: (listener: (event: RunEvent) => void) => void): string => {
      let text = '';
      tell(plainReporter({ write: (line) => (text += line), verbose: true }));
      return text;
    };
    expect(told((listener) => read(run.lines, listener))).toBe(
      told((listener) => {
        run.events.forEach(listener);
      }),
    );
  });

  it('reports the same about a host in every line: there is one verdict, that of the result', async () => {
    const { result, events } = await live(action, fleet, more);
    const spoken = events.flatMap((event) =>
      event.type === 'host-finished' ? [[event.host, event.outcome, event.reason, event.hint]] : [],
    );
    const sorted = (all: readonly unknown[][]): unknown =>
      all.toSorted((a, b) => (String(a[0]) < String(b[0]) ? -1 : 1));
    expect(sorted(spoken)).toEqual(
      result.hosts.map(({ host, outcome, reason, hint }) => [host, outcome, reason, hint]),
    );
    expect(events.map(({ sequence }) => sequence)).toEqual(events.map((_event, index) => index + 1));
  });

  it('has every host, and reports where the record breaks off', async () => {
    const { lines, events } = await live(action, fleet, more);
    for (let end = 1; end < lines.length - 1; end += 1) {
      const { result, isCut } = read(lines.slice(0, end));
      expect([isCut, result.finished, result.hosts.length]).toEqual([true, undefined, fleet.length]);
      const heard = (JSON.parse(lines[end] ?? '') as { sequence: number }).sequence - 1;
      const spoken = new Set(
        events.slice(0, heard).flatMap((event) => (event.type === 'host-finished' ? [event.host] : [])),
      );
      for (const { host, outcome, reason } of result.hosts) {
        if (spoken.has(host)) continue;
        expect([outcome, reason]).toEqual([
          'unknown',
          expect.stringMatching(/^the record of the run ends before/),
        ]);
      }
      expect([1, 4]).toContain(verdict(result).exitCode);
      if (action !== 'compare' && action !== 'rollback')
        expect(renderResult(result, plainStyle)).toContain('its record is not complete');
    }
  });
});

describe('a record', () => {
  it.each<[string, (lines: string[]) => string[], RegExp]>([
    ['that lacks an event', (lines) => lines.toSpliced(2, 1), /^line 3: event 3 is missing; here is 4$/],
    ['that lacks a line', (lines) => lines.toSpliced(3, 1), /^line 4: event 4 is missing; here is \d+$/],
    ['without its events', (lines) => lines.slice(-1), /^line 1: the events before the result are missing$/],
    ['without its beginning', (lines) => lines.slice(1), /^line 1: event 1 is missing/],
    ['with a line that is no JSON', (lines) => lines.with(2, '{'), /^line 3: this is not JSON$/],
    ['with a line that is no object', (lines) => lines.with(2, '7'), /^line 3: this is not a JSON object$/],
    ['with lines behind its end', (lines) => [...lines, lines[0] ?? ''], /there is a line after the result$/],
    [
      'with two runs',
      (lines) => [...lines.slice(0, 3), (lines[0] ?? '').replace('"sequence":1', '"sequence":4')],
      /^line 4: another run begins here$/,
    ],
    [
      'with an event of another run',
      (lines) => lines.with(1, (lines[1] ?? '').replace('{', '{"runId":"R2",')),
      /^line 2: this event is of another run$/,
    ],
    [
      'of another version',
      (lines) => lines.with(0, (lines[0] ?? '').replace('"version":3', '"version":1')),
      /^line 1: the record is of version 1; this muster reads versions 2 and 3$/,
    ],
    [
      'with a field of another kind',
      (lines) => lines.with(1, (lines[1] ?? '').replace('"ns1"', '["ns1"]')),
      /^line 2: host: /,
    ],
    ['with nothing in it', () => [], /^there is no run in it$/],
  ])('%s is refused, with the line', async (_, change, message) => {
    const { lines } = await live('verify', hosts, { groups });
    expect(() => read(change([...lines]))).toThrow(message);
  });
});
