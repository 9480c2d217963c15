// A playbook.yaml of another program, recognized by name.
import type { SourceFile } from '../document/index.ts';
import type { Issue } from '../model/index.ts';

const hint =
  "muster's playbook is a mapping with name, vars and steps, and its steps are files of sh: see docs/steps.md";

/** The issue of a text that is a playbook of Ansible, or an inventory; undefined when it is not known to be. */
export function recognizeForeign({ file, text }: SourceFile): Issue | undefined {
  const play = /^-[ \t]+(hosts|name|import_playbook|become)[ \t]*:/m.exec(text);
  if (play !== null && !/^name[ \t]*:/m.test(text))
    return issueAt(file, text, play.index, 'an Ansible playbook', hint);
  const hosts = /^hosts[ \t]*:/m.exec(text);
  if (hosts === null || /^steps[ \t]*:/m.test(text)) return undefined;
  return issueAt(
    file,
    text,
    hosts.index,
    'an inventory',
    'name an inventory with -i, and the playbook by its directory',
  );
}

function issueAt(file: string, text: string, offset: number, name: string, what: string): Issue {
  const line = text.slice(0, offset).split('\n').length;
  const location = { file, line, column: 1 };
  return { code: 'PLAYBOOK_FORMAT', message: `this looks like ${name}`, location, hint: what };
}
