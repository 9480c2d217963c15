// Everything that lint says, from texts alone: first what the rules find, then what the shells said of the same files.
// What is wrong with one file hides nothing of the others.
import type { SourceFile } from '../document/index.ts';
import { ConfigError, isMusterError, type MusterError } from '../model/index.ts';
import type { PlaybookTree } from '../playbook/index.ts';
import { applyAllowances } from './allow.ts';
import { type Finding, findingOf, sortFindings } from './finding.ts';
import type { Language } from './language.ts';
import { lintInventory } from './lint-inventory.ts';
import { lintPlaybook, type LintedPlaybook } from './lint-playbook.ts';
import { type ShellWords, shellFindings } from './shell-words.ts';

/** A playbook or an inventory: read, or the error that says why it cannot be. */
export interface LintTarget<T> {
  /** As it was named. */
  readonly path: string;
  readonly read: T | MusterError;
}

export interface LintTexts {
  readonly playbooks: readonly LintTarget<PlaybookTree>[];
  readonly inventories: readonly LintTarget<SourceFile>[];
}

/** What the rules find; `concludeLint` makes a result of it. */
export interface LintedTexts {
  readonly findings: readonly Finding[];
  /** File, as messages show it, to its text. */
  readonly texts: ReadonlyMap<string, string>;
  /** The sh files, each once: what the shells are to be asked about. */
  readonly scripts: readonly string[];
}

export interface LintResult {
  /** Sorted by place. */
  readonly findings: readonly Finding[];
  /** What could not be looked at, in words. */
  readonly notes: readonly string[];
  /** How many files were read. */
  readonly files: number;
}

/** Holds playbooks and inventories against the rules, and vars of the inventories against the playbooks. */
export function lintTexts({ playbooks, inventories }: LintTexts, language: Language): LintedTexts {
  const linted: LintedPlaybook[] = [];
  const findings = playbooks.flatMap((target) =>
    judged(target, (tree) => {
      const playbook = lintPlaybook(tree, language);
      linted.push(playbook);
      return playbook.findings;
    }),
  );
  const declared = linted.flatMap(({ vars }) => (vars === undefined ? [] : [vars]));
  const sources = inventories.flatMap(({ read }) =>
    isMusterError(read) ? [] : [[read.file, read.text] as const],
  );
  return {
    findings: [
      ...findings,
      ...inventories.flatMap((target) => judged(target, (source) => lintInventory(source, declared))),
    ],
    texts: new Map([...linted.flatMap(({ texts }) => [...texts]), ...sources]),
    scripts: [...new Set(linted.flatMap(({ scripts }) => scripts))],
  };
}

/** Adds what the shells said, and takes away what the texts allow. */
export function concludeLint({ findings, texts, scripts }: LintedTexts, words: ShellWords): LintResult {
  const shell = scripts.length === 0 ? { findings: [], notes: [] } : shellFindings(words, findings);
  const all = applyAllowances([...findings, ...shell.findings], texts);
  return { findings: sortFindings(all), notes: shell.notes, files: texts.size };
}

/** A target that cannot even be read is a finding, not the end. */
function judged<T extends object>(
  { path, read }: LintTarget<T>,
  judge: (read: T) => readonly Finding[],
): readonly Finding[] {
  if (isMusterError(read)) return refusalOf(path, read);
  try {
    return judge(read);
  } catch (error) {
    if (isMusterError(error)) return refusalOf(path, error);
    throw error;
  }
}

function refusalOf(path: string, error: MusterError): readonly Finding[] {
  if (error instanceof ConfigError) return error.issues.map(findingOf);
  const { code, message, location = { file: path, line: 1, column: 1 }, hint } = error;
  return [findingOf({ code, message, location, ...(hint === undefined ? {} : { hint }) })];
}
