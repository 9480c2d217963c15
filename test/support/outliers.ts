// A history of verifies over many hosts, in which three hosts begin to differ in one run and go on so: recorded event by event, as
// a run records itself.
import { reduce, type RunEvent, type RunFact, type RunOrigin } from '../../src/model/index.ts';
import { fileHistory, thisController } from '../../src/store/index.ts';

const conf = 'options {\n  directory "/";\n  recursion no;\n};\n';

/** What every host says of each of twenty keys. */
const usual: ReadonlyMap<string, string> = new Map([
  ['bind.version', '9.18.24'],
  ['named.conf', conf],
  ['zones', '41'],
  ...Array.from({ length: 17 }, (_, at): [string, string] => [`sysctl.${String(at)}`, String(at * 3)]),
]);

/** Host, key, and what it says instead. */
export const outliers = [
  { host: 'ns137', key: 'bind.version', value: '9.18.19' },
  { host: 'ns256', key: 'named.conf', value: conf.replace('no;', 'yes;') },
  { host: 'ns404', key: 'zones', value: '40' },
] as const;

/** The run in which they begin, from 1. */
export const firstWrong = 4;
export const runs = 9;
export const hosts = Array.from({ length: 500 }, (_, at) => `ns${String(at + 1)}`);

const origin: RunOrigin = {
  ...{ operator: 'ops@bastion', directory: '/srv', argv: ['verify', 'caged-bind'], muster: '0.1.0' },
  ...{ controller: thisController(), selection: {} },
};

/** The id of a run, from 1. */
export function runIdOf(run: number): string {
  return `202611${String(19 + run)}-050000-aa0${String(run)}`;
}

/** Records them all. */
export async function recordOutliers(directory: string): Promise<void> {
  const problems: string[] = [];
  const history = fileHistory({ directory, clock: () => new Date(), say: (words) => problems.push(words) });
  for (let run = 1; run <= runs; run++) {
    const events = [...eventsOf(run)];
    const recorder = history.record(origin);
    for (const event of events) recorder.take(event);
    await recorder.end(reduce(events));
  }
  if (problems.length > 0) throw new Error(problems.join('; '));
}

function* eventsOf(run: number): Generator<RunEvent> {
  const started = Date.parse(`2026-11-${String(19 + run)}T05:00:00.000Z`);
  let sequence = 0;
  const stamp = (fact: RunFact): RunEvent => {
    sequence += 1;
    return { ...fact, sequence, time: new Date(started + sequence).toISOString(), runId: runIdOf(run) };
  };
  const steps = ['facts', 'proof'];
  yield stamp({
    ...{ type: 'run-started', action: 'verify', playbook: 'caged-bind', hosts, steps },
    outputCap: 65_536,
  });
  for (const host of hosts) for (const fact of factsOf(host, run)) yield stamp(fact);
  yield stamp({ type: 'run-finished' });
}

function* factsOf(host: string, run: number): Generator<RunFact> {
  yield { type: 'host-started', host };
  yield { type: 'host-connected', host };
  for (const [at, step] of ['facts', 'proof'].entries()) {
    const place = { host, step, index: at + 1 };
    yield { type: 'step-started', ...place };
    if (step === 'facts')
      for (const [key, value] of saidBy(host, run)) yield { type: 'observation', host, step, key, value };
    else
      yield { type: 'check', host, result: { kind: 'step', step, name: 'root', holds: true, message: '' } };
    yield { type: 'step-finished', ...place, outcome: 'ok', reason: '', seconds: 0 };
  }
  const ending = { host, outcome: 'ok', reason: '' } as const;
  yield { type: 'host-ended', ...ending, begun: true, connections: 1, execs: 2 };
  yield { type: 'host-finished', ...ending };
}

function saidBy(host: string, run: number): ReadonlyMap<string, string> {
  const outlier = run < firstWrong ? undefined : outliers.find((one) => one.host === host);
  return outlier === undefined ? usual : new Map([...usual, [outlier.key, outlier.value]]);
}
