// YAML as PyYAML reads it (YAML 1.1), with the line of everything: Ansible and ClusterShell mean that. `yes` is true there,
// and 0644 is 420.
import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument, type Scalar } from 'yaml';
import { UsageError } from '../model/index.ts';

/** A value, with its line. */
export interface Node {
  readonly line: number;
  /** `!vault` and the like; undefined without one. */
  readonly tag?: string;
  readonly value: Plain | readonly Node[] | NodeMap;
}

export type Plain = string | number | boolean | null;
/** Keys to values, in the order of the text. */
export type NodeMap = ReadonlyMap<string, Node>;

/** The mapping that a value is; undefined when it is none. */
export function mapOf(node: Node | undefined): NodeMap | undefined {
  return node?.value instanceof Map ? (node.value as NodeMap) : undefined;
}

const mostNodes = 500_000;
const deepest = 64;

/** The whole document; undefined when there is nothing in it. Throws UsageError FOREIGN_YAML. */
export function readYaml11(text: string, file: string): Node | undefined {
  const lineCounter = new LineCounter();
  const document = parseDocument(text.replace(/^\uFEFF/, ''), {
    version: '1.1',
    lineCounter,
    prettyErrors: false,
    uniqueKeys: false,
    stringKeys: false,
    logLevel: 'silent',
  });
  const [error] = document.errors;
  const lineOf = (offset: number): number => Math.max(lineCounter.linePos(offset).line, 1);
  if (error !== undefined)
    throw new UsageError('FOREIGN_YAML', `${file}:${String(lineOf(error.pos[0]))}: ${error.message}`);
  if (document.contents === null) return undefined;
  let [count, isTooMuch] = [0, false];
  const walk = (node: unknown, depth: number): Node => {
    count += 1;
    isTooMuch ||= count > mostNodes || depth > deepest;
    if (isTooMuch) throw new UsageError('FOREIGN_YAML', `${file} holds too much, or is nested too deep`);
    if (isAlias(node)) return walk(node.resolve(document), depth + 1);
    const line = lineOf(rangeOf(node));
    if (isSeq(node)) return { line, value: node.items.map((item) => walk(item, depth + 1)) };
    if (isMap(node)) return { line, value: mapOf(node.items, depth) };
    if (!isScalar(node)) return { line, value: null };
    const tag = node.tag?.startsWith('!') === true ? node.tag : undefined;
    return { line, value: plainOf(node), ...(tag === undefined ? {} : { tag }) };
  };
  const mapOf = (items: readonly { key: unknown; value: unknown }[], depth: number): NodeMap => {
    const map = new Map<string, Node>();
    for (const { key, value } of items) {
      const name = isScalar(key) ? keyOf(key) : JSON.stringify(key);
      if (name === '<<' && isScalar(key) && key.type === 'PLAIN') merge(map, walk(value, depth + 1));
      else map.set(name, walk(value, depth + 1));
    }
    return map;
  };
  return walk(document.contents, 0);
}

/** What is merged in does not win over what stands there, wherever it stands: a later key overwrites it. */
function merge(map: Map<string, Node>, { value }: Node): void {
  const sources = value instanceof Map ? [value as NodeMap] : Array.isArray(value) ? mapsIn(value) : [];
  for (const source of sources) for (const [key, each] of source) if (!map.has(key)) map.set(key, each);
}

function mapsIn(nodes: readonly Node[]): NodeMap[] {
  return nodes.flatMap(({ value }) => (value instanceof Map ? [value as NodeMap] : []));
}

function rangeOf(node: unknown): number {
  const range = typeof node === 'object' && node !== null && 'range' in node ? node.range : undefined;
  return Array.isArray(range) ? Number(range[0]) : 0;
}

function keyOf(key: Scalar): string {
  return key.source ?? String(key.value);
}

function plainOf(node: Scalar): Plain {
  const source = node.source ?? '';
  return node.type === 'PLAIN' && node.tag !== 'tag:yaml.org,2002:str'
    ? resolved(source)
    : String(node.value);
}

/** A plain word as the resolvers of PyYAML take it. */
export function resolved(word: string): Plain {
  if (/^(yes|Yes|YES|true|True|TRUE|on|On|ON)$/.test(word)) return true;
  if (/^(no|No|NO|false|False|FALSE|off|Off|OFF)$/.test(word)) return false;
  if (/^(~|null|Null|NULL|)$/.test(word)) return null;
  return wholeNumber(word) ?? fraction(word) ?? word;
}

function wholeNumber(word: string): number | undefined {
  const [, sign = '', digits = ''] = /^([-+]?)([0-9][0-9a-fA-FxXb_:]*)$/.exec(word) ?? [];
  const text = digits.replaceAll('_', '');
  const signed = (number: number): number => (sign === '-' ? -number : number);
  if (/^0b[01]+$/.test(text)) return signed(Number(text));
  if (/^0x[0-9a-fA-F]+$/.test(text)) return signed(Number(text));
  if (/^0[0-7]+$/.test(text)) return signed(Number.parseInt(text, 8));
  if (/^(0|[1-9][0-9]*)$/.test(text)) return signed(Number(text));
  if (!/^[1-9][0-9]*(:[0-5]?[0-9])+$/.test(text)) return undefined;
  return signed(text.split(':').reduce((sum, part) => sum * 60 + Number(part), 0));
}

function fraction(word: string): number | undefined {
  const text = word.replaceAll('_', '');
  if (/^[-+]?([0-9]+\.[0-9]*|\.[0-9]+)([eE][-+][0-9]+)?$/.test(text)) return Number(text);
  return undefined;
}
