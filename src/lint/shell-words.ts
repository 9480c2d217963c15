// What `sh -n` and shellcheck say of scripts, as findings. Nothing is run here.
import type { Finding } from './finding.ts';

/** One thing that shellcheck says; its JSON has more. */
export interface ShellcheckComment {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly level: string;
  readonly code: number;
  readonly message: string;
}

export interface ShellWords {
  /** File to what `sh -n FILE` says of it: nothing when it is good, undefined where there is no sh. */
  readonly syntax: ReadonlyMap<string, string | undefined>;
  /** Undefined where there is no shellcheck. */
  readonly comments: readonly ShellcheckComment[] | undefined;
}

/**
 * Rules of shellcheck that do not apply: scripts and runtime are one program in many files, `local` is in every sh
 * of NetBSD, and rc.conf wants $names in single quotes. ls is the one tool that shows owners on every release, and A
 * && B || fail means what it says.
 */
export const shellcheckExcluded: readonly string[] =
  'SC1090 SC1091 SC2012 SC2015 SC2016 SC2034 SC2153 SC2154 SC2317 SC2329 SC3043'.split(' ');

/** The words as findings, but for those that only repeat what a rule has said of the line; and who could not be asked. */
export function shellFindings(
  { syntax, comments }: ShellWords,
  known: readonly Finding[],
): { readonly findings: readonly Finding[]; readonly notes: readonly string[] } {
  // A bashism has its own words; the shell's and shellcheck's about the same line would only repeat it.
  const bashisms = new Set(
    known.filter(({ code }) => code === 'SH_BASHISM').map(({ location }) => lineKey(location)),
  );
  const isNews = ({ location }: Finding): boolean => !bashisms.has(lineKey(location));
  const spoken = [...syntax].flatMap(([file, said]) => syntaxFinding(file, said ?? '')).filter(isNews);
  const commented = (comments ?? [])
    .map(shellcheckFinding)
    .filter((finding) => !finding.code.startsWith('SC3') || isNews(finding));
  const notes = [
    ...([...syntax.values()].includes(undefined)
      ? ['this machine has no sh: the grammar was not checked']
      : []),
    ...(comments === undefined ? ['shellcheck is not installed: its checks were left out'] : []),
  ];
  return { findings: [...spoken, ...commented], notes };
}

/** dash says `FILE: 3: Syntax error: ...`, bash `FILE: line 3: syntax error ...`, ksh `FILE[3]: ...`. */
function syntaxFinding(file: string, said: string): Finding[] {
  const first = said.split('\n').find((line) => line.trim() !== '');
  if (first === undefined) return [];
  const rest = first.includes(file) ? first.slice(first.indexOf(file) + file.length) : first;
  const found = /^\D*(\d+)[\]:\s]*(.*)$/.exec(rest);
  const location = { file, line: Number(found?.[1] ?? 1), column: 1 };
  return [{ severity: 'error', code: 'SH_SYNTAX', message: found?.[2] ?? first, location }];
}

function shellcheckFinding({ file, line, column, level, code, message }: ShellcheckComment): Finding {
  return {
    severity: level === 'error' ? 'error' : 'warning',
    code: `SC${code}`,
    message,
    location: { file, line, column },
    hint: `https://www.shellcheck.net/wiki/SC${code}`,
  };
}

function lineKey({ file, line }: Finding['location']): string {
  return `${file}:${line}`;
}
