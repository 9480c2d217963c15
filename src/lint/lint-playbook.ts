// A whole playbook: playbook.yaml, scripts, templates and files, all problems at once. A broken playbook.yaml hides
// nothing of its scripts.
import { z } from 'zod';
import { parseDocument, placeOf } from '../document/index.ts';
import { didYouMean, isMusterError, type Issue, type Location, type MusterError } from '../model/index.ts';
import type { LibraryTree, Playbook, PlaybookTree, VarDeclaration } from '../playbook/index.ts';
import { checkShadows, parsePlaybook, probeVars } from '../playbook/index.ts';
import type { Finding } from './finding.ts';
import { findingOf } from './finding.ts';
import type { Language } from './language.ts';
import { lintScripts, type ScannedFile } from './lint-scripts.ts';

import { sourcesOf } from './rules/step.ts';
import { scanScript } from '../sh/index.ts';

export interface LintedPlaybook {
  readonly findings: readonly Finding[];
  /** File, as messages show it, to its text. */
  readonly texts: ReadonlyMap<string, string>;
  /** Names of the sh files. */
  readonly scripts: readonly string[];
  /** The declared vars; without details where playbook.yaml is broken, undefined where it is beyond that. */
  readonly vars: ReadonlyMap<string, VarDeclaration | undefined> | undefined;
}

// The rules for scripts know better, and know the line.
const saidAboutScripts = new Set(['PLAYBOOK_SCRIPT_NO_STATE', 'PLAYBOOK_SCRIPT_CRLF']);

/** Lints a playbook's files. Throws UsageError when there is no playbook.yaml. */
export function lintPlaybook(tree: PlaybookTree, language: Language): LintedPlaybook {
  const texts = textsOf(tree);
  const { playbook, issues } = tryParse(tree);
  const vars = playbook?.vars ?? looseVars(tree, texts);
  const scripts = scan(tree, texts, playbook);
  const all = [...scripts.steps, ...scripts.libs];
  const names = vars === undefined ? undefined : new Set(vars.keys());
  return {
    findings: [
      ...issues.filter(({ code }) => !saidAboutScripts.has(code)).map(findingOf),
      ...checkShadows(librariesOf(tree), language.functions).map(findingOf),
      ...lintScripts({ ...scripts, vars: names }, language),
      ...unusedSteps(tree, scripts.steps, playbook),
      ...missingSources(tree, all),
      ...(names === undefined ? [] : undefinedInTemplates(tree, texts, names)),
      ...unusedVars(playbook, all, templatesOf(tree, texts)),
    ],
    texts,
    scripts: all.map(({ file }) => file),
    vars,
  };
}

function textsOf(tree: PlaybookTree): Map<string, string> {
  const own = [...tree.files].filter(
    ([path]) => /^(?:playbook\.yaml|templates\/.*|.*\.sh)$/.test(path) && !path.startsWith('files/'),
  );
  return new Map(
    [
      ...own.map(([path, { bytes }]) => [`${tree.directory}/${path}`, bytes] as const),
      ...libraryFiles(tree),
    ].map(([file, bytes]) => [file, new TextDecoder().decode(bytes)]),
  );
}

/** The libraries that could be read. */
function librariesOf({ libraries }: PlaybookTree): LibraryTree[] {
  return [...(libraries?.byName.values() ?? [])].flatMap((each) => (isMusterError(each) ? [] : [each]));
}

/** Their sh files, by their own paths. */
function libraryFiles(tree: PlaybookTree): (readonly [file: string, bytes: Uint8Array])[] {
  return librariesOf(tree).flatMap(({ directory, files }) =>
    [...files]
      .filter(([path]) => path.endsWith('.sh'))
      .map(([path, { bytes }]) => [`${directory}/${path}`, bytes] as const),
  );
}

function tryParse(tree: PlaybookTree): { playbook?: Playbook; issues: readonly Issue[] } {
  try {
    return { playbook: parsePlaybook(tree), issues: [] };
  } catch (error) {
    if (isMusterError(error) && hasIssues(error)) return { issues: error.issues };
    throw error;
  }
}

function hasIssues(error: MusterError): error is MusterError & { issues: readonly Issue[] } {
  return 'issues' in error;
}

/** The names under `vars`, whatever else is wrong with the file. */
function looseVars(
  { directory }: PlaybookTree,
  texts: ReadonlyMap<string, string>,
): Map<string, undefined> | undefined {
  const file = `${directory}/playbook.yaml`;
  const schema = z.looseObject({ vars: z.record(z.string(), z.unknown()).optional() });
  try {
    const { value } = parseDocument({ file, text: texts.get(file) ?? '' }, schema);
    return new Map(Object.keys(value.vars ?? {}).map((name) => [name, undefined]));
  } catch (error) {
    if (isMusterError(error)) return undefined;
    throw error;
  }
}

