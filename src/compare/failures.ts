// What went wrong over the fleet, each thing once: hosts with the same trouble at the same place are folded.
import type { HostOutcome, HostResult, StepResult } from '../model/index.ts';
import { type AlikeFold, foldAlike } from './alike.ts';
import { changeOf, sharedDiff } from './change-lines.ts';
import { canonical } from './fold.ts';

/** One thing wrong on a host. */
export interface Failure {
  /** `drift` is a resource that a verify would have changed; `host` is trouble outside any step. */
  readonly kind: 'resource' | 'conflict' | 'check' | 'probe' | 'drift' | 'step' | 'host';
  /** Step id, or that of a `probe`; empty for `host`. */
  readonly step: string;
  /** Name of a check or probe, or `resource target`; empty for `step` and `host`. */
  readonly subject: string;
  readonly message: string;
  /**
   * Lines of a unified diff: how it is against how it should be. Only what it changes makes failures different, not
   * what stands around that; folded, it has what is so on all hosts.
   */
  readonly diff: readonly string[];
  readonly hint: string | undefined;
  /** Tail of what the step's commands wrote to stderr; untrusted. Not part of what makes failures equal. */
  readonly stderr: string;
}

/** Why we know nothing, or not all, about a host. */
export interface Loss {
  readonly outcome: HostOutcome;
  readonly reason: string;
  readonly hint: string | undefined;
}

/**
 * Everything wrong on hosts that were reached, folded by kind, step, subject, message and what a diff changes, in order
 * of first appearance; very many different messages of one place by what they have in common. That hosts are unreachable or unknown is no failure: see `foldLosses`.
 */
export function foldFailures(hosts: readonly HostResult[]): readonly AlikeFold<Failure>[] {
  const entries = hosts.flatMap((host) => failuresOf(host).map((value) => ({ host: host.host, value })));
  return foldAlike(entries, {
    text: ({ kind, step, subject, message }) => canonical([kind, step, subject, message]),
    exactly: ({ diff }) => canonical(changeOf(diff)),
    together: (failures) => ({ ...failures[0], diff: sharedDiff(failures.map(({ diff }) => diff)) }),
    crowd: {
      place: ({ kind, step, subject }) => canonical([kind, step, subject]),
      words: ({ message, diff }) => [message, ...changeOf(diff)].join('\n'),
    },
  });
}

/** Hosts that were not reached, lost sight of, or never begun (skipped), folded by why. */
export function foldLosses(hosts: readonly HostResult[]): readonly AlikeFold<Loss>[] {
  const lost = hosts.filter(({ outcome }) => isLoss(outcome));
  const entries = lost.map(({ host, outcome, reason, hint }) => ({ host, value: { outcome, reason, hint } }));
  return foldAlike(entries, {
    text: ({ outcome, reason }) => canonical([outcome, reason]),
    crowd: { place: ({ outcome }) => outcome, words: ({ reason }) => reason },
  });
}

/**
 * What is wrong on one host, most precise place only: a failed step is reported as its failed resources and checks
 * when there are any, and the host's own reason is reported unless those contain it. Of a host that was lost, only
 * what the controller asked by itself is reported.
 */
export function failuresOf(host: HostResult): readonly Failure[] {
  if (isLoss(host.outcome)) return checkFailures(host, stderrByStep(host)).filter(isProbe);
  const stderr = stderrByStep(host);
  const precise = [...resourceFailures(host, stderr), ...checkFailures(host, stderr)];
  const explained = new Set(
    precise.filter(({ kind }) => kind !== 'drift' && kind !== 'probe').map(({ step }) => step),
  );
  const steps = host.steps
    .filter((step) => step.outcome === 'failed' && !explained.has(step.id))
    .map(stepFailure);
  const order = new Map(host.steps.map((step, index) => [step.id, index]));
  const placeOf = ({ kind, step }: Failure): number => (kind === 'probe' ? 0 : (order.get(step) ?? 0));
  const found = [...precise, ...steps].sort((a, b) => placeOf(a) - placeOf(b));
  if (host.outcome !== 'failed') return found;
  const last = found.findLastIndex(({ kind }) => kind !== 'drift');
  if (last >= 0 && isTold(host, found))
    return found.map((failure, index) => (index === last ? { ...failure, hint: host.hint } : failure));
  return [...found, { ...nothing, kind: 'host', message: host.reason, hint: host.hint }];
}

/**
 * The host's own reason is in what is reported one by one: it is a step's, or counts them. Of what the controller asked by
 * itself a host that failed knows nothing.
 */
function isTold({ reason }: HostResult, found: readonly Failure[]): boolean {
  if (reason === '' || /^\d+ of \d+ checks do not hold$/.test(reason)) return true;
  return found.some((failure) => failure.kind !== 'drift' && !isProbe(failure));
}

const nothing = { step: '', subject: '', message: '', diff: [], hint: undefined, stderr: '' };

/** What the controller asked from outside. */
function isProbe({ kind }: Pick<Failure, 'kind'>): boolean {
  return kind === 'probe';
}

function isLoss(outcome: HostOutcome): boolean {
  return outcome === 'unreachable' || outcome === 'unknown' || outcome === 'skipped';
}

function resourceFailures(host: HostResult, stderr: StderrByStep): Failure[] {
  return host.resources.flatMap(({ step, resource, target, status, reason, diff }): Failure[] => {
    const rest = { ...nothing, step, subject: `${resource} ${target}`, message: reason, diff };
    if (status === 'change') return [{ ...rest, kind: 'drift' }];
    if (status !== 'failed' && status !== 'conflict') return [];
    return [{ ...rest, kind: status === 'failed' ? 'resource' : 'conflict', stderr: stderr.get(step) ?? '' }];
  });
}

function checkFailures(host: HostResult, stderr: StderrByStep): Failure[] {
  return host.checks
    .filter(({ holds }) => !holds)
    .map((check): Failure => {
      const { name: subject, message } = check;
      if (check.kind === 'probe') return { ...nothing, kind: 'probe', step: check.probe, subject, message };
      const { step } = check;
      return { ...nothing, kind: 'check', step, subject, message, stderr: stderr.get(step) ?? '' };
    });
}

function stepFailure(step: StepResult): Failure {
  return { ...nothing, kind: 'step', step: step.id, message: step.reason, stderr: withCut(step) };
}

type StderrByStep = ReadonlyMap<string, string>;

/** Once for each step: a host may say any number of things that are wrong in one. The first of equal ids counts. */
function stderrByStep(host: HostResult): StderrByStep {
  return new Map(host.steps.toReversed().map((step) => [step.id, withCut(step)]));
}

/** What was kept of a step's standard error, and a last line that says so when that is not all. */
function withCut({ stderr, cut }: StepResult): string {
  if (cut?.includes('stderr') !== true) return stderr;
  return `${stderr.replace(/\n$/, '')}\n... cut here: only this much is kept\n`;
}
