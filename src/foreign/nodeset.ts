// Node sets and groups of ClusterShell: `node[1-5,7/2]`, `@group`, `@source:group`, with , ! & ^ from left to right.
import { didYouMean, UsageError } from '../model/index.ts';
import { emptyDraft, emptyLayer, type ForeignNote, groupNames, type Imported } from './draft.ts';
import { mapOf, type Node, readYaml11 } from './yaml11.ts';

const mostNodes = 100_000;

/** Groups of one source, each with its expression. */
interface Source {
  readonly name: string;
  readonly groups: Map<string, { readonly nodes: string; readonly place: string }>;
}

/** Reads files of groups: YAML of groups.d, or lines `group: nodes`. Throws UsageError. */
export function importNodesets(files: readonly { readonly path: string; readonly text: string }[]): Imported {
  const notes: ForeignNote[] = [];
  const sources = files.flatMap(({ path, text }) =>
    /\.ya?ml$/.test(path) ? yamlSources(text, path, notes) : lineSource(text, path, notes),
  );
  const draft = emptyDraft();
  const names = groupNames();
  const [first] = sources;
  for (const source of sources) {
    for (const [group, { place }] of source.groups) {
      const hosts = nodesOf(source, sources, group, place, []);
      if (group === 'all' && source === first) {
        for (const host of hosts) draft.hosts.set(host, { ...emptyLayer() });
        continue;
      }
      const wanted = source === first ? group : `${source.name}_${group}`;
      const name = names.of(draft.groups.has(wanted) ? `${source.name}_${group}` : wanted);
      if (name !== group) notes.push({ place, what: `@${source.name}:${group} is renamed ${name}` });
      for (const host of hosts) if (!draft.hosts.has(host)) draft.hosts.set(host, { ...emptyLayer() });
      draft.groups.set(name, { hosts: [...hosts], groups: [], ...emptyLayer() });
    }
  }
  if (draft.hosts.size === 0)
    throw new UsageError('FOREIGN_EMPTY', `there is no node in ${files.map(({ path }) => path).join(', ')}`);
  return { draft, notes };
}

function yamlSources(text: string, path: string, notes: ForeignNote[]): Source[] {
  const root = readYaml11(text, path);
  const named = mapOf(root);
  if (named === undefined)
    throw new UsageError('FOREIGN_NODESET', `${path}: a mapping of sources to groups is expected`);
  const sources: Source[] = [];
  for (const [name, node] of named) {
    const groups: Source['groups'] = new Map();
    sources.push({ name, groups });
    const entries = mapOf(node);
    if (entries === undefined) {
      notes.push({
        place: `${path}:${String(node.line)}`,
        what: `${name} holds no groups, and is skipped`,
      });
      continue;
    }
    for (const [group, { value, line }] of entries) {
      const place = `${path}:${String(line)}`;
      const parts = Array.isArray(value) ? (value as readonly Node[]).map((each) => each.value) : [value];
      if (parts.every((part) => typeof part === 'string' || typeof part === 'number'))
        groups.set(group, { nodes: parts.join(','), place });
      else notes.push({ place, what: `${group} is no node set, and is skipped` });
    }
  }
  return sources;
}

