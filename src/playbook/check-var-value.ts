// Does a value fit a declaration? The words of the answer never hold the value of a secret.
import type { VarValue } from '../document/index.ts';
import { isAddress } from '../host-names.ts';
import type { VarDeclaration, VarType } from './model.ts';

type Declared = Pick<VarDeclaration, 'type' | 'secret' | 'allowed' | 'pattern'>;

/** Why the value does not fit, e.g. `expected a port (1 to 65535), found 0`, or undefined when it does. */
export function checkVarValue(declared: Declared, value: VarValue): string | undefined {
  const found = declared.secret ? '' : `, found ${JSON.stringify(value)}`;
  if (!fitsType(declared.type, value)) return `expected ${typeNames[declared.type]}${found}`;
  const items = typeof value === 'object' ? value : [value];
  const { allowed, pattern } = declared;
  if (allowed !== undefined && !items.every((item) => allowed.includes(item))) {
    return `expected ${allowed.map((choice) => JSON.stringify(choice)).join(' or ')}${found}`;
  }
  if (pattern !== undefined && !items.every((item) => new RegExp(pattern, 'u').test(String(item)))) {
    return `expected a text that matches /${pattern}/${found}`;
  }
  return undefined;
}

/** True for types whose values are texts, or lists of them. */
export function isTextual(type: VarType): boolean {
  return type === 'string' || type === 'path' || type === 'host' || type === 'list';
}

const typeNames: Readonly<Record<VarType, string>> = {
  string: 'a text',
  int: 'a whole number',
  bool: 'true or false',
  path: 'an absolute path without . or .. in it',
  list: 'a list of texts',
  host: 'a host name or address',
  port: 'a port (1 to 65535)',
  files: 'a path or a list of paths',
};

function fitsType(type: VarType, value: VarValue): boolean {
  switch (type) {
    case 'string':
      return typeof value === 'string';
    case 'int':
      return Number.isSafeInteger(value);
    case 'bool':
      return typeof value === 'boolean';
    case 'path':
      return typeof value === 'string' && isAbsolutePath(value);
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

function isAbsolutePath(text: string): boolean {
  return /^\/[^\n]*$/.test(text) && !text.split('/').some((part) => part === '.' || part === '..');
}