interface Scanned {
  readonly steps: readonly ScannedFile[];
  readonly libs: readonly ScannedFile[];
}

function scan(tree: PlaybookTree, texts: ReadonlyMap<string, string>, playbook?: Playbook): Scanned {
  const { directory, files } = tree;
  const named = new Set(playbook?.steps.map(({ script }) => script));
  const scannedFile = (file: string): ScannedFile => ({ file, script: scanScript(texts.get(file) ?? '') });
  const scanned = (path: string): ScannedFile => scannedFile(`${directory}/${path}`);
  const paths = [...files.keys()].filter((path) => path.endsWith('.sh'));
  return {
    steps: paths.filter((path) => path.startsWith('steps/') || named.has(path)).map(scanned),
    libs: [
      ...libraryFiles(tree).map(([file]) => scannedFile(file)),
      ...paths.filter((path) => /^lib\/[^/]+$/.test(path)).map(scanned),
    ],
  };
}

function unusedSteps(
  { directory }: PlaybookTree,
  steps: readonly ScannedFile[],
  playbook?: Playbook,
): Finding[] {
  if (playbook === undefined) return [];
  const named = new Set(playbook.steps.map(({ script }) => `${directory}/${script}`));
  return steps
    .filter(({ file }) => !named.has(file))
    .map(({ file }) =>
      warning(
        'STEP_UNUSED',
        { file, line: 1, column: 1 },
        'playbook.yaml has no step with this script',
        'list it under steps, or remove it',
      ),
    );
}

function missingSources({ files }: PlaybookTree, scripts: readonly ScannedFile[]): Finding[] {
  return scripts.flatMap(({ file, script }) =>
    sourcesOf(script)
      .filter(({ path }) => !files.has(path))
      .map(({ path, start }): Finding => {
        const folder = path.slice(0, path.indexOf('/') + 1);
        const hint = didYouMean(
          path,
          [...files.keys()].filter((name) => name.startsWith(folder)),
        );
        const location = placeOf(file, script.text, start);
        const said = {
          severity: 'error',
          code: 'SOURCE_MISSING',
          message: `the playbook has no ${path}`,
          location,
        } as const;
        return hint === undefined ? said : { ...said, hint };
      }),
  );
}

interface TemplateUse {
  readonly name: string;
  readonly location: Location;
}

/** Names that templates use: `it.NAME` between `<%` and `%>`. */
function templatesOf({ directory }: PlaybookTree, texts: ReadonlyMap<string, string>): TemplateUse[] {
  return [...texts]
    .filter(([file]) => file.startsWith(`${directory}/templates/`))
    .flatMap(([file, text]) =>
      [...text.matchAll(/<%[\s\S]*?%>/g)].flatMap((tag) =>
        [...tag[0].matchAll(/\bit\.([A-Za-z_$][\w$]*)/g)].map((use) => ({
          name: use[1] ?? '',
          location: placeOf(file, text, tag.index + use.index),
        })),
      ),
    );
}

function undefinedInTemplates(
  tree: PlaybookTree,
  texts: ReadonlyMap<string, string>,
  vars: ReadonlySet<string>,
): Finding[] {
  return templatesOf(tree, texts)
    .filter(({ name }) => name !== 'host' && !vars.has(name))
    .map(({ name, location }) => ({
      severity: 'error',
      code: 'TEMPLATE_UNDEFINED',
      message: `the template uses '${name}', which no var defines`,
      location,
      hint: didYouMean(name, ['host', ...vars]) ?? `declare '${name}' in playbook.yaml, or correct the name`,
    }));
}

function unusedVars(
  playbook: Playbook | undefined,
  scripts: readonly ScannedFile[],
  templates: readonly TemplateUse[],
): Finding[] {
  const used = new Set([
    ...probeVars,
    ...(playbook?.probes ?? []).flatMap(({ forEach, when }) => [
      ...(forEach === undefined ? [] : [forEach]),
      ...when.keys(),
    ]),
    ...templates.map(({ name }) => name),
    ...scripts.flatMap(({ script }) => script.uses.map(({ name }) => name)),
  ]);
  return [...(playbook?.vars.values() ?? [])]
    .filter(({ name }) => !used.has(name))
    .map(({ name, from }) =>
      warning('VAR_UNUSED', from, `no step, template or probe uses var "${name}"`, 'use it, or take it away'),
    );
}

function warning(code: string, location: Location, message: string, hint: string): Finding {
  return { severity: 'warning', code, message, location, hint };
}
