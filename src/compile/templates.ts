// Templates, rendered on the controller for one host. A name that is not defined is an error, not an empty text.
import { Eta } from 'eta/core';
import { MusterError } from '../model/index.ts';
import type { Playbook } from '../playbook/index.ts';
import type { HostVars } from './host-vars.ts';

/** The files that go to a host: the playbook's own, its templates replaced by their rendering. Throws MusterError. */
export function renderTemplates(
  playbook: Playbook,
  host: string,
  vars: HostVars,
): ReadonlyMap<string, Uint8Array> {
  // Of a var of type files a template sees the names, one a line as of a list.
  const given = [...vars.files].map(([name, files]) => [name, [...files.keys()].join('\n')] as const);
  const names = new Map<string, string>([['host', host], ...vars.plain, ...vars.secret, ...given]);
  const files = new Map<string, Uint8Array>();
  for (const [path, file] of playbook.files) {
    if (!path.startsWith('templates/')) {
      files.set(path, file.bytes);
      continue;
    }
    const text = new TextDecoder().decode(file.bytes);
    files.set(path, new TextEncoder().encode(renderTemplate(`${playbook.directory}/${path}`, text, names)));
  }
  return files;
}

/** Renders one template: `<%= it.NAME %>`, unescaped, since configurations are not HTML. */
export function renderTemplate(file: string, text: string, names: ReadonlyMap<string, string>): string {
  const eta = new Eta({ autoEscape: false, autoTrim: false, cache: false, debug: false });
  const missing = firstUndefined(text, names);
  if (missing !== undefined) {
    throw new MusterError('TEMPLATE_UNDEFINED', `the template uses '${missing.name}', which no var defines`, {
      location: { file, line: missing.line, column: missing.column },
      hint: `declare '${missing.name}' in playbook.yaml, or mend the name`,
    });
  }
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
function firstUndefined(
  text: string,
  names: ReadonlyMap<string, string>,
): { name: string; line: number; column: number } | undefined {
  for (const tag of text.matchAll(/<%[\s\S]*?%>/g)) {
    for (const use of tag[0].matchAll(/\bit\.([A-Za-z_$][\w$]*)/g)) {
      const name = use[1] ?? '';
      if (names.has(name)) continue;
      const before = text.slice(0, tag.index + use.index);
      return { name, line: before.split('\n').length, column: before.length - before.lastIndexOf('\n') };
    }
  }
  return undefined;
}
