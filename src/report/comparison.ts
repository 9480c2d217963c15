// Values of many hosts side by side: one line per key while it fits, one per value when it does not, and values of
// several lines as a diff against the majority.
import { type KeyComparison, diffLines, type Sighting } from '../compare/index.ts';
import { escapeLines, escapeTerminal } from './escape.ts';
import { count, displayWidth, hostLabel, padEnd, widest, wrap } from './layout.ts';
import { sinceLines } from './since.ts';
import { type Style, paint } from './style.ts';
import { diffBlock } from './trouble.ts';

/** Most different values of one key that are shown; the hosts of the rest are still named. */
const maxValues = 20;
/** Most lines of a value of several lines, and of how another value differs from it. */
const maxValueLines = 10;
const maxDiffLines = 40;

/** Lines for comparisons: the key, then each value with who has it, the majority first. Indented by `indent`. */
export function comparisonLines(keys: readonly KeyComparison[], style: Style, indent = '  '): string[] {
  const width = Math.min(40, widest(keys.map(({ key }) => displayWidth(escapeTerminal(key)))));
  return keys.flatMap((comparison) => {
    const name = padEnd(escapeTerminal(comparison.key), width);
    const cells = comparison.folds.map((fold) => `${valueText(fold.value)}  ${labelOf(fold)}`);
    const line = `${indent}${name}  ${cells.join('    ')}${noteOf(comparison)}`;
    const isShort = !comparison.folds.some(({ value }) => isLong(value));
    if (isShort && displayWidth(line) <= style.columns) return [line];
    return [
      `${indent}${name.trimEnd()}${noteOf(comparison)}`,
      ...valueLines(comparison, style, `${indent}  `),
    ];
  });
}

/** A value as one line or several, with who has it. */
interface Cell {
  readonly hosts: readonly string[];
  readonly masked?: readonly string[];
  readonly lines: readonly string[];
}

function valueLines({ folds, majority }: KeyComparison, style: Style, indent: string): string[] {
  const shown = folds.slice(0, maxValues).map(({ value, ...who }, index): Cell => {
    if (value === undefined || !isLong(value)) return { ...who, lines: [valueText(value)] };
    return {
      ...who,
      lines: index === 0 || majority === undefined ? whole(value) : difference(majority, value, style),
    };
  });
  const rest = folds.slice(maxValues).flatMap(({ hosts }) => hosts);
  const more = { hosts: rest, lines: [`(${count(folds.length - maxValues, 'more value')})`] };
  const cells = rest.length > 0 ? [...shown, more] : shown;
  const short = cells.flatMap(({ lines }) => (lines.length === 1 ? [displayWidth(lines[0] ?? '')] : []));
  const width = Math.min(40, widest(short));
  return cells.flatMap((cell) => cellLines(cell, width, style)).map((line) => indent + line);
}

function cellLines({ lines, ...who }: Cell, width: number, style: Style): string[] {
  const [first = ''] = lines;
  if (lines.length > 1) {
    return [...wrap(labelOf(who), Math.max(20, style.columns - 4)), ...lines.map((line) => `  ${line}`)];
  }
  const label = wrap(labelOf(who), Math.max(20, style.columns - width - 6));
  const inner = ' '.repeat(width + 2);
  if (displayWidth(first) > width) return [first, ...label.map((line) => inner + line)];
  return label.map((line, index) => (index === 0 ? `${padEnd(first, width)}  ${line}` : inner + line));
}

/** The hosts that have it, and what had to be masked for that. */
function labelOf({ hosts, masked }: Pick<Cell, 'hosts' | 'masked'>): string {
  return masked === undefined ? hostLabel(hosts) : `${hostLabel(hosts)}, ${maskedNote(masked)}`;
}

/** `equal after masking host name, pid`. */
export function maskedNote(masked: readonly string[]): string {
  return `equal after masking ${masked.map((mask) => escapeTerminal(mask)).join(', ')}`;
}

function whole(value: string): string[] {
  const lines = escapeLines(value);
  const left = lines.length - maxValueLines;
  return left <= 0 ? lines : [...lines.slice(0, maxValueLines), `... ${count(left, 'more line')}`];
}

function difference(majority: string, value: string, style: Style): string[] {
  return diffBlock(diffLines(majority, value), style, maxDiffLines);
}

/** A missing value differs from an empty one and from every value that a host could send. */
function valueText(value: string | undefined): string {
  if (value === undefined) return '(missing)';
  return value === '' || value.startsWith('(') ? `"${escapeTerminal(value)}"` : escapeTerminal(value);
}

function isLong(value: string | undefined): boolean {
  return value?.replace(/\n$/, '').includes('\n') ?? false;
}

function noteOf(comparison: KeyComparison): string {
  if (!comparison.compared) return '    (not compared)';
  return comparison.tie && comparison.outliers.length > 0 ? '    (no majority)' : '';
}

/** `divergence in group auth:` headings with their lines, and since when it is; nothing when there are none. */
export function divergenceLines(
  divergences: readonly KeyComparison[],
  style: Style,
  sightings: readonly Sighting[] = [],
): string[] {
  const titles = [...new Set(divergences.map(titleOf))];
  return titles.flatMap((title) => {
    const ofTitle = divergences.filter((divergence) => titleOf(divergence) === title);
    return [
      paint(style, 'bold', title),
      ...comparisonLines(ofTitle, style),
      ...ofTitle.flatMap(({ group, key, outliers }) => {
        const place = { kind: 'divergence', step: group, subject: key };
        const hosts = outliers.flatMap((fold) => fold.hosts);
        return sinceLines(sightings, place, hosts, style).map((line) => `  ${escapeTerminal(key)}: ${line}`);
      }),
    ];
  });
}

function titleOf({ group, against }: KeyComparison): string {
  if (against !== undefined) return `unlike ${escapeTerminal(against)}:`;
  return group === 'all' ? 'divergence:' : `divergence in group ${escapeTerminal(group)}:`;
}
