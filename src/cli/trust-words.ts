// What files make this machine do, in words for the operator who is asked about it. Names and words of commands are as
// untrusted as the files.
import { join, resolve } from 'node:path';
import type { Reach } from '../actions/index.ts';
import type { Location } from '../model/index.ts';
import { homeDirectory } from '../sources/index.ts';
import { escapeTerminal } from '../report/index.ts';
import type { FoundFile } from './taken-fleet.ts';

/** A thing that this machine is to do; where a path in it leads is a part of what is trusted, for it may be a link. */
export type Deed = (Reach | LibraryDeed | SourceDeed) & { readonly place?: string };

/** Sh files from outside of what was found, which would go to hosts. */
interface LibraryDeed {
  readonly kind: 'library';
  readonly path: string;
  /** Where the playbook names it. */
  readonly from: Location;
}

/** What tells an inventory its hosts; it is for no var. */
type SourceDeed = { readonly from: Location; readonly var?: undefined } & (
  | { readonly kind: 'command'; readonly argv: readonly string[] }
  | { readonly kind: 'given-file'; readonly path: string }
);

/** ``run `pass show dns` for the var tsig (inventory.yaml:3:12)``, safe on a terminal. */
export function wordsOf(deed: Deed): string {
  const { file, line, column } = deed.from;
  const forWhat = deed.kind === 'library' ? '' : ' for its list of hosts';
  const purpose = 'var' in deed && deed.var !== undefined ? ` for the var ${deed.var}` : forWhat;
  return escapeTerminal(`${deedOf(deed)}${purpose} (${file}:${line}:${column})`);
}

function deedOf(reach: Deed): string {
  switch (reach.kind) {
    case 'library':
      return `send the library ${reach.path}${leadingTo(reach)}`;
    case 'command':
      return `run \`${commandLine(reach.argv)}\``;
    case 'env':
      return `read ${reach.name} from the environment`;
    case 'file':
    case 'given-file':
      return `read ${reach.path}${leadingTo(reach)}`;
    case 'age':
      return `decrypt ${reach.path}${leadingTo(reach)} with your age identity`;
  }
}

/** Said where the path alone does not tell, as with a link. */
function leadingTo({ path, place }: { readonly path: string; readonly place?: string }): string {
  const said = path.startsWith('~/') ? join(homeDirectory(), path.slice(2)) : resolve(path);
  return place === undefined || place === said ? '' : `, which is ${place},`;
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
