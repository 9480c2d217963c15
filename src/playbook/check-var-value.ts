// Does a value fit a declaration? The words of the answer never hold the value of a secret.
import { normalize } from 'node:path/posix';
import { hintForKind, quoted, type VarValue } from '../document/index.ts';
import { didYouMean, hintForAddress, isAddress } from '../model/index.ts';
import type { VarDeclaration, VarType } from './model.ts';

type Declared = Pick<VarDeclaration, 'type' | 'secret' | 'allowed' | 'pattern' | 'hint'>;

/** Why a value does not fit, e.g. `expected a port (1 to 65535), found 0`, and what to do when we know. */
export interface VarProblem {
  readonly message: string;
  readonly hint?: string;
}

/** Why the value does not fit, or undefined when it does. `written` is the plain word in the file, if it is one. */
export function checkVarValue(declared: Declared, value: VarValue, written?: string): VarProblem | undefined {
  const { type, secret, allowed, pattern } = declared;
  const found = secret ? '' : `, found ${shown(value)}`;
  if (!fitsType(type, value)) {
    const message = `expected ${typeNames[type]}${found}`;
    return withHint(message, secret ? undefined : hintForType(type, value, written));
  }
  const items = typeof value === 'object' ? value : [value];
  const entry =
    type === 'list' ? items.find((item) => item === '' || String(item).includes('\n')) : undefined;
  if (entry !== undefined) return entryProblem(entry === '');
  if (allowed !== undefined && !items.every((item) => allowed.includes(item))) {
    const message = `expected ${allowed.map((choice) => JSON.stringify(choice)).join(' or ')}${found}`;
    return withHint(message, secret ? undefined : hintForChoice(items, allowed));
  }
  if (pattern === undefined) return undefined;
  const fits = new RegExp(pattern, 'u');
  const bad = items.find((item) => !fits.test(String(item)));
  return bad === undefined ? undefined : patternProblem(declared, pattern, bad, found);
}

/** Steps see a list as one entry a line, so what is no line would be lost or be two. */
function entryProblem(isEmpty: boolean): VarProblem {
  if (isEmpty) return { message: 'an entry of the list is empty', hint: 'take it out' };
  return { message: 'an entry of the list has a line end in it', hint: 'write one entry for each line' };
}

/** True for types whose values are texts, or lists of them. */
export function isTextual(type: VarType): boolean {
  return type === 'string' || type === 'path' || type === 'host' || type === 'list';
}

/** A playbook that says in words what it wants need not show its regular expression. */
function patternProblem(
  { secret, hint }: Declared,
  pattern: string,
  bad: string | number | boolean,
  found: string,
): VarProblem {
  if (hint === undefined) return { message: `expected a text that matches /${pattern}/${found}` };
  return { message: `${secret ? 'the value' : shown(bad)} is not allowed for this var`, hint };
}

function withHint(message: string, hint: string | undefined): VarProblem {
  return hint === undefined ? { message } : { message, hint };
}

function shown(value: VarValue): string {
  if (typeof value === 'object') return `[${value.map((item) => quoted(item)).join(',')}]`;
  return typeof value === 'string' ? quoted(value) : JSON.stringify(value);
}

const typeNames: Readonly<Record<VarType, string>> = {
  string: 'a text',
  int: 'a whole number',
  bool: 'true or false',
  path: 'an absolute path in its plain form',
  list: 'a list of texts',
  host: 'a host name or address',
  port: 'a port (1 to 65535)',
  files: 'a path or a list of paths',
};

function hintForType(type: VarType, value: VarValue, written: string | undefined): string | undefined {
  if (type === 'path' && typeof value === 'string') return hintForPath(value);
  if (type === 'host' && typeof value === 'string') return hintForAddress(value, 'address');
  if (type === 'int' || type === 'port') return hintForKind('number', value, written);
  if (type === 'bool') return hintForKind('boolean', value, written);
  if (type === 'list') return hintForList(value, written);
  return typeof value === 'object'
    ? 'give one text, without brackets'
    : hintForKind('string', value, written);
}

function hintForList(value: VarValue, written: string | undefined): string {
  const text = typeof value === 'string' ? value : `'${written ?? String(value)}'`;
  return `write a list in brackets: [${text}]`;
}

function hintForPath(text: string): string | undefined {
  if (text.startsWith('~')) return '~ has no meaning on a host: write the whole path, from /';
  if (!text.startsWith('/')) return 'begin it with /';
  const plain = normalize(text).replace(/(?<=.)\/$/, '');
  return plain === text ? undefined : `write ${plain}`;
}

function hintForChoice(
  items: readonly (string | number | boolean)[],
  allowed: readonly (string | number | boolean)[],
): string | undefined {
  const bad = items.find((item) => !allowed.includes(item));
  if (allowed.some((choice) => String(choice) === String(bad))) {
    return typeof bad === 'string' ? `write ${bad}, without quotes` : `put it in quotes: '${String(bad)}'`;
  }
  // YAML 1.1 takes these two words for truths, so people write one for the other.
  const word = bad === true ? 'yes' : bad === false ? 'no' : undefined;
  if (word !== undefined && allowed.includes(word)) return `write ${word}`;
  // A single letter is a slip away from every other one.
  return String(bad ?? '').length < 2 ? undefined : didYouMean(String(bad), allowed.map(String));
}

function fitsType(type: VarType, value: VarValue): boolean {
  switch (type) {
    case 'string':
      return typeof value === 'string';
    case 'int':
      return Number.isSafeInteger(value);
    case 'bool':
      return typeof value === 'boolean';
    case 'path':
      return typeof value === 'string' && isPlainPath(value);
    case 'list':
      return typeof value === 'object';
    case 'host':
      return typeof value === 'string' && isAddress(value);
    case 'port':
      return typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= 65_535;
    case 'files':
      return typeof value === 'string' ? value !== '' : typeof value === 'object' && !value.includes('');
  }
}

/** What resources take for a path: nothing in it that another spelling would lack. */
function isPlainPath(text: string): boolean {
  if (!/^\/[^\n]*$/.test(text)) return false;
  const parts = text.slice(1).split('/');
  return text === '/' || !parts.some((part) => part === '' || part === '.' || part === '..');
}
