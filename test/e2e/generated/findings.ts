// What the oracle may find, worst first, and the line that reports a seed.

/**
 * `generator`: the old named does not serve the configuration, so nothing is proved. `lie`: exit 0 over a wrong state.
 * `outage`: a run failed, and the host does not serve as before. `touched`: a plan changed something. `half`: an apply
 * failed, and files that the host had are not as they were. `refused-common`: what must be taken was not. `unnamed`: a refusal names nothing that is at fault.
 * `late`: a plan was green, and the apply failed, though nothing was lost. `conflict`: a rollback left something to the
 * operator, and said so.
 */
export const findingKinds = [
  'generator',
  'lie',
  'outage',
  'touched',
  'half',
  'refused-common',
  'unnamed',
  'late',
  'conflict',
] as const;
export type FindingKind = (typeof findingKinds)[number];

export interface Finding {
  readonly kind: FindingKind;
  /** One line. */
  readonly what: string;
  readonly evidence: string;
}

/** What came of one seed. */
export interface SeedResult {
  readonly seed: number;
  readonly name: string;
  /** `tried`: no further than it was to go, or than it could. */
  readonly outcome: 'taken' | 'refused' | 'failed' | 'tried';
  /** Why it was refused or failed; empty when it was taken. */
  readonly reason: string;
  readonly findings: readonly Finding[];
  readonly elapsedMs: number;
}

/** Collects findings. */
export class Findings {
  readonly all: Finding[] = [];

  add(kind: FindingKind, what: string, evidence = ''): void {
    this.all.push({ kind, what: what.replaceAll(/\s+/g, ' ').slice(0, 400), evidence });
  }

  /** One finding for all of these, if there are any. */
  addAll(kind: FindingKind, what: string, lines: readonly string[]): void {
    if (lines.length > 0) this.add(kind, `${what}: ${lines.slice(0, 4).join('; ')}`, lines.join('\n'));
  }
}

/** The line of a seed: `17 LIE 9800 ms: ...`. */
export function seedLine({ seed, name, outcome, reason, findings, elapsedMs }: SeedResult): string {
  const worst = findings.toSorted((a, b) => findingKinds.indexOf(a.kind) - findingKinds.indexOf(b.kind))[0];
  const said = worst === undefined ? outcome : worst.kind.toUpperCase();
  const more = findings.length > 1 ? ` (and ${findings.length - 1} more)` : '';
  const why = worst === undefined ? reason : worst.what.slice(0, 300) + more;
  return `${seed} ${said} ${Math.round(elapsedMs)} ms [${name}]${why === '' ? '' : ` ${why.replaceAll(/\s+/g, ' ').slice(0, 320)}`}`;
}

/** A seed with all that was found, for a test that fails. */
export function seedReport(result: SeedResult): string {
  const found = result.findings.map(
    ({ kind, what, evidence }) => `  ${kind}: ${what}\n${shortened(evidence)}`,
  );
  return [seedLine(result), ...found, `  again: MUSTER_SEEDS=${result.seed} npm run test:generated`].join(
    '\n',
  );
}

function shortened(evidence: string): string {
  const lines = evidence.split('\n').filter((line) => line !== '');
  return lines
    .slice(0, 30)
    .map((line) => `    ${line.slice(0, 300)}`)
    .join('\n');
}
