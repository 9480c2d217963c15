// Inventories of other programs, and files that are none: recognized by name, because what a parser says about them is
// about a format that they never had.
import type { SourceFile } from '../document/index.ts';
import type { Issue } from '../model/index.ts';

interface Foreign {
  /** What it looks like. */
  readonly name: string;
  /** The first line that shows it. */
  readonly evidence: RegExp;
  /** What must not be in the text. */
  readonly unless?: RegExp;
  readonly hint: string;
}

const example = '`hosts:`, and below it `ns1: { address: 192.0.2.1, connection: { port: 2222, user: ops } }`';
const inventory = `muster's inventory is YAML with a key for each host: ${example}`;
// A file that has `hosts` at the top is ours, whatever else is wrong with it.
const ours = /^["']?hosts["']?[ \t]*:/m;

const known: readonly Foreign[] = [
  {
    name: 'an Ansible inventory',
    evidence:
      /^\[[\w.:-]+\][ \t]*$|^(?![ \t]*#).*\bansible_\w+[ \t]*=|^[ \t]*(\{[ \t]*)?["']?_meta["']?[ \t]*:/m,
    hint: inventory,
  },
  {
    name: 'an Ansible inventory',
    evidence: /^all[ \t]*:|^[ \t]*(ansible_\w+|children)[ \t]*:/m,
    unless: ours,
    hint: `${inventory}; groups are listed under \`groups\`, each with a list of hosts`,
  },
  { name: 'a configuration of ssh', evidence: /^[ \t]*host[ \t]+\S/im, unless: /:[ \t]*$/m, hint: inventory },
  {
    name: 'an inventory of Puppet Bolt',
    evidence: /^[ \t]*(- )?targets[ \t]*:/m,
    unless: ours,
    hint: inventory,
  },
  {
    name: 'a roster of Salt',
    evidence: /^[^\s#].*:[ \t]*\n[ \t]+host[ \t]*:/m,
    unless: ours,
    hint: inventory,
  },
  {
    name: 'a playbook',
    evidence: /^steps[ \t]*:/m,
    unless: ours,
    hint: 'name the playbook by its directory, and the inventory with -i',
  },
];

const list: Omit<Foreign, 'evidence'> = { name: 'a list of hosts', hint: inventory };

/** The issue of a text that is the inventory of another program; undefined when it is not known to be. */
export function recognizeForeign({ file, text }: SourceFile): Issue | undefined {
  for (const { name, evidence, unless, hint } of known) {
    const found = evidence.exec(text);
    if (found !== null && unless?.test(text) !== true) return issueAt(file, text, found.index, name, hint);
  }
  const lines = text.split(/\r?\n/).filter((line) => !/^\s*([#;]|$)/.test(line));
  const isList =
    lines.length > 0 &&
    lines.every((line) => /^[A-Za-z0-9_.:,@ \t[\]-]+$/.test(line) && !/:(\s|$)|^\s*-/.test(line));
  return isList ? issueAt(file, text, text.indexOf(lines[0] ?? ''), list.name, list.hint) : undefined;
}

function issueAt(file: string, text: string, offset: number, name: string, hint: string): Issue {
  const before = text.slice(0, offset).split('\n');
  const location = { file, line: before.length, column: (before.at(-1) ?? '').length + 1 };
  return { code: 'INVENTORY_FORMAT', message: `this looks like ${name}`, location, hint };
}
