// A draft as the text of an inventory: what is lost stands at its top as comments.
import { stringify } from 'yaml';
import { quoted } from '../document/index.ts';
import { foldHostNames } from '../model/index.ts';
import type { Draft, DraftHost, DraftLayer, ForeignNote, Imported } from './draft.ts';

/** The inventory as YAML. `origin` says what it was made from. */
export function renderDraft({ draft, notes }: Imported, origin: string): string {
  const head = [`Made from ${plain(origin)} by muster inventory import.`, ...notes.map(noteLine)];
  if (notes.length > 0) head.splice(1, 0, 'Changed or left out:');
  const comments = head.map((line) => `# ${line}\n`).join('');
  const value = {
    ...layerOf(draft.top),
    hosts: hostsOf(draft),
    ...(draft.groups.size === 0 ? {} : { groups: groupsOf(draft) }),
  };
  const text = stringify(value, {
    defaultStringType: 'QUOTE_SINGLE',
    defaultKeyType: 'PLAIN',
    nullStr: '',
    lineWidth: 0,
    aliasDuplicateObjects: false,
  });
  return `${comments}\n${text.replaceAll(/: +$/gm, ':')}`;
}

/** One line for a person. */
function noteLine({ place, what }: ForeignNote): string {
  return `  ${plain(place)}: ${plain(what)}`;
}

function plain(text: string): string {
  return quoted(text).slice(1, -1).replaceAll('\\"', '"').replaceAll('\\\\', '\\');
}

function layerOf({ connection, vars }: DraftLayer): Record<string, unknown> {
  return {
    ...(Object.keys(connection).length === 0 ? {} : { connection }),
    ...(vars.size === 0 ? {} : { vars: Object.fromEntries(vars) }),
  };
}

/** Hosts that follow each other and have nothing of their own are one range. */
function hostsOf({ hosts }: Draft): Record<string, unknown> {
  const entries: [string, unknown][] = [];
  let bare: string[] = [];
  const fold = (): void => {
    for (const key of patternsOf(bare)) entries.push([key, null]);
    bare = [];
  };
  for (const [name, host] of hosts) {
    const own = { ...(host.address === undefined ? {} : { address: host.address }), ...layerOf(host) };
    if (isBare(host)) bare.push(name);
    else {
      fold();
      entries.push([name, own]);
    }
  }
  fold();
  return Object.fromEntries(entries);
}

function isBare({ address, connection, vars }: DraftHost): boolean {
  return address === undefined && Object.keys(connection).length === 0 && vars.size === 0;
}

function groupsOf({ groups }: Draft): Record<string, unknown> {
  return Object.fromEntries(
    [...groups].map(([name, group]) => [
      name,
      {
        ...(group.hosts.length === 0 ? {} : { hosts: patternsOf(group.hosts) }),
        ...(group.groups.length === 0 ? {} : { groups: group.groups }),
        ...layerOf(group),
      },
    ]),
  );
}

/** The folded form, taken apart at the commas that stand in no bracket. */
function patternsOf(names: readonly string[]): string[] {
  return names.length === 0 ? [] : foldHostNames(names).split(/,(?![^[\]]*\])/);
}