/** `adm: node0`; a groups.conf, whose sections name programs, is none. */
function lineSource(text: string, path: string, notes: ForeignNote[]): Source[] {
  const groups: Source['groups'] = new Map();
  const name = (path.split('/').at(-1) ?? '').replace(/\.[^.]*$/, '');
  for (const [index, raw] of text.split(/\r?\n/).entries()) {
    const line = raw.replace(/(^|\s)#.*$/, '').trim();
    const place = `${path}:${String(index + 1)}`;
    const [, group, nodes] = /^([^\s:]+)\s*:\s*(.*)$/.exec(line) ?? [];
    if (line === '') continue;
    if (/^\[/.test(line) || /^(map|all|list|reverse|default|confdir|autodir|groupsdir)\s*[:=].*\$/.test(line))
      notes.push({
        place,
        what: 'muster does not run a source that is a program: import what `nodeset -LL` prints for it',
      });
    else if (group === undefined || nodes === undefined)
      throw nodesetError(line, 'a line is GROUP: NODES', place);
    else groups.set(group.replace(/^@/, ''), { nodes, place });
  }
  return [{ name, groups }];
}

function nodesOf(
  source: Source,
  sources: readonly Source[],
  group: string,
  place: string,
  trail: readonly string[],
): ReadonlySet<string> {
  const id = `${source.name}:${group}`;
  if (trail.includes(id)) throw nodesetError(`@${id}`, 'this group contains itself', place);
  const entry = source.groups.get(group);
  if (entry === undefined)
    throw nodesetError(`@${id}`, 'there is no such group', place, didYouMean(group, source.groups.keys()));
  const groupAt = (name: string): ReadonlySet<string> => {
    const at = name.indexOf(':');
    const other = at === -1 ? source : sources.find((each) => each.name === name.slice(0, at));
    if (other === undefined)
      throw nodesetError(
        `@${name}`,
        'there is no such source',
        entry.place,
        didYouMean(
          name.slice(0, at),
          sources.map((each) => each.name),
        ),
      );
    const wanted = name.slice(at + 1);
    if (wanted === '*') {
      const all = [...other.groups.keys()].flatMap((each) => [
        ...nodesOf(other, sources, each, entry.place, [...trail, id]),
      ]);
      return new Set(all);
    }
    return nodesOf(other, sources, wanted, entry.place, [...trail, id]);
  };
  return evaluate(entry.nodes, groupAt, entry.place);
}

/** The nodes of an expression. Throws UsageError FOREIGN_NODESET. */
export function evaluate(
  expression: string,
  groupAt: (name: string) => ReadonlySet<string>,
  place: string,
): ReadonlySet<string> {
  let nodes = new Set<string>();
  for (const { operator, operand } of termsOf(expression)) {
    const more = operand.startsWith('@') ? groupAt(operand.slice(1)) : new Set(expandNodes(operand, place));
    if (operator === ',') nodes = new Set([...nodes, ...more]);
    else if (operator === '!') nodes = new Set([...nodes].filter((node) => !more.has(node)));
    else if (operator === '&') nodes = new Set([...nodes].filter((node) => more.has(node)));
    else
      nodes = new Set([
        ...[...nodes].filter((node) => !more.has(node)),
        ...[...more].filter((node) => !nodes.has(node)),
      ]);
    if (nodes.size > mostNodes) throw nodesetError(expression, 'it stands for too many nodes', place);
  }
  return nodes;
}

function termsOf(expression: string): { operator: string; operand: string }[] {
  const terms: { operator: string; operand: string }[] = [];
  let [operator, operand, depth] = [',', '', 0];
  const end = (): void => {
    if (operand !== '') terms.push({ operator, operand });
    operand = '';
  };
  for (const letter of expression) {
    depth += letter === '[' ? 1 : letter === ']' ? -1 : 0;
    if (depth === 0 && /[,!&^\s]/.test(letter)) {
      end();
      if (terms.length > 0 || letter === '!')
        operator = /\s/.test(letter) ? operatorAfter(operator, terms.length) : letter;
    } else operand += letter;
  }
  end();
  return terms.map((term, at) => (at === 0 ? { ...term, operator: ',' } : term));
}

/** Blanks join as commas do. */
function operatorAfter(operator: string, count: number): string {
  return count === 0 ? operator : ',';
}

function expandNodes(pattern: string, place: string): string[] {
  let names = [''];
  for (const piece of pattern.split(/(\[[^\]]*\])/)) {
    const texts = piece.startsWith('[') ? numbersOf(piece.slice(1, -1), pattern, place) : [piece];
    if (names.length * texts.length > mostNodes)
      throw nodesetError(pattern, 'it stands for too many nodes', place);
    names = names.flatMap((name) => texts.map((text) => name + text));
  }
  const bad = names.find((name) => !/^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$/.test(name));
  if (bad !== undefined) throw nodesetError(bad, 'this cannot be the name of a host', place);
  return names;
}

function numbersOf(list: string, pattern: string, place: string): string[] {
  return list.split(',').flatMap((part) => {
    const [, first, last = first, step = '1'] = /^(\d{1,9})(?:-(\d{1,9})(?:\/(\d{1,6}))?)?$/.exec(part) ?? [];
    const [low, high] = [Number(first), Number(last)];
    if (first === undefined || high < low || Number(step) < 1 || high - low > mostNodes)
      throw nodesetError(pattern, `${part} is no range`, place);
    const width = first.startsWith('0') ? first.length : 0;
    return Array.from({ length: Math.floor((high - low) / Number(step)) + 1 }, (_, at) =>
      String(low + at * Number(step)).padStart(width, '0'),
    );
  });
}

function nodesetError(text: string, why: string, place: string, hint?: string): UsageError {
  const message = `${place}: ${JSON.stringify(text.slice(0, 200))}: ${why}`;
  return new UsageError('FOREIGN_NODESET', message, hint === undefined ? {} : { hint });
}
