// The hosts that known_hosts names in plain words.
import { isAddress, isHostName, UsageError } from '../model/index.ts';
import { emptyDraft, type ForeignNote, type Imported } from './draft.ts';

/** A line of known_hosts, as its parser gives it. */
export interface KnownLine {
  readonly file: string;
  readonly line: number;
  readonly mark: 'none' | 'revoked' | 'cert-authority';
  readonly names: readonly string[];
  readonly key: Buffer;
}

interface Seen {
  readonly name: string;
  readonly address: string;
  readonly port: number;
}

/** One host for each name; an address whose key a named host has, too, is that host. Throws UsageError. */
export function importKnownHosts(lines: readonly KnownLine[], faults: readonly ForeignNote[]): Imported {
  const notes: ForeignNote[] = [...faults];
  const draft = emptyDraft();
  const owners = new Map<string, Seen>();
  const later: { seen: Seen; key: string; place: string }[] = [];
  for (const { file, line, mark, names, key } of lines) {
    const place = `${file}:${String(line)}`;
    if (mark !== 'none') {
      if (mark === 'cert-authority')
        notes.push({ place, what: 'a certificate authority signs for names that are not listed here' });
      continue;
    }
    const seen = names.flatMap((name) => seenIn(name, place, notes));
    const [first] = seen.filter(({ address }) => !isNumeric(address));
    if (first === undefined) {
      for (const each of seen) later.push({ seen: each, key: keyOf(key, each), place });
      continue;
    }
    add(draft, first);
    for (const other of seen) {
      owners.set(keyOf(key, other), first);
      if (other !== first && !isNumeric(other.address))
        notes.push({ place, what: `${other.address} is another name of ${first.name}` });
    }
    owners.set(keyOf(key, first), first);
  }
  for (const { seen, key, place } of later) {
    const owner = owners.get(key);
    if (owner === undefined) add(draft, seen);
    else notes.push({ place, what: `${seen.address} has the key of ${owner.name}, so it is that host` });
  }
  if (draft.hosts.size === 0)
    throw new UsageError('FOREIGN_EMPTY', 'it lists no host without hashing', {
      hint: `${notes[0]?.place ?? ''}: ${notes[0]?.what ?? 'nothing stands there'}`,
    });
  return { draft, notes };
}

function keyOf(key: Buffer, { port }: Seen): string {
  return `${String(port)} ${key.toString('base64')}`;
}

function add({ hosts }: Imported['draft'], { name, address, port }: Seen): void {
  if (hosts.has(name)) return;
  hosts.set(name, {
    ...(address === name ? {} : { address }),
    connection: port === 22 ? {} : { port },
    vars: new Map(),
  });
}

function isNumeric(address: string): boolean {
  return /^\d+(\.\d+){3}$/.test(address) || address.includes(':');
}

function seenIn(word: string, place: string, notes: ForeignNote[]): Seen[] {
  if (word.startsWith('|')) {
    notes.push({ place, what: 'the name is hashed, and cannot be read back' });
    return [];
  }
  const [, inside, port = '22'] = /^\[([^\]]+)\]:(\d{1,5})$/.exec(word) ?? [];
  const address = inside ?? word;
  if (/[*?!]/.test(word) || !isAddress(address)) {
    notes.push({ place, what: `${word} is a pattern or no name of a host` });
    return [];
  }
  const stem = isHostName(address)
    ? address
    : `ip6-${address.replaceAll(/[^0-9A-Za-z]+/g, '-').replace(/-$/, '')}`;
  const name = port === '22' ? stem : `${stem}-${port}`;
  return [{ name, address, port: Number(port) }];
}
