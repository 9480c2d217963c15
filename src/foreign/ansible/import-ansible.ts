// Ansible's inventory, in any of its forms, with its files of vars.
import { UsageError } from '../../model/index.ts';
import type { ForeignNote, Imported } from '../draft.ts';
import { AnsibleFleet, type ForeignVars } from './fleet.ts';
import { readIni } from './ini.ts';
import { isListing, mappingIn, readGroups, readListing, readVarsFile } from './structured.ts';
import { draftOf } from './to-draft.ts';

/** A file as it was read. */
export interface ForeignFile {
  /** As messages show it. */
  readonly path: string;
  readonly text: string;
}

/** What was named, and what lies beside it. */
export interface AnsibleFiles {
  /** In the order in which Ansible reads them. */
  readonly inventories: readonly ForeignFile[];
  /** Files below `group_vars` and `host_vars`, by the path below the inventory: `group_vars/web/main.yml`. */
  readonly vars: ReadonlyMap<string, ForeignFile>;
  /** Files that were passed over, and why. */
  readonly passedOver: readonly ForeignNote[];
}

/** Throws UsageError when a file cannot be understood, or when there is no host. */
export function importAnsible({ inventories, vars, passedOver }: AnsibleFiles): Imported {
  const fleet = new AnsibleFleet();
  const notes: ForeignNote[] = [...passedOver];
  for (const file of inventories) readInventory(file, fleet, notes);
  const used = new Set<string>();
  const readVars = (kind: string, name: string, into: ForeignVars): void => {
    for (const path of varsFilesOf(`${kind}/${name}`, [...vars.keys()])) {
      const file = vars.get(path);
      used.add(path);
      if (file !== undefined) readVarsFile(file.text, file.path, into, notes);
    }
  };
  for (const [name, group] of fleet.groups) readVars('group_vars', name, group.fileVars);
  for (const [name, host] of fleet.hosts) readVars('host_vars', name, host.fileVars);
  for (const [path, { path: place }] of vars)
    if (!used.has(path))
      notes.push({ place, what: 'no host or group has this name, so the file is not read' });
  if (fleet.hosts.size === 0)
    throw new UsageError(
      'FOREIGN_EMPTY',
      `there is no host in ${inventories.map(({ path }) => path).join(', ')}`,
      {
        ...(notes[0] === undefined ? {} : { hint: `${notes[0].place}: ${notes[0].what}` }),
      },
    );
  return draftOf(fleet, notes);
}

/** What a program prints for `--list`; undefined for a text that is no such thing. Throws UsageError. */
export function importListing(text: string, path: string): Imported | undefined {
  const map = mappingIn(text, path);
  if (map === undefined || [...map.keys()].every((key) => ours.has(key)) || !isListing(map)) return undefined;
  return importAnsible({ inventories: [{ path, text }], vars: new Map(), passedOver: [] });
}

/** The keys of an inventory of muster. */
const ours: ReadonlySet<string> = new Set(['connection', 'vars', 'sources', 'hosts', 'groups']);

function readInventory({ path, text }: ForeignFile, fleet: AnsibleFleet, notes: ForeignNote[]): void {
  const map =
    /(^|\/)[^/.]*$|\.(ya?ml|json)$/.test(path) || /^\s*\{/.test(text) ? mappingIn(text, path) : undefined;
  if (map === undefined) {
    readIni(text, path, fleet);
    return;
  }
  if (map.has('plugin'))
    throw new UsageError(
      'FOREIGN_PLUGIN',
      `${path} configures a plugin of Ansible, which muster does not run`,
      {
        hint: `let Ansible run it: ansible-inventory -i ${path} --list > hosts.json; then import hosts.json`,
      },
    );
  if (isListing(map)) readListing(map, path, fleet, notes);
  else readGroups(map, path, fleet, notes);
}

const endings = ['', '.yml', '.yaml', '.json'];

/** The file of this name with the first of the endings, or all in the directory of the name. */
function varsFilesOf(stem: string, paths: readonly string[]): readonly string[] {
  const below = paths.filter((path) => path.startsWith(`${stem}/`));
  if (below.length > 0) return below.filter(isVarsFile);
  const file = endings.map((ending) => `${stem}${ending}`).find((path) => paths.includes(path));
  return file === undefined ? [] : [file];
}

function isVarsFile(path: string): boolean {
  const name = path.slice(path.lastIndexOf('/') + 1);
  return !name.startsWith('.') && !name.endsWith('~') && /^[^.]*$|\.(ya?ml|json)$/.test(name);
}
