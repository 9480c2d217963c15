// The progress of a run, for the live view: what the events report, and no verdicts of its own.
import type { HostOutcome, RunEvent, StepOutcome } from '../model/index.ts';

// A view that is drawn anew with every event shows the beginning of a long reason only.
const shownReason = 1000;

/** Where one host stands. */
export interface HostProgress {
  readonly host: string;
  /** `running`, and `probing` while it is asked from outside, until the outcome is known. */
  state: 'waiting' | 'running' | 'probing' | HostOutcome;
  /** Step being worked on, or that failed; empty before the first. */
  step: string;
  /** Why, for failed and lost hosts. */
  reason: string;
  readonly steps: Record<StepOutcome, number>;
}

/** A run as seen so far; `record` is the only way to change it. */
export class Progress {
  action = '';
  playbook = '';
  /** Number of steps in the playbook. */
  stepTotal = 0;
  /** The last notice; empty when there was none. */
  notice = '';
  /** In inventory order. */
  readonly hosts = new Map<string, HostProgress>();

  /** Takes in one event; events about hosts that the run did not announce add them. */
  record(event: RunEvent): void {
    if (event.type === 'run-started') this.start(event);
    else if (event.type === 'notice')
      this.notice = `${event.host === undefined ? '' : `${event.host}: `}${event.message.slice(0, shownReason)}`;
    else if (event.type === 'probes-started')
      for (const host of event.hosts) this.hostAt(host).state = 'probing';
    else if (event.type !== 'run-finished' && event.type !== 'interrupted')
      recordHost(this.hostAt(event.host), event);
  }

  private start(event: Extract<RunEvent, { type: 'run-started' }>): void {
    this.action = event.action;
    this.playbook = event.playbook;
    this.stepTotal = event.steps.length;
    for (const host of event.hosts) this.hostAt(host);
  }

  private hostAt(host: string): HostProgress {
    const known = this.hosts.get(host);
    if (known !== undefined) return known;
    const steps = { ok: 0, changed: 0, failed: 0, skipped: 0, 'rolled-back': 0 };
    const added: HostProgress = { host, state: 'waiting', step: '', reason: '', steps };
    this.hosts.set(host, added);
    return added;
  }
}

/** Of most that a host does the view shows nothing. */
function recordHost(host: HostProgress, event: RunEvent): void {
  if (event.type === 'host-started' || event.type === 'host-connected') host.state = 'running';
  else if (event.type === 'step-started') {
    host.state = 'running';
    host.step = event.step;
  } else if (event.type === 'step-finished') {
    host.steps[event.outcome] += 1;
    if (event.outcome === 'failed') host.reason = event.reason.slice(0, shownReason);
  } else if (event.type === 'host-finished') {
    host.state = event.outcome;
    if (event.reason !== '') host.reason = event.reason.slice(0, shownReason);
  }
}
