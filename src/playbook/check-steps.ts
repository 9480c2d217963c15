// The steps of playbook.yaml against each other and against the files: ids once, scripts there and usable.
import { didYouMean } from '../model/index.ts';
import { type Locator } from '../document/index.ts';
import type { Issue, Location } from '../model/index.ts';
import type { PlaybookTree } from './model.ts';
import type { WrittenPlaybook } from './schema.ts';

/** What is wrong with the steps: ids that are there twice, scripts that are missing or define no `state`. */
export function checkSteps(steps: WrittenPlaybook['steps'], tree: PlaybookTree, locator: Locator): Issue[] {
  const ids = steps.map(({ id }) => id);
  return [
    ...duplicateIds(ids, 'step', (at) => locator.locate(['steps', at, 'id'])),
    ...steps.flatMap(({ script }, at) => checkScript(script, tree, locator.locate(['steps', at, 'script']))),
  ];
}

/** Ids that are there twice. */
export function duplicateIds(
  ids: readonly string[],
  what: 'step' | 'probe',
  place: (at: number) => Location,
): Issue[] {
  return ids.flatMap((id, at): Issue[] => {
    const first = ids.indexOf(id);
    if (first === at) return [];
    const hint = `the first is on line ${place(first).line}`;
    const code = what === 'step' ? 'PLAYBOOK_STEP_DUPLICATE' : 'PLAYBOOK_PROBE_DUPLICATE';
    return [{ code, message: `${what} "${id}" is listed twice`, location: place(at), hint }];
  });
}

function checkScript(script: string, tree: PlaybookTree, location: Location): Issue[] {
  const file = tree.files.get(script);
  if (file === undefined) {
    const scripts = [...tree.files.keys()].filter((name) => name.endsWith('.sh')).sort();
    const hint =
      didYouMean(script, scripts) ?? `scripts in ${tree.directory}: ${scripts.join(', ') || 'none'}`;
    return [
      { code: 'PLAYBOOK_SCRIPT_MISSING', message: `no file "${script}" in the playbook`, location, hint },
    ];
  }
  const text = new TextDecoder().decode(file.bytes);
  const issues: Issue[] = [];
  if (!/^[ \t]*state[ \t]*\([ \t]*\)/m.test(text)) {
    const hint = 'a step describes its state in a function: state() { ... }';
    issues.push({
      code: 'PLAYBOOK_SCRIPT_NO_STATE',
      message: `${script} defines no function state`,
      location,
      hint,
    });
  }
  if (text.includes('\r\n')) {
    const hint = 'sh reads the carriage return as a part of a word; save the file with plain line ends';
    issues.push({ code: 'PLAYBOOK_SCRIPT_CRLF', message: `${script} has Windows line ends`, location, hint });
  }
  return issues;
}
