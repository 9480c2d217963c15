// A run as events that nobody lived through: so many hosts, each with so many steps, as an apply of a playbook has them.
import type { HostOutcome, RunEvent, RunFact } from '../../src/model/index.ts';

export interface FabricatedRun {
  readonly runId: string;
  readonly playbook?: string;
  /** By default an apply. */
  readonly action?: Extract<RunFact, { type: 'run-started' }>['action'];
  readonly hosts: readonly string[];
  readonly steps: readonly string[];
  readonly started?: Date;
  /** Hosts that fail in their last step. */
  readonly failing?: ReadonlySet<string>;
  /** The run breaks off before its end. */
  readonly isCut?: boolean;
}

/** All events of the run, stamped. */
export function* fabricatedRun(run: FabricatedRun): Generator<RunEvent> {
  const { runId, hosts, steps, started = new Date(0), isCut = false } = run;
  let sequence = 0;
  const stamp = (fact: RunFact): RunEvent => {
    sequence += 1;
    return { ...fact, sequence, time: new Date(started.getTime() + sequence).toISOString(), runId };
  };
  const { playbook = 'demo', action = 'apply' } = run;
  yield stamp({ type: 'run-started', action, playbook, hosts, steps, outputCap: 1024 ** 2 });
  for (const host of hosts) {
    for (const fact of hostFacts(host, run)) yield stamp(fact);
  }
  if (!isCut) yield stamp({ type: 'run-finished' });
}

function* hostFacts(host: string, { steps, failing }: FabricatedRun): Generator<RunFact> {
  const isFailing = failing?.has(host) === true;
  yield { type: 'host-started', host };
  yield { type: 'host-connected', host };
  for (const [key, value] of facts) yield { type: 'fact', host, key, value };
  for (const [at, step] of steps.entries()) {
    const place = { host, step, index: at + 1 };
    const isLast = at === steps.length - 1;
    yield { type: 'step-started', ...place };
    yield { type: 'resource', host, result: resource(step, host, at % 4 === 0) };
    yield { type: 'check', host, result: { kind: 'step', step, name: 'served', holds: true, message: '' } };
    yield { type: 'observation', host, step, key: `${step}.version`, value: '9.18.24' };
    const text = `${step}: looked at /etc/${step}.conf on ${host}, ${String(at * 37)} lines\n`;
    yield { type: 'output', ...place, stream: isFailing && isLast ? 'stderr' : 'stdout', text };
    const outcome = isFailing && isLast ? 'failed' : 'ok';
    yield {
      type: 'step-finished',
      ...place,
      outcome,
      reason: isFailing && isLast ? 'no' : '',
      seconds: at % 3,
    };
  }
  const outcome: HostOutcome = isFailing ? 'failed' : 'changed';
  const ending = { host, outcome, reason: isFailing ? `step ${steps.at(-1) ?? ''} failed` : '' };
  yield { type: 'host-ended', ...ending, begun: true, connections: 1, execs: 2 };
  yield { type: 'host-finished', ...ending };
}

const facts = Object.entries({
  os: 'NetBSD',
  release: '10.1',
  machine: 'amd64',
  cpus: '4',
  pkgsrc: '2026Q3',
});

function resource(
  step: string,
  host: string,
  isChange: boolean,
): Extract<RunFact, { type: 'resource' }>['result'] {
  return {
    ...{ step, resource: 'line', target: `/etc/${step}.conf` },
    status: isChange ? 'changed' : 'ok',
    reason: isChange ? 'content differs' : '',
    diff: isChange ? ['@@ -1 +1 @@', `-name old`, `+name ${host}`] : [],
    irreversible: false,
  };
}
