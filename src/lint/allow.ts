// `# muster-lint: allow CODE reason`, on the line or the line above: the writer knows better, and says why.
import type { Finding } from './finding.ts';

interface Allowance {
  readonly file: string;
  /** Its own line; the next one is meant too. */
  readonly line: number;
  readonly column: number;
  readonly code: string;
  readonly reason: string;
}

/**
 * Takes away the findings that their texts allow. An allowance without a reason allows nothing and is an error; one
 * that nothing needs is a warning (but for those of shellcheck, which may not have been asked).
 */
export function applyAllowances(findings: readonly Finding[], texts: ReadonlyMap<string, string>): Finding[] {
  const allowances = [...texts].flatMap(([file, text]) => allowancesIn(file, text));
  const good = allowances.filter(({ reason }) => reason !== '');
  const used = new Set<Allowance>();
  const left = findings.filter((finding) => {
    const allowing = good.filter((allowance) => allows(allowance, finding));
    for (const allowance of allowing) used.add(allowance);
    return allowing.length === 0;
  });
  const unused = good.filter((allowance) => !used.has(allowance) && !/^SC\d+$/.test(allowance.code));
  return [
    ...left,
    ...allowances.filter(({ reason }) => reason === '').map(withoutReason),
    ...unused.map(withoutUse),
  ];
}

function allowancesIn(file: string, text: string): Allowance[] {
  return text.split('\n').flatMap((content, at) => {
    const found = /(?:^|\s)#[ \t]*muster-lint:[ \t]*allow[ \t]+(\S+)(?:[ \t]+(\S.*))?$/.exec(
      content.trimEnd(),
    );
    if (found === null) return [];
    const [whole, code = '', reason = ''] = found;
    return [{ file, line: at + 1, column: found.index + whole.indexOf('#') + 1, code, reason }];
  });
}

function allows({ file, line, code }: Allowance, finding: Finding): boolean {
  const { location } = finding;
  return finding.code === code && location.file === file && [line, line + 1].includes(location.line);
}

function withoutReason({ file, line, column, code }: Allowance): Finding {
  return {
    severity: 'error',
    code: 'LINT_NO_REASON',
    message: `this allows ${code} without a reason`,
    location: { file, line, column },
    hint: `write: # muster-lint: allow ${code} because ...`,
  };
}

function withoutUse({ file, line, column, code }: Allowance): Finding {
  return {
    severity: 'warning',
    code: 'LINT_UNUSED',
    message: `nothing here or on the next line is ${code}`,
    location: { file, line, column },
    hint: 'take it away',
  };
}
