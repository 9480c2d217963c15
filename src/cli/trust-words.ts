// What files make this machine do, in words for the operator who is asked about it. Names and words of commands are as
// untrusted as the files.
import type { Reach } from '../actions/index.ts';
import { escapeTerminal } from '../report/index.ts';
import type { FoundFile } from './taken-fleet.ts';

/** ``run `pass show dns` for the var tsig (inventory.yaml:3:12)``, safe on a terminal. */
export function wordsOf(reach: Reach): string {
  const { file, line, column } = reach.from;
  return escapeTerminal(`${deedOf(reach)} for the var ${reach.var} (${file}:${line}:${column})`);
}

function deedOf(reach: Reach): string {
  switch (reach.kind) {
    case 'command':
      return `run \`${commandLine(reach.argv)}\``;
    case 'env':
      return `read ${reach.name} from the environment`;
    case 'file':
    case 'given-file':
      return `read ${reach.path}`;
    case 'age':
      return `decrypt ${reach.path} with your identity of age`;
  }
}

/** Words as a shell would take them apart again, so that one word with a blank is not two. */
function commandLine(argv: readonly string[]): string {
  return argv
    .map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`))
    .join(' ');
}

/** The files, each with who else can write it, safe on a terminal. */
export function wordsOfFile({ path, stranger }: FoundFile): string {
  return escapeTerminal(stranger === undefined ? path : `${path}, which ${stranger}`);
}
