// The scripts of one playbook: each text by itself, and all of them against each other and the runtime.
import { type Complaint, toFindings } from './complaint.ts';
import type { Finding } from './finding.ts';
import type { Language } from './language.ts';
import { optionVariables, resourcesOf } from './language.ts';
import { findBashisms } from './rules/bashisms.ts';
import { embeddedScripts, findLostVariables } from './rules/embedded.ts';
import { findInsideNames, namesOfTheInside } from './rules/inside.ts';
import { findMisspelledCommands, findUnknownOptions, findUnknownVariables } from './rules/names.ts';
import { findRawChanges } from './rules/raw-changes.ts';
import {
  findCarriageReturns,
  findIrreversible,
  findMissingFunctions,
  findTopLevelCode,
} from './rules/step.ts';
import { findForeignTools } from './rules/tools.ts';
import type { Script } from '../sh/index.ts';

/** A scanned file of a playbook. */
export interface ScannedFile {
  /** As messages show it. */
  readonly file: string;
  readonly script: Script;
}

export interface ScannedPlaybook {
  readonly steps: readonly ScannedFile[];
  /** Its own, and those of the libraries that it uses. */
  readonly libs: readonly ScannedFile[];
  /** Names of the declared vars; undefined when playbook.yaml is too broken to tell. */
  readonly vars: ReadonlySet<string> | undefined;
}

/** What a text's surroundings give it. */
interface Surroundings {
  readonly functions: ReadonlySet<string>;
  readonly resources: ReadonlyMap<string, readonly string[]>;
  /** Undefined: nobody knows. */
  readonly variables: ReadonlySet<string> | undefined;
  /** Variables of this playbook, which no shell but the step's own has. */
  readonly own: ReadonlySet<string>;
}

/** Lints steps and libs of a playbook. */
export function lintScripts(playbook: ScannedPlaybook, language: Language): Finding[] {
  const { steps, libs } = playbook;
  const libScripts = libs.map(({ script }) => script);
  const complaints = new Map<Script, Complaint[]>();
  const add = (script: Script, more: readonly Complaint[]): void => {
    complaints.set(script, [...(complaints.get(script) ?? []), ...more]);
  };
  for (const { script } of steps) {
    add(script, findMissingFunctions(script));
    add(script, lintText(script, surroundingsOf(playbook, language, [...libScripts, script])));
    for (const [where, found] of findRawChanges(script, libScripts)) add(where, found);
  }
  // What a step sets, a function of lib may read, and it may call what the step defines.
  const everything = [...libScripts, ...steps.map(({ script }) => script)];
  for (const script of libScripts) {
    add(script, lintText(script, surroundingsOf(playbook, language, everything)));
  }
  return [...steps, ...libs].flatMap(({ file, script }) =>
    toFindings(file, script.text, complaints.get(script) ?? []),
  );
}

function lintText(script: Script, { functions, resources, variables, own }: Surroundings): Complaint[] {
  const embedded = embeddedScripts(script);
  const insideNames = namesOfTheInside(script, new Set([...functions, ...own]));
  const inside = insideNames.map(({ name }) => name);
  return [
    ...findCarriageReturns(script),
    ...findTopLevelCode(script),
    ...findIrreversible(script),
    ...[script, ...embedded].flatMap((each) => [...findBashisms(each), ...findForeignTools(each, functions)]),
    ...findInsideNames(insideNames),
    ...findMisspelledCommands(script, new Set([...functions, ...inside])),
    ...findUnknownOptions(script, resources),
    ...(variables === undefined ? [] : findUnknownVariables(script, new Set([...variables, ...inside]))),
    ...embedded.flatMap((each) => findLostVariables(each, own)),
  ];
}

function surroundingsOf(
  { vars }: ScannedPlaybook,
  language: Language,
  scripts: readonly Script[],
): Surroundings {
  const set = scripts.flatMap(({ assignments }) => assignments.map(({ name }) => name));
  const own = new Set([...(vars ?? []), ...set]);
  const resources = resourcesOf(scripts);
  return {
    functions: new Set([
      ...language.functions,
      ...scripts.flatMap(({ functions }) => functions.map(({ name }) => name)),
    ]),
    resources: new Map([...language.resources, ...resources]),
    variables:
      vars === undefined
        ? undefined
        : new Set([...language.variables, ...optionVariables(resources), ...own]),
    own,
  };
}
