// Host names in short form, as ClusterShell writes them: `ns[1-3,7]` stands for ns1, ns2, ns3 and ns7.
// `[01-10]` keeps its zeros. Both directions live here, because what one writes the other must read.
import { MusterError } from './errors.ts';

const mostNames = 10_000;

interface Run {
  readonly first: number;
  readonly last: number;
  /** Digits to pad to with zeros; 0 means no padding. */
  readonly width: number;
}

/**
 * Writes out the names that a pattern stands for, in the order written: `ns[1-3,7].example.net`, `rack[1-2]-ns[01-10]`.
 * Throws MusterError `HOST_RANGE` when brackets are malformed, a range counts down, or there would be more than 10,000 names.
 */
export function expandHostNames(pattern: string): string[] {
  if (pattern === '') throw rangeError(pattern, 'a host name cannot be empty');
  const parts = splitBrackets(pattern);
  let names = [''];
  for (const part of parts) {
    const pieces = part.kind === 'text' ? [part.text] : expandList(pattern, part.text, names.length);
    names = names.flatMap((name) => pieces.map((piece) => name + piece));
  }
  return names;
}

/**
 * Writes names in short form: `ns[1-7,9]`, different stems joined by commas, in natural order, each name once.
 * Each comma part (commas in brackets apart) is a pattern for `expandHostNames`.
 */
export function foldHostNames(names: readonly string[]): string {
  const blocks = new Map<string, Block[]>();
  for (const name of new Set(names.toSorted(compareNaturally))) {
    const { shape, block } = toBlock(name);
    const alike = blocks.get(shape);
    if (alike === undefined) blocks.set(shape, [block]);
    else alike.push(block);
  }
  return [...blocks.values()]
    .flatMap(mergeBlocks)
    .map((block) => ({ first: firstName(block), text: renderBlock(block) }))
    .sort((a, b) => compareNaturally(a.first, b.first))
    .map(({ text }) => text)
    .join(',');
}

/** True for a text that can name a host: letters, digits, `.`, `_` and `-`, with a letter or digit at both ends. */
export function isHostName(text: string): boolean {
  return text.length <= 253 && /^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$/.test(text);
}

/** True for a host name, an IPv4 or an IPv6 address (with a zone, without brackets). */
export function isAddress(text: string): boolean {
  return isHostName(text) || /^(?=.*:.*:)[0-9A-Fa-f:.]{2,45}(%[A-Za-z0-9._-]+)?$/.test(text);
}

/**
 * What to do about a text that is no host name (`name`) or no address; undefined when we do not know. People bring
 * IPv6 addresses in brackets, ports, users, networks, URLs and the last dot of the DNS.
 */
export function hintForAddress(text: string, wanted: 'name' | 'address'): string | undefined {
  const inside = /^\[([0-9A-Fa-f:.]+(?:%[\w.-]+)?)\](?::(\d+))?$/.exec(text);
  const bare = inside?.[1] ?? text;
  if (bare.includes(':') && isAddress(bare)) return hintForAddress6(bare, inside?.[2], wanted);
  const [, user, host = '', port] =
    /^(?:[a-z]+:\/\/)?(?:([^@/]+)@)?([^@/:]+?)(?::(\d+))?\/?$/.exec(text) ?? [];
  if (isHostName(host) && host !== text) {
    const settings = [
      ...(user === undefined ? [] : [`user: ${user}`]),
      ...(port === undefined ? [] : [`port: ${port}`]),
    ];
    if (settings.length > 0) return `write ${host}; the rest is { connection: { ${settings.join(', ')} } }`;
    return `write ${host}`;
  }
  if (isHostName(text.replace(/\.$/, ''))) return `without the last dot: ${text.replace(/\.$/, '')}`;
  if (isHostName(text.replace(/\/\d+$/, '')))
    return 'a network is no host: leave out the slash and what follows it';
  if (/\[.*\]/.test(text)) return 'a range is allowed only in a list of hosts; name one host';
  return undefined;
}

function hintForAddress6(address: string, port: string | undefined, wanted: 'name' | 'address'): string {
  if (wanted === 'name')
    return `give the host a name, and write the address below it: { address: '${address}' }`;
  const rest = port === undefined ? '' : `; the port is { connection: { port: ${port} } }`;
  return `write an IPv6 address without brackets: '${address}'${rest}`;
}

function rangeError(pattern: string, problem: string): MusterError {
  return new MusterError('HOST_RANGE', `"${pattern}": ${problem}`, {
    hint: 'ranges look like ns[1-3], ns[01-10] or ns[1-3,7]',
  });
}

function splitBrackets(pattern: string): { readonly kind: 'text' | 'list'; readonly text: string }[] {
  const parts: { kind: 'text' | 'list'; text: string }[] = [];
  let rest = pattern;
  while (rest !== '') {
    const open = rest.indexOf('[');
    const text = open < 0 ? rest : rest.slice(0, open);
    if (text.includes(']')) throw rangeError(pattern, '"]" without "["');
    if (/[\s,]/.test(text)) throw rangeError(pattern, 'a host name holds no spaces or commas');
    if (text !== '') parts.push({ kind: 'text', text });
    if (open < 0) break;
    const close = rest.indexOf(']', open);
    if (close < 0) throw rangeError(pattern, '"[" without "]"');
    parts.push({ kind: 'list', text: rest.slice(open + 1, close) });
    rest = rest.slice(close + 1);
  }
  return parts;
}

