// lint: playbooks and inventories against the rules, sh and shellcheck; no host is asked. The rules are loaded for it alone.
import type { SourceFile } from '../document/index.ts';
import { readRuntime } from '../host/index.ts';
import type { LintResult, LintTarget, ShellcheckComment } from '../lint/index.ts';
import { isMusterError } from '../model/index.ts';
import type { PlaybookTree } from '../playbook/index.ts';

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

/** Lints playbooks and inventories, everything at once. */
export async function lint({ playbooks, inventories }: LintTargets, deps: LintDeps): Promise<LintResult> {
  const { concludeLint, lintTexts, readLanguage, shellcheckExcluded } = await import('../lint/index.ts');
  const texts = {
    playbooks: await Promise.all(playbooks.map((path) => target(path, deps.readPlaybook))),
    inventories: await Promise.all(inventories.map((path) => target(path, deps.readInventory))),
  };
  const runtime = [...readRuntime()].filter(([path]) => path.endsWith('.sh'));
  const language = readLanguage(runtime.map(([, bytes]) => new TextDecoder().decode(bytes)));
  const linted = lintTexts(texts, language);
  const { scripts } = linted;
  const syntax = new Map<string, string | undefined>();
  for (const file of scripts) syntax.set(file, await deps.checkSyntax(file));
  const comments = scripts.length === 0 ? [] : await deps.shellcheck(scripts, shellcheckExcluded);
  return concludeLint(linted, { syntax, comments });
}

async function target<T>(path: string, read: (path: string) => Promise<T>): Promise<LintTarget<T>> {
  try {
    return { path, read: await read(path) };
  } catch (error) {
    if (isMusterError(error)) return { path, read: error };
    throw error;
  }
}
