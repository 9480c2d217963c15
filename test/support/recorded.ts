// The record of one host's run: what the fleet's run makes of the facts that a host's run tells.
import type { Action, AnyHostResult, FactListener, RunEvent } from '../../src/model/index.ts';
import { type HostRun, RunRecord } from '../../src/run/index.ts';

export interface HostRecord {
  readonly take: FactListener;
  /** What is known of the host. */
  result(): AnyHostResult;
  standing(): HostRun;
}

/** Begins the record. The listener gets what happens on the host, and not that the run began. */
export function recordHost(
  host: string,
  action: Action,
  outputCap: number,
  listener: (event: RunEvent) => void = () => undefined,
): HostRecord {
  const record = new RunRecord({ runId: 'r', clock: () => new Date(0) }, (event) => {
    if (event.type !== 'run-started') listener(event);
  });
  record.take({ type: 'run-started', action, playbook: 'p', hosts: [host], steps: [], outputCap });
  return {
    take: record.take,
    result: () => {
      const [result] = record.result().hosts;
      if (result === undefined) throw new Error(`${host} is missing in the result`);
      return result;
    },
    standing: () => record.standing(host),
  };
}
