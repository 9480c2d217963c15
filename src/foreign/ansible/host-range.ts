// Host patterns of Ansible: `db[01:10:2]-[a:c].example.net:2222`.
import { UsageError } from '../../model/index.ts';

const mostHosts = 10_000;
const letters = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';

/** The names that a pattern stands for, and the port behind it. Throws UsageError FOREIGN_RANGE. */
export function expandAnsibleHosts(pattern: string, place: string): { names: string[]; port?: number } {
  const [, bracketed, portOfBracketed] = /^\[([^\]]*:[^\]]*:[^\]]*|[^\]:]+)\]:(\d+)$/.exec(pattern) ?? [];
  const [, bare, portOfBare] = /^((?:[^:[\]]|\[[^\]]*\])+):(\d+)$/.exec(pattern) ?? [];
  const text = bracketed ?? bare ?? pattern;
  const port = portOfBracketed ?? portOfBare;
  const names = expand(text, pattern, place);
  return { names, ...(port === undefined ? {} : { port: Number(port) }) };
}

function expand(text: string, pattern: string, place: string): string[] {
  const [, head, range, tail] = /^([^[]*)\[([^\]]*:[^\]]*)\](.*)$/s.exec(text) ?? [];
  if (head === undefined || range === undefined || tail === undefined) return [text];
  const names = piecesOf(range, pattern, place).flatMap((piece) =>
    expand(tail, pattern, place).map((rest) => `${head}${piece}${rest}`),
  );
  if (names.length > mostHosts)
    throw rangeError(pattern, `stands for more than ${String(mostHosts)} hosts`, place);
  return names;
}

function piecesOf(range: string, pattern: string, place: string): string[] {
  const [first = '', end = '', stepText = '1', ...more] = range.split(':');
  const begin = first === '' ? '0' : first;
  const step = Number(stepText);
  if (more.length > 0 || end === '' || !/^\d{1,6}$/.test(stepText) || step < 1)
    throw rangeError(pattern, 'a range is [BEGIN:END] or [BEGIN:END:STEP]', place);
  const [low, high] = [letters.indexOf(begin), letters.indexOf(end)];
  const isLetters = begin.length === 1 && end.length === 1 && low >= 0 && high >= 0;
  if (isLetters) return Array.from(letters.slice(low, high + 1)).filter((_, at) => at % step === 0);
  if (!/^\d{1,9}$/.test(begin) || !/^\d{1,9}$/.test(end))
    throw rangeError(pattern, 'a range is of numbers, or of single letters', place);
  const width = begin.length > 1 && begin.startsWith('0') ? begin.length : 0;
  if (width > 0 && width !== end.length)
    throw rangeError(pattern, 'both ends of a padded range have the same length', place);
  const count = Math.floor((Number(end) - Number(begin)) / step) + 1;
  if (count > mostHosts) throw rangeError(pattern, `stands for more than ${String(mostHosts)} hosts`, place);
  return Array.from({ length: Math.max(count, 0) }, (_, at) =>
    String(Number(begin) + at * step).padStart(width, '0'),
  );
}

function rangeError(pattern: string, why: string, place: string): UsageError {
  return new UsageError('FOREIGN_RANGE', `${place}: ${JSON.stringify(pattern.slice(0, 200))}: ${why}`);
}
