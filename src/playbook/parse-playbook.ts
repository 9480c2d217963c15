// The files of a playbook to a Playbook.
import { decodeText, parseDocument, type Locator } from '../document/index.ts';
import { type Issue, UsageError } from '../model/index.ts';
import { checkProbes, toProbe } from './check-probes.ts';
import { checkSteps } from './check-steps.ts';
import { checkUses, librariesOf, libraryPath } from './check-uses.ts';
import { checkDeclarations, declareVars } from './declare-vars.ts';
import type { DeclaredStrategy, Library, Playbook, PlaybookFile, PlaybookTree, Step, Wave } from './model.ts';
import { recognizeForeign } from './recognize-foreign.ts';
import { playbookSchema, type WrittenPlaybook, type WrittenStrategy } from './schema.ts';

const defaultTimeoutMs = 5 * 60_000;

/**
 * Parses a playbook's files. Throws ConfigError with everything that is wrong in playbook.yaml and its libraries, in the
 * order of the text, and UsageError when there is no playbook.yaml.
 */
export function parsePlaybook(tree: PlaybookTree): Playbook {
  const file = `${tree.directory}/playbook.yaml`;
  const document = parseDocument(
    { file, text: textOf(tree, file) },
    playbookSchema,
    (written, locator) => check(written, tree, locator),
    recognizeForeign,
  );
  const { name, description = '', vars = {}, uses = [], steps, probes = [], strategy = {} } = document.value;
  const libraries = librariesOf(uses, tree, document);
  return {
    name,
    description,
    directory: tree.directory,
    vars: declareVars(vars, document),
    steps: steps.map((step, at) => toStep(step, at, document)),
    probes: probes.map((probe, at) => toProbe(probe, at, document)),
    libraries,
    strategy: toStrategy(strategy),
    files: new Map([...tree.files, ...libraries.flatMap(filesOf)]),
  };
}

function textOf(tree: PlaybookTree, file: string): string {
  const bytes = tree.files.get('playbook.yaml')?.bytes;
  if (bytes === undefined) {
    throw new UsageError('PLAYBOOK_MISSING', `no playbook.yaml in ${tree.directory}`, {
      hint: 'a playbook is a directory with a playbook.yaml and steps/',
    });
  }
  return decodeText(file, bytes).text;
}

function check(written: WrittenPlaybook, tree: PlaybookTree, locator: Locator): readonly Issue[] {
  const vars = declareVars(written.vars ?? {}, locator);
  return [
    ...checkDeclarations(vars.values(), locator),
    ...checkUses(written.uses ?? [], tree, locator),
    ...checkSteps(written.steps, tree, locator),
    ...checkProbes(written.probes ?? [], vars, locator),
  ];
}

function filesOf({ name, files }: Library): (readonly [string, PlaybookFile])[] {
  return [...files].map(([path, file]) => [libraryPath(name, path), file]);
}

function toStep(step: WrittenPlaybook['steps'][number], at: number, locator: Locator): Step {
  const { id, script, description = '', tags = [], timeout = defaultTimeoutMs, retries = 0 } = step;
  return { id, script, description, tags, timeoutMs: timeout, retries, from: locator.locate(['steps', at]) };
}

function toStrategy({ waves = [], budget, keep_serving: keepServing }: WrittenStrategy): DeclaredStrategy {
  const strategy = { waves: waves.map(toWave), ...(budget === undefined ? {} : { budget }) };
  if (keepServing === undefined) return strategy;
  const { min, group } = keepServing;
  return { ...strategy, keepServing: group === undefined ? { min } : { min, group } };
}

function toWave(wave: number | string): Wave {
  return typeof wave === 'number'
    ? { kind: 'hosts', count: wave }
    : { kind: 'percent', percent: Number.parseInt(wave, 10) };
}
