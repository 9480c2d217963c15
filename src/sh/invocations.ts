// Which programs a command runs in the end: `expect TITLE sort -V x` and `xargs sort -V` both run sort.
import type { Command, Word } from './model.ts';

/** A program or function with its arguments. */
export interface Invocation {
  /** Undefined when only the host knows it. */
  readonly name: string | undefined;
  readonly word: Word;
  readonly args: readonly Word[];
}

/** The command itself, and the command in its arguments. */
export function invocationsOf({ words }: Command): Invocation[] {
  const found: Invocation[] = [];
  let rest: readonly Word[] = words;
  while (rest.length > 0) {
    const [word, ...args] = rest;
    if (word === undefined) break;
    const name = nameOf(word);
    found.push({ name, word, args });
    rest = args.slice(name === undefined ? args.length : commandAt(name, args));
  }
  return found;
}

/** The program without the directories that base has its programs in. */
function nameOf({ value }: Word): string | undefined {
  return value?.replace(/^\/(?:usr\/)?s?bin\/(?=[^/]+$)/, '');
}

/** The place of a wrapper's command in its arguments; their number when it is none. */
function commandAt(name: string, args: readonly Word[]): number {
  switch (name) {
    case 'expect':
    case 'm_await':
      return 1;
    case 'exec':
    case 'nohup':
      return 0;
    case 'time':
      return afterOptions(args, '');
    case 'nice':
      return afterOptions(args, 'n');
    case 'xargs':
      return afterOptions(args, 'EIJLnPRSs');
    case 'chroot':
      return afterOptions(args, 'ugG') + 1;
    case 'env':
      return firstAfter(args, afterOptions(args, 'u'), ({ prefix }) => !prefix.includes('='));
    case 'find':
      return firstAfter(args, 0, ({ value }) => value === '-exec' || value === '-ok') + 1;
    default:
      return args.length;
  }
}

/** The place of the first such word, from `from` on; the number of words when there is none. */
function firstAfter(args: readonly Word[], from: number, isIt: (word: Word) => boolean): number {
  const at = args.slice(from).findIndex(isIt);
  return at < 0 ? args.length : from + at;
}

function afterOptions(args: readonly Word[], valued: string): number {
  let at = 0;
  while (at < args.length) {
    const { value } = args[at] ?? {};
    if (value === undefined || !/^-./.test(value)) break;
    at += valued.includes(value.slice(-1)) && value.length === 2 ? 2 : 1;
  }
  return at;
}
