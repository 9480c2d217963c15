// From the events of a run to its result. The only way there: the same events give the same result.
import { MusterError } from './errors.ts';
import type { RunEvent, RunStarted, Stamp } from './events.ts';
import { type AnyHostResult, HostLedger } from './host-ledger.ts';
import type { RunResult, ServedSerial } from './result.ts';

/** The result of the run that these events are of. Throws MusterError `RUN_EVENTS` when its beginning is missing. */
export function reduce(events: Iterable<RunEvent>): RunResult {
  const reducer = new RunReducer();
  for (const event of events) reducer.take(event);
  return reducer.result();
}

interface Begun {
  readonly started: RunStarted;
  readonly runId: string;
  readonly time: string;
}

/** As `reduce`, event by event. */
export class RunReducer {
  readonly #hosts = new Map<string, HostLedger>();
  readonly #serials: ServedSerial[] = [];
  #run: Begun | undefined;
  #isInterrupted = false;
  #finished: string | undefined;

  /** The run began, as far as is known. */
  get isStarted(): boolean {
    return this.#run !== undefined;
  }

  /** The run ended, as far as is known. */
  get isFinished(): boolean {
    return this.#finished !== undefined;
  }

  take(event: RunEvent): void {
    if (event.type === 'run-started') this.#begin(event);
    else if (event.type === 'interrupted') this.#isInterrupted = true;
    else if (event.type === 'run-finished') this.#finished = event.time;
    else if (event.type !== 'notice' && event.type !== 'probes-started') {
      if (event.type === 'probe' && event.serial !== undefined)
        this.#serials.push({ host: event.host, ...event.serial });
      this.host(event.host).take(event);
    }
  }

  /** What is known of a host. One that the run did not name is added behind the others. */
  host(name: string): HostLedger {
    const known = this.#hosts.get(name);
    if (known !== undefined) return known;
    const { action, outputCap } = this.#begun().started;
    const added = new HostLedger(name, action, outputCap);
    this.#hosts.set(name, added);
    return added;
  }

  /** The result as far as it is known; a host of which not all is known is `unknown`. Throws as `reduce`. */
  result(): RunResult {
    const { started, runId, time } = this.#begun();
    const { action, playbook, waves = [], groups = [], preview = false, mask } = started;
    const hosts: readonly AnyHostResult[] = [...this.#hosts.values()].map((host) => host.result());
    const rest = {
      hosts,
      interrupted: this.#isInterrupted,
      started: time,
      ...(this.#finished === undefined ? {} : { finished: this.#finished }),
    };
    switch (action) {
      case 'plan':
        return { runId, action, playbook, ...rest, waves };
      case 'verify':
        return { runId, action, playbook, ...rest, groups, serials: [...this.#serials] };
      case 'compare':
        return { runId, action, playbook, ...rest, groups, serials: [...this.#serials] };
      case 'rollback':
        return { runId, action, playbook, ...rest, preview };
      case 'exec':
        return { runId, action, playbook, ...rest, ...(mask === undefined ? {} : { mask }) };
      case 'apply':
      case 'facts':
      case 'ping':
        return { runId, action, playbook, ...rest };
    }
  }

  #begin(event: RunStarted & Stamp): void {
    this.#run ??= { started: event, runId: event.runId, time: event.time };
    for (const host of event.hosts) this.host(host);
  }

  #begun(): Begun {
    if (this.#run !== undefined) return this.#run;
    throw new MusterError('RUN_EVENTS', 'the first event of the run (run-started) is missing');
  }
}
