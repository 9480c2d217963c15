// lint: playbooks and inventories against the rules, sh and shellcheck; no host is asked. Everything at once: what is
// wrong with one file hides nothing of the others.
import type { SourceFile } from '../document/index.ts';
import { ConfigError, isMusterError, type MusterError } from '../model/index.ts';
import { parseInventory } from '../inventory/index.ts';
import { applyAllowances } from './allow.ts';
import { type Finding, sortFindings } from './finding.ts';
import { type Language, readLanguage } from './language.ts';
import { lintInventory } from './lint-inventory.ts';
import { lintPlaybook, type LintedPlaybook } from './lint-playbook.ts';
import type { PlaybookTree } from '../playbook/index.ts';
import { readRuntime } from '../host/index.ts';

/** One thing that shellcheck says; its JSON has more. */
export interface ShellcheckComment {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly level: string;
  readonly code: number;
  readonly message: string;
}

/** Programs and files that lint needs from outside. */
export interface LintDeps {
  /** Throws UsageError. */
  readonly readPlaybook: (directory: string) => Promise<PlaybookTree>;
  /** Throws UsageError. */
  readonly readInventory: (path: string) => Promise<SourceFile>;
  /** What `sh -n FILE` has to say; empty when the file is good, undefined where there is no sh. */
  readonly checkSyntax: (file: string) => Promise<string | undefined>;
  /** What shellcheck says of the files, without these codes; undefined where it is not installed. */
  readonly shellcheck: (
    files: readonly string[],
    excluded: readonly string[],
  ) => Promise<readonly ShellcheckComment[] | undefined>;
}

export interface LintTargets {
  /** Directories with a playbook.yaml. */
  readonly playbooks: readonly string[];
  /** Inventory files. */
  readonly inventories: readonly string[];
}

export interface LintResult {
  /** Sorted by place. */
  readonly findings: readonly Finding[];
  /** What could not be looked at, in words. */
  readonly notes: readonly string[];
  /** How many files were read. */
  readonly files: number;
}

// Scripts and runtime are one program in many files, `local` is in every sh of NetBSD, rc.conf wants $names in single
// quotes, ls is the one tool that shows owners on every release, and A && B || fail means what it says.
const excluded = 'SC1090 SC1091 SC2012 SC2015 SC2016 SC2034 SC2153 SC2154 SC2317 SC2329 SC3043'.split(' ');

/** Lints playbooks and inventories; vars of the inventories are held against the playbooks. */
export async function lint(targets: LintTargets, deps: LintDeps): Promise<LintResult> {
  const language = runtimeLanguage();
  const texts = new Map<string, string>();
  const findings: Finding[] = [];
  const playbooks: LintedPlaybook[] = [];
  for (const directory of targets.playbooks) {
    await collect(findings, directory, async () => {
      const linted = lintPlaybook(await deps.readPlaybook(directory), language);
      playbooks.push(linted);
      for (const [file, text] of linted.texts) texts.set(file, text);
      return linted.findings;
    });
  }
  const declared = playbooks.flatMap(({ vars }) => (vars === undefined ? [] : [vars]));
  for (const path of targets.inventories) {
    await collect(findings, path, async () => {
      const source = await deps.readInventory(path);
      texts.set(source.file, source.text);
      return lintInventory(source, parseInventory, declared);
    });
  }
  const scripts = [...new Set(playbooks.flatMap((playbook) => playbook.scripts))];
  const shell = await askShells(scripts, findings, deps);
  const all = applyAllowances([...findings, ...shell.findings], texts);
  return { findings: sortFindings(all), notes: shell.notes, files: texts.size };
}

function runtimeLanguage(): Language {
  const decoder = new TextDecoder();
  const files = [...readRuntime()].filter(([path]) => path.endsWith('.sh'));
  return readLanguage(files.map(([, bytes]) => decoder.decode(bytes)));
}

/** A target that cannot even be read is a finding, not the end. */
async function collect(
  findings: Finding[],
  target: string,
  work: () => Promise<readonly Finding[]>,
): Promise<void> {
  try {
    findings.push(...(await work()));
  } catch (error) {
    if (!isMusterError(error)) throw error;
    if (error instanceof ConfigError) findings.push(...error.issues.map(asFinding));
    else findings.push(unreadable(target, error));
  }
}

function asFinding(issue: ConfigError['issues'][number]): Finding {
  return { severity: 'error', ...issue };
}

function unreadable(target: string, { code, message, location, hint }: MusterError): Finding {
  const place = location ?? { file: target, line: 1, column: 1 };
  const finding = { severity: 'error', code, message, location: place } as const;
  return hint === undefined ? finding : { ...finding, hint };
}

async function askShells(
  scripts: readonly string[],
  known: readonly Finding[],
  deps: LintDeps,
): Promise<{ findings: Finding[]; notes: string[] }> {
  if (scripts.length === 0) return { findings: [], notes: [] };
  // A bashism has its own words; the shell's and shellcheck's about the same line would only repeat it.
  const bashisms = new Set(
    known.filter(({ code }) => code === 'SH_BASHISM').map(({ location }) => lineKey(location)),
  );
  const findings: Finding[] = [];
  const notes = new Set<string>();
  for (const file of scripts) {
    const said = await deps.checkSyntax(file);
    if (said === undefined) notes.add('there is no sh here: it was not asked about the grammar');
    const finding = syntaxFinding(file, said ?? '');
    if (finding !== undefined && !bashisms.has(lineKey(finding.location))) findings.push(finding);
  }
  const comments = await deps.shellcheck(scripts, excluded);
  if (comments === undefined) notes.add('shellcheck is not installed: it was not asked');
  const fresh = (comments ?? [])
    .map(shellcheckFinding)
    .filter(({ code, location }) => !code.startsWith('SC3') || !bashisms.has(lineKey(location)));
  return { findings: [...findings, ...fresh], notes: [...notes] };
}

/** dash says `FILE: 3: Syntax error: ...`, bash `FILE: line 3: syntax error ...`, ksh `FILE[3]: ...`. */
function syntaxFinding(file: string, said: string): Finding | undefined {
  const first = said.split('\n').find((line) => line.trim() !== '');
  if (first === undefined) return undefined;
  const rest = first.includes(file) ? first.slice(first.indexOf(file) + file.length) : first;
  const found = /^\D*(\d+)[\]:\s]*(.*)$/.exec(rest);
  const location = { file, line: Number(found?.[1] ?? 1), column: 1 };
  return { severity: 'error', code: 'SH_SYNTAX', message: found?.[2] ?? first, location };
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
