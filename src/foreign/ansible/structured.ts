// Ansible's YAML inventories, what inventory programs print for `--list`, and files of vars.
import { UsageError } from '../../model/index.ts';
import type { ForeignNote } from '../draft.ts';
import { mapOf, type Node, type NodeMap, readYaml11 } from '../yaml11.ts';
import type { AnsibleFleet, ForeignVars } from './fleet.ts';
import { expandAnsibleHosts } from './host-range.ts';

/** The mapping of a text; undefined for a text that is none, which may be an INI file. */
export function mappingIn(text: string, file: string): NodeMap | undefined {
  try {
    return mapOf(readYaml11(text, file));
  } catch (error) {
    if (error instanceof UsageError) return undefined;
    throw error;
  }
}

/** True for the output of `--list`: groups with lists of hosts, and `_meta`. */
export function isListing(map: NodeMap): boolean {
  if (map.has('_meta')) return true;
  return [...map.values()].some(
    (group) => Array.isArray(group.value) || Array.isArray(mapOf(group)?.get('hosts')?.value),
  );
}

/** Adds a YAML inventory. Throws UsageError for a host pattern that cannot be. */
export function readGroups(map: NodeMap, file: string, fleet: AnsibleFleet, notes: ForeignNote[]): void {
  for (const [name, node] of map) readGroup(name, node, { file, fleet, notes }, []);
}

interface Reading {
  readonly file: string;
  readonly fleet: AnsibleFleet;
  readonly notes: ForeignNote[];
}

function readGroup(name: string, node: Node, reading: Reading, trail: readonly string[]): void {
  const { file, fleet, notes } = reading;
  const place = `${file}:${String(node.line)}`;
  const data = mapOf(node);
  if (data === undefined && node.value !== null) {
    notes.push({ place, what: `${name} is no group, and is skipped` });
    return;
  }
  const group = fleet.group(name);
  for (const [key, value] of data ?? []) {
    const entries =
      typeof value.value === 'string' ? new Map([[value.value, { ...value, value: null }]]) : mapOf(value);
    if (entries === undefined || !['vars', 'children', 'hosts'].includes(key)) {
      if (value.value !== null) notes.push({ place, what: `${key} of the group ${name} is skipped` });
      continue;
    }
    for (const [entry, content] of entries) {
      if (key === 'vars') group.vars.set(entry, { node: content, place: placeOf(content, file) });
      else if (key === 'hosts') readHosts(entry, content, name, reading);
      else {
        group.children.add(entry);
        if (!trail.includes(entry)) readGroup(entry, content, reading, [...trail, name]);
      }
    }
  }
}

function readHosts(pattern: string, content: Node, group: string, { file, fleet }: Reading): void {
  const { names, port } = expandAnsibleHosts(pattern, placeOf(content, file));
  for (const name of names) {
    const { vars } = fleet.host(name, group);
    if (port !== undefined) {
      const node = { line: content.line, value: port };
      vars.set('ansible_port', { node, place: placeOf(content, file) });
    }
    setAll(vars, mapOf(content), file);
  }
}

/** Adds what `--list` prints. */
export function readListing(map: NodeMap, file: string, fleet: AnsibleFleet, notes: ForeignNote[]): void {
  for (const [name, node] of map) {
    if (name === '_meta') continue;
    const group = fleet.group(name);
    const data = mapOf(node);
    const isHost = data !== undefined && !['hosts', 'vars', 'children'].some((key) => data.has(key));
    if (isHost) setAll(fleet.host(name, name).vars, data, file);
    const hosts = data === undefined ? textsIn(node) : textsIn(data.get('hosts'));
    for (const host of hosts) fleet.host(host, name);
    setAll(group.vars, mapOf(data?.get('vars')), file);
    for (const child of textsIn(data?.get('children'))) {
      group.children.add(child);
      fleet.group(child);
    }
  }
  const meta = mapOf(map.get('_meta'));
  for (const [host, node] of mapOf(meta?.get('hostvars')) ?? []) {
    const known = fleet.hosts.get(host);
    if (known !== undefined) setAll(known.vars, mapOf(node), file);
    else
      notes.push({
        place: placeOf(node, file),
        what: `${host} has vars, but is in no group: it is skipped`,
      });
  }
  if (!map.has('_meta'))
    notes.push({ place: file, what: 'it has no _meta, so vars of single hosts are missing' });
}

/** Lays a file of vars over others. */
export function readVarsFile(text: string, file: string, vars: ForeignVars, notes: ForeignNote[]): void {
  if (text.startsWith('$ANSIBLE_VAULT')) {
    notes.push({ place: file, what: 'it is encrypted with ansible-vault, and not read' });
    return;
  }
  const node = readYaml11(text, file);
  const map = mapOf(node);
  if (map === undefined && node !== undefined && node.value !== null)
    notes.push({ place: file, what: 'it holds no mapping of vars, and is skipped' });
  setAll(vars, map, file);
}

function setAll(vars: ForeignVars, map: NodeMap | undefined, file: string): void {
  for (const [key, node] of map ?? []) vars.set(key, { node, place: placeOf(node, file) });
}

function textsIn(node: Node | undefined): string[] {
  if (!Array.isArray(node?.value)) return [];
  return (node.value as readonly Node[]).map(({ value }) => (typeof value === 'object' ? '' : String(value)));
}

function placeOf({ line }: Node, file: string): string {
  return `${file}:${String(line)}`;
}
