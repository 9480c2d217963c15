// The known_hosts format of sshd(8): parsing and matching, without any file access.
// Lines that are not understood are passed over, as ssh does, but not in silence.
import { createHash, createHmac } from 'node:crypto';

/** One usable line of a known_hosts file. */
export interface KnownHostsLine {
  readonly file: string;
  /** Counts from 1. */
  readonly line: number;
  readonly mark: 'none' | 'revoked' | 'cert-authority';
  /** The comma list of names, patterns and hashes, as written. */
  readonly names: readonly string[];
  readonly keyType: string;
  readonly key: Buffer;
}

/** A line that is passed over though it seems to be meant. */
export interface KnownHostsFault {
  readonly file: string;
  readonly line: number;
  /** As far as they could be read. */
  readonly names: readonly string[];
  readonly what: string;
}

/** What one file, or several together, record. */
export interface KnownHostsText {
  readonly lines: readonly KnownHostsLine[];
  readonly faults: readonly KnownHostsFault[];
}

/** Parses one file's text. Comments, blank lines and keys for SSH 1 give nothing; a broken line costs only itself. */
export function parseKnownHosts(text: string, file: string): KnownHostsText {
  const lines: KnownHostsLine[] = [];
  const faults: KnownHostsFault[] = [];
  for (const [index, raw] of text
    .replace(/^\ufeff/, '')
    .split('\n')
    .entries()) {
    const words = raw.trim();
    if (words === '' || words.startsWith('#')) continue;
    const parsed = parseLine(words, file, index + 1);
    if (parsed === undefined) continue;
    if ('what' in parsed) faults.push(parsed);
    else lines.push(parsed);
  }
  return { lines, faults };
}

function parseLine(text: string, file: string, line: number): KnownHostsLine | KnownHostsFault | undefined {
  const fields = text.split(/\s+/);
  const word = text.startsWith('@') ? (fields.shift() ?? '') : '';
  const mark = markOf(word);
  const [list = '', keyType, base64] = fields;
  // A hash stands alone: among other names it is none for ssh.
  const names = list.startsWith('|') ? [list] : list.split(',').filter((name) => !/^(!?\||$)/.test(name));
  const fault = (what: string): KnownHostsFault => ({ file, line, names, what });
  if (mark === undefined) return fault(`the mark ${word.slice(0, 30)} is not known`);
  // The form of SSH 1: bits, exponent, modulus.
  if ([keyType, base64, fields[3]].every((field) => /^\d+$/.test(field ?? ''))) return undefined;
  if (keyType === undefined || base64 === undefined) return fault('it holds no key');
  const key = Buffer.from(base64, 'base64');
  if (!isKeyBlob(key)) return fault('its key is cut off or damaged');
  if (keyTypeOf(key) !== keyType) return fault(`its key is not of type ${keyType.slice(0, 60)}`);
  return { file, line, mark, names, keyType, key };
}

function markOf(word: string): KnownHostsLine['mark'] | undefined {
  if (word === '') return 'none';
  if (word === '@revoked') return 'revoked';
  return word === '@cert-authority' ? 'cert-authority' : undefined;
}

// A key blob is whole strings, each behind its length: the type, and the numbers of that type.
function isKeyBlob(key: Buffer): boolean {
  let count = 0;
  let at = 0;
  for (; at + 4 <= key.length; count++) at += 4 + key.readUInt32BE(at);
  return at === key.length && count >= 2;
}

/** The key type that an SSH public key blob names in itself, or an empty string for bytes that are no blob. */
export function keyTypeOf(key: Buffer): string {
  if (key.length < 4) return '';
  const length = key.readUInt32BE(0);
  return length > key.length - 4 ? '' : key.toString('latin1', 4, 4 + length);
}

/** `SHA256:` and base64 without padding, as ssh-keygen -l prints it. */
export function fingerprint(key: Buffer): string {
  return `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`;
}

/** The name under which known_hosts keeps a host: bare for port 22, else `[address]:port`. */
export function knownHostName(address: string, port: number): string {
  const name = address.toLowerCase();
  return port === 22 ? name : `[${name}]:${port}`;
}

/** Whether these names are about a host; `name` comes from knownHostName. A negated match excludes the line. */
export function namesMatch(names: readonly string[], name: string): boolean {
  let matched = false;
  for (const pattern of names) {
    if (pattern.startsWith('!')) {
      if (patternMatches(pattern.slice(1), name)) return false;
    } else if (patternMatches(pattern, name)) {
      matched = true;
    }
  }
  return matched;
}

function patternMatches(pattern: string, name: string): boolean {
  return pattern.startsWith('|') ? hashMatches(pattern, name) : globMatches(pattern.toLowerCase(), name);
}

// `*` and `?`. It goes back to the last star only, so that many stars cost no more than one.
function globMatches(pattern: string, name: string): boolean {
  let at = 0;
  let star = -1;
  let from = 0;
  for (let index = 0; index < name.length;) {
    if (pattern[at] === '*') {
      star = at++;
      from = index;
    } else if (pattern[at] === '?' || pattern[at] === name[index]) {
      at++;
      index++;
    } else if (star !== -1) {
      at = star + 1;
      index = ++from;
    } else {
      return false;
    }
  }
  return /^\**$/.test(pattern.slice(at));
}

// |1|base64 salt|base64 HMAC-SHA1 of the name, with the salt as key.
function hashMatches(pattern: string, name: string): boolean {
  const [, version, salt, hash] = pattern.split('|');
  if (version !== '1' || salt === undefined || hash === undefined) return false;
  const actual = createHmac('sha1', Buffer.from(salt, 'base64')).update(name).digest();
  return actual.equals(Buffer.from(hash, 'base64'));
}
