// The known_hosts format of sshd(8): parsing and matching, without any file access.
// Lines that are not understood are passed over, as ssh does; marked lines never match silently.
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

/** What the files say about a key that a host shows. */
export type HostKeyVerdict =
  | { readonly kind: 'known' }
  | { readonly kind: 'revoked'; readonly line: KnownHostsLine }
  | { readonly kind: 'changed'; readonly recorded: readonly [KnownHostsLine, ...KnownHostsLine[]] }
  | { readonly kind: 'unknown'; readonly authorities: readonly KnownHostsLine[] };

/** Parses one file's text; comments, blank and malformed lines give nothing. */
export function parseKnownHosts(text: string, file: string): readonly KnownHostsLine[] {
  return text.split('\n').flatMap((raw, index) => {
    const parsed = parseLine(raw.trim(), file, index + 1);
    return parsed === undefined ? [] : [parsed];
  });
}

function parseLine(text: string, file: string, line: number): KnownHostsLine | undefined {
  if (text === '' || text.startsWith('#')) return undefined;
  const fields = text.split(/\s+/);
  const mark = text.startsWith('@') ? markOf(fields.shift() ?? '') : 'none';
  const [names, keyType, base64] = fields;
  if (mark === undefined || names === undefined || keyType === undefined || base64 === undefined)
    return undefined;
  const key = Buffer.from(base64, 'base64');
  if (keyTypeOf(key) !== keyType) return undefined;
  return { file, line, mark, names: names.split(','), keyType, key };
}

function markOf(word: string): KnownHostsLine['mark'] | undefined {
  if (word === '@revoked') return 'revoked';
  return word === '@cert-authority' ? 'cert-authority' : undefined;
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

/** Whether a line is about a host; `name` comes from knownHostName. A negated match excludes the line. */
export function lineMatches(line: KnownHostsLine, name: string): boolean {
  let matched = false;
  for (const pattern of line.names) {
    if (pattern.startsWith('!')) {
      if (patternMatches(pattern.slice(1), name)) return false;
    } else if (patternMatches(pattern, name)) {
      matched = true;
    }
  }
  return matched;
}

function patternMatches(pattern: string, name: string): boolean {
  if (pattern.startsWith('|')) return hashMatches(pattern, name);
  const source = pattern
    .toLowerCase()
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replace(/\*+/g, '.*')
    .replace(/\?/g, '.');
  return new RegExp(`^${source}$`, 's').test(name);
}

// |1|base64 salt|base64 HMAC-SHA1 of the name, with the salt as key.
function hashMatches(pattern: string, name: string): boolean {
  const [, version, salt, hash] = pattern.split('|');
  if (version !== '1' || salt === undefined || hash === undefined) return false;
  const actual = createHmac('sha1', Buffer.from(salt, 'base64')).update(name).digest();
  return actual.equals(Buffer.from(hash, 'base64'));
}

/** The key types recorded for a host, first line first, each once. A client should ask the host for these first. */
export function knownKeyTypes(lines: readonly KnownHostsLine[], name: string): readonly string[] {
  const plain = lines.filter((line) => line.mark === 'none' && lineMatches(line, name));
  return [...new Set(plain.map((line) => line.keyType))];
}

/** Judges the key that a host shows. A revocation anywhere wins over a match anywhere. */
export function judgeHostKey(lines: readonly KnownHostsLine[], name: string, shown: Buffer): HostKeyVerdict {
  const about = lines.filter((line) => lineMatches(line, name));
  const same = about.filter((line) => line.key.equals(shown));
  const revoked = same.find((line) => line.mark === 'revoked');
  if (revoked !== undefined) return { kind: 'revoked', line: revoked };
  if (same.some((line) => line.mark === 'none')) return { kind: 'known' };
  const [first, ...rest] = about.filter((line) => line.mark === 'none');
  if (first !== undefined) return { kind: 'changed', recorded: [first, ...rest] };
  return { kind: 'unknown', authorities: about.filter((line) => line.mark === 'cert-authority') };
}
