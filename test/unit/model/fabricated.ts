// Runs made up for tests: the facts that a host would have told which has such a result.
import type { Action, AnyHostResult, RunFact } from '../../../src/model/index.ts';

/** The facts of one host, `host-started` to `host-ended`; for later probes see `probesOf`. */
export function factsOf(result: AnyHostResult, action: Action): RunFact[] {
  const { host, outcome, reason, hint, connections, execs } = result;
  const judged =
    outcome === 'changed' || isFound(result) ? { outcome: 'ok' as const, reason: '' } : { outcome, reason };
  return [
    { type: 'host-started', host },
    ...Array.from({ length: connections }, (): RunFact => ({ type: 'host-connected', host })),
    ...[...result.facts].map(([key, value]): RunFact => ({ type: 'fact', host, key, value })),
    ...(result.otherRun === undefined
      ? []
      : [{ type: 'other-run', host, otherRun: result.otherRun } as const]),
    ...(result.receipt === undefined ? [] : [{ type: 'receipt', host, receipt: result.receipt } as const]),
    ...stepFacts(result, action),
    ...(result.proof === undefined ? [] : [{ type: 'proof', host, proof: result.proof } as const]),
    {
      type: 'host-ended',
      host,
      ...judged,
      ...(hint === undefined ? {} : { hint }),
      begun: true,
      connections,
      execs,
    },
  ];
}

/** What was asked of the host from outside. */
export function probesOf({ host, checks }: AnyHostResult): RunFact[] {
  return checks.flatMap((result) =>
    result.kind === 'probe' ? [{ type: 'probe', host, result } as const] : [],
  );
}

/** The outcome is made of what was found, and not said. */
function isFound({ reason }: AnyHostResult): boolean {
  return /^\d+ of \d+ checks do not hold$|^exit status \d+$/.test(reason);
}

function stepFacts(
  { host, steps, resources, checks, observations, command }: AnyHostResult,
  action: Action,
): RunFact[] {
  const printed = command === undefined || action !== 'exec' ? [] : outputFacts(host, '', 1, command);
  const status = command?.status ?? undefined;
  const known = new Set(steps.map(({ id }) => id));
  const loose = (step: string): boolean => !known.has(step);
  const all = steps.flatMap((step, at): RunFact[] => {
    const { id, outcome, reason, seconds } = step;
    const place = { host, step: id, index: at + 1 };
    return [
      { type: 'step-started', ...place },
      ...outputFacts(host, id, at + 1, step),
      ...resources
        .filter((one) => one.step === id)
        .map((one): RunFact => ({ type: 'resource', host, result: one })),
      ...checks.flatMap((one): RunFact[] =>
        one.kind === 'step' && one.step === id ? [{ type: 'check', host, result: one }] : [],
      ),
      { type: 'step-finished', ...place, outcome, reason, seconds },
    ];
  });
  return [
    ...all,
    ...resources
      .filter(({ step }) => loose(step))
      .map((one): RunFact => ({ type: 'resource', host, result: one })),
    ...checks.flatMap((one): RunFact[] =>
      one.kind === 'step' && loose(one.step) ? [{ type: 'check', host, result: one }] : [],
    ),
    ...[...observations].map(([key, value]): RunFact => ({
      type: 'observation',
      host,
      step: '',
      key,
      value,
    })),
    ...printed,
    ...(action !== 'exec' || status === undefined
      ? []
      : [{ type: 'command-finished', host, status } as const]),
  ];
}

function outputFacts(
  host: string,
  step: string,
  index: number,
  said: { readonly stdout: string; readonly stderr: string; readonly cut?: readonly ('stdout' | 'stderr')[] },
): RunFact[] {
  const place = { host, step, index };
  const texts = (['stdout', 'stderr'] as const).flatMap((stream): RunFact[] =>
    said[stream] === '' ? [] : [{ type: 'output', ...place, stream, text: said[stream] }],
  );
  return [...texts, ...(said.cut ?? []).map((stream): RunFact => ({ type: 'output-cut', ...place, stream }))];
}
