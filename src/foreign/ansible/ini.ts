// Ansible's INI inventories: [group], [group:vars], [group:children], hosts with settings behind them.
import { UsageError } from '../../model/index.ts';
import type { AnsibleFleet } from './fleet.ts';
import { expandAnsibleHosts } from './host-range.ts';
import { parseLiteral } from './literal.ts';

type Section = 'hosts' | 'vars' | 'children';

/** Adds what an INI inventory says. Throws UsageError FOREIGN_INI, or FOREIGN_RANGE, with the line. */
export function readIni(text: string, file: string, fleet: AnsibleFleet): void {
  let [group, section]: [string, Section] = ['ungrouped', 'hosts'];
  const declared = new Set(fleet.groups.keys());
  const wanted: { name: string; place: string; what: string }[] = [];
  text.split(/\r?\n/).forEach((raw, index) => {
    const line = raw.trim();
    const place = `${file}:${String(index + 1)}`;
    if (line === '' || line.startsWith('#') || line.startsWith(';')) return;
    if (line.startsWith('[') && /\]\s*(#.*)?$/.test(line)) {
      [group, section] = sectionOf(line, place);
      if (section === 'vars') wanted.push({ name: group, place, what: 'has vars' });
      else declared.add(group);
      fleet.group(group);
    } else if (section === 'hosts') readHost(line, group, place, index + 1, fleet);
    else if (section === 'vars') {
      const at = line.indexOf('=');
      if (at === -1) throw iniError(place, 'a var is NAME=VALUE');
      const node = parseLiteral(line.slice(at + 1).trim(), index + 1);
      fleet.group(group).vars.set(line.slice(0, at).trim(), { node, place });
    } else {
      const name = /^([^:\]\s]+)\s*(#.*)?$/.exec(line)?.[1];
      if (name === undefined) throw iniError(place, 'the name of a group is expected');
      wanted.push({ name, place, what: `is in ${group}` });
      fleet.group(group).children.add(name);
    }
  });
  const missing = wanted.find(({ name }) => !declared.has(name));
  if (missing !== undefined)
    throw iniError(missing.place, `the group ${missing.name} ${missing.what}, but is not declared`);
}

function sectionOf(line: string, place: string): [string, Section] {
  const [, group, section = 'hosts'] = /^\[([^:\]\s]+)(?::(\w+))?\]\s*(?:#.*)?$/.exec(line) ?? [];
  if (group === undefined || (section !== 'hosts' && section !== 'vars' && section !== 'children'))
    throw iniError(place, 'a section is [GROUP], [GROUP:vars] or [GROUP:children]');
  return [group, section];
}

function readHost(line: string, group: string, place: string, number: number, fleet: AnsibleFleet): void {
  const [pattern = '', ...words] = shellWords(line, place);
  const { names, port } = expandAnsibleHosts(pattern, place);
  for (const name of names) {
    const { vars } = fleet.host(name, group);
    if (port !== undefined) vars.set('ansible_port', { node: { line: number, value: port }, place });
    for (const word of words) {
      const at = word.indexOf('=');
      if (at === -1) throw iniError(place, `expected NAME=VALUE after a host, not ${JSON.stringify(word)}`);
      vars.set(word.slice(0, at), { node: parseLiteral(word.slice(at + 1), number), place });
    }
  }
}

/** Words as Python's shlex takes them apart: quotes, backslashes, and a comment behind `#`. */
export function shellWords(line: string, place: string): string[] {
  const words: string[] = [];
  let word: string | undefined;
  for (let at = 0; at < line.length; at += 1) {
    const letter = line[at] ?? '';
    if (letter === '#' && word === undefined) break;
    if (/\s/.test(letter)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else if (letter === "'") {
      const end = line.indexOf("'", at + 1);
      if (end === -1) throw iniError(place, 'a quote is not closed');
      word = (word ?? '') + line.slice(at + 1, end);
      at = end;
    } else if (letter === '"') {
      let text = '';
      for (at += 1; line[at] !== '"'; at += 1) {
        if (at >= line.length) throw iniError(place, 'a quote is not closed');
        if (line[at] === '\\' && /["\\]/.test(line[at + 1] ?? '')) at += 1;
        text += line[at] ?? '';
      }
      word = (word ?? '') + text;
    } else if (letter === '\\') {
      at += 1;
      word = (word ?? '') + (line[at] ?? '');
    } else word = (word ?? '') + letter;
  }
  if (word !== undefined) words.push(word);
  return words;
}

function iniError(place: string, why: string): UsageError {
  return new UsageError('FOREIGN_INI', `${place}: ${why}`);
}