/** The texts that the inside of one bracket stands for; `before` names are already there to multiply with. */
function expandList(pattern: string, list: string, before: number): string[] {
  const runs = list.split(',').map((item) => parseRun(pattern, item.trim()));
  const count = runs.reduce((sum, { first, last }) => sum + last - first + 1, 0);
  if (count * before > mostNames) throw rangeError(pattern, `more than ${mostNames} names`);
  return runs.flatMap((run) =>
    Array.from({ length: run.last - run.first + 1 }, (_, index) => padded(run.first + index, run.width)),
  );
}

function parseRun(pattern: string, item: string): Run {
  const match = /^(\d{1,15})(?:-(\d{1,15}))?$/.exec(item);
  const start = match?.[1];
  if (start === undefined) throw rangeError(pattern, `"${item}" is not a number or a range of numbers`);
  const end = match?.[2] ?? start;
  if (Number(end) < Number(start)) throw rangeError(pattern, `the range ${item} counts down`);
  if (isPadded(end) && end.length !== start.length) {
    throw rangeError(pattern, `the ends of ${item} have different numbers of digits`);
  }
  return { first: Number(start), last: Number(end), width: isPadded(start) ? start.length : 0 };
}

function isPadded(digits: string): boolean {
  return digits.length > 1 && digits.startsWith('0');
}

function padded(number: number, width: number): string {
  return String(number).padStart(width, '0');
}

/** Names of one shape: texts with, between them, the numbers that may stand there (every combination is meant). */
interface Block {
  readonly texts: readonly string[];
  readonly numbers: readonly (readonly string[])[];
}

function toBlock(name: string): { shape: string; block: Block } {
  // Longer runs of digits are no exact numbers in JavaScript: they stay text.
  const pieces = name.split(/(?<!\d)(\d{1,15})(?!\d)/);
  const texts = pieces.filter((_, index) => index % 2 === 0);
  const numbers = pieces.filter((_, index) => index % 2 === 1).map((digits) => [digits]);
  return { shape: texts.join('\0'), block: { texts, numbers } };
}

/** Merges blocks that differ in one place only, place by place from the right, so that the names stay the same. */
function mergeBlocks(blocks: readonly Block[]): Block[] {
  const places = blocks[0]?.numbers.length ?? 0;
  let merged = [...blocks];
  for (let place = places - 1; place >= 0; place -= 1) {
    const alike = new Map<string, Block>();
    for (const block of merged) {
      const key = block.numbers.map((digits, at) => (at === place ? '*' : digits.join())).join('\0');
      const other = alike.get(key);
      alike.set(key, other === undefined ? block : joinAt(other, block, place));
    }
    merged = [...alike.values()];
  }
  return merged;
}

function joinAt(a: Block, b: Block, place: number): Block {
  const joined = [...(a.numbers[place] ?? []), ...(b.numbers[place] ?? [])];
  return { texts: a.texts, numbers: a.numbers.map((digits, at) => (at === place ? joined : digits)) };
}

function renderBlock(block: Block): string {
  return block.texts.map((text, at) => text + renderNumbers(block.numbers[at] ?? [])).join('');
}

function firstName(block: Block): string {
  return block.texts
    .map((text, at) => text + (block.numbers[at]?.toSorted(compareNaturally)[0] ?? ''))
    .join('');
}

function renderNumbers(numbers: readonly string[]): string {
  if (numbers.length < 2) return numbers[0] ?? '';
  const runs = findRuns(numbers).map(({ first, last, width }) =>
    first === last ? padded(first, width) : `${padded(first, width)}-${padded(last, width)}`,
  );
  return `[${runs.join(',')}]`;
}

/** Padded numbers start runs first, because `10` may go on after `09` as well as after `9`. */
function findRuns(numbers: readonly string[]): Run[] {
  const left = new Set(numbers.toSorted(compareNaturally));
  const starts = [...left];
  const runs: Run[] = [];
  for (const start of [...starts.filter(isPadded), ...starts.filter((digits) => !isPadded(digits))]) {
    if (!left.has(start)) continue;
    const first = Number(start);
    const width = isPadded(start) ? start.length : 0;
    let last = first;
    while (left.delete(padded(last, width)) && left.has(padded(last + 1, width))) last += 1;
    runs.push({ first, last, width });
  }
  return runs.sort((a, b) => a.first - b.first || a.width - b.width);
}

function compareNaturally(a: string, b: string): number {
  const left = a.split(/(\d+)/);
  const right = b.split(/(\d+)/);
  for (let at = 0; at < Math.min(left.length, right.length); at += 1) {
    const order = comparePieces(left[at] ?? '', right[at] ?? '', at % 2 === 1);
    if (order !== 0) return order;
  }
  return left.length - right.length;
}

function comparePieces(a: string, b: string, digits: boolean): number {
  if (digits && Number(a) !== Number(b)) return Number(a) - Number(b);
  if (digits) return a.length - b.length;
  return a < b ? -1 : Number(a > b);
}
