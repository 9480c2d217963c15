// Templates, rendered on the controller for one host. A name that is not defined is an error, not an empty text.
import { Eta } from 'eta/core';
import { type Issue, isMusterError, MusterError, type Secret } from '../model/index.ts';
import type { PlannedFile } from './run-plan.ts';

/** What a template of one host may name. */
export interface TemplateNames {
  readonly host: string;
  readonly vars: ReadonlyMap<string, string>;
  readonly secrets: ReadonlyMap<string, Secret>;
  /** Of a var of type files a template sees the names, one a line as of a list. */
  readonly given: ReadonlyMap<string, ReadonlyMap<string, unknown>>;
}

type Files = ReadonlyMap<string, PlannedFile>;

/** The files that go to a host: the playbook's own, its templates replaced by their rendering. Throws MusterError. */
export function renderTemplates(
  directory: string,
  files: Files,
  names: TemplateNames,
): ReadonlyMap<string, Uint8Array> {
  const texts = textsOf(names);
  return new Map(
    [...files].map(([path, { bytes }]) => [
      path,
      isTemplate(path) ? rendered(`${directory}/${path}`, bytes, texts) : bytes,
    ]),
  );
}

/** Every template as rendered for a host; what is wrong in one is added to the issues. */
export function tryTemplates(
  directory: string,
  files: Files,
  names: TemplateNames,
  issues: Issue[],
): ReadonlyMap<string, Uint8Array> {
  const texts = textsOf(names);
  const found = new Map<string, Uint8Array>();
  for (const [path, { bytes }] of files) {
    if (!isTemplate(path)) continue;
    const file = `${directory}/${path}`;
    const missing = undefinedNames(file, new TextDecoder().decode(bytes), texts);
    issues.push(...missing);
    if (missing.length > 0) continue;
    try {
      found.set(path, rendered(file, bytes, texts));
    } catch (error) {
      if (!isMusterError(error)) throw error;
      const { code, message, hint, location = { file, line: 1, column: 1 } } = error;
      issues.push({ code, message, location, ...(hint === undefined ? {} : { hint }) });
    }
  }
  return found;
}

/** True for a file that is rendered. */
export function isTemplate(path: string): boolean {
  return path.startsWith('templates/');
}

function textsOf({ host, vars, secrets, given }: TemplateNames): ReadonlyMap<string, string> {
  return new Map<string, string>([
    ['host', host],
    ...vars,
    ...[...secrets].map(([name, secret]) => [name, secret.reveal()] as const),
    ...[...given].map(([name, files]) => [name, [...files.keys()].join('\n')] as const),
  ]);
}

function rendered(file: string, bytes: Uint8Array, texts: ReadonlyMap<string, string>): Uint8Array {
  return new TextEncoder().encode(renderTemplate(file, new TextDecoder().decode(bytes), texts));
}

/** Renders one template: `<%= it.NAME %>`, unescaped, since configurations are not HTML. */
export function renderTemplate(file: string, text: string, names: ReadonlyMap<string, string>): string {
  const eta = new Eta({ autoEscape: false, autoTrim: false, cache: false, debug: false });
  const [missing] = undefinedNames(file, text, names);
  if (missing !== undefined) throw new MusterError(missing.code, missing.message, missing);
  try {
    return eta.renderString(text, Object.fromEntries(names));
  } catch (error) {
    throw new MusterError('TEMPLATE', error instanceof Error ? error.message : String(error), {
      location: { file, line: 1, column: 1 },
      cause: error,
    });
  }
}

// Eta tells no position for a name that turns out undefined while rendering, so names are looked for beforehand.
function undefinedNames(file: string, text: string, names: ReadonlyMap<string, string>): readonly Issue[] {
  const found: Issue[] = [];
  for (const tag of text.matchAll(/<%[\s\S]*?%>/g)) {
    for (const use of tag[0].matchAll(/\bit\.([A-Za-z_$][\w$]*)/g)) {
      const name = use[1] ?? '';
      if (names.has(name)) continue;
      const before = text.slice(0, tag.index + use.index);
      const [line, column] = [before.split('\n').length, before.length - before.lastIndexOf('\n')];
      found.push({
        code: 'TEMPLATE_UNDEFINED',
        message: `the template uses '${name}', which no var defines`,
        location: { file, line, column },
        hint: `declare '${name}' in playbook.yaml, or correct the name`,
      });
    }
  }
  return found;
}
