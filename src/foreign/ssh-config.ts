// The hosts that an ssh_config names, with the settings that ssh itself says they have.
import { isAddress, isHostName, UsageError } from '../model/index.ts';
import { type DraftConnection, emptyDraft, type ForeignNote, type Imported } from './draft.ts';

/** What `ssh -G` says of a host: keyword, in lower case, to its values. */
export type SshSaid = ReadonlyMap<string, readonly string[]>;

/** Names behind `Host` that are no patterns, each once, in the order of the texts. */
export function hostsInSshConfig(files: readonly { readonly path: string; readonly text: string }[]): {
  readonly names: readonly string[];
  readonly notes: readonly ForeignNote[];
} {
  const names = new Set<string>();
  const notes: ForeignNote[] = [];
  for (const { path, text } of files) {
    for (const [index, raw] of text.split(/\r?\n/).entries()) {
      const [, keyword = '', rest = ''] = /^\s*([A-Za-z]+)(?:\s*=\s*|\s+)(.*?)\s*$/.exec(raw) ?? [];
      const place = `${path}:${String(index + 1)}`;
      if (keyword.toLowerCase() === 'match')
        notes.push({ place, what: `Match ${rest} names no hosts; its settings apply to the hosts below` });
      if (keyword.toLowerCase() !== 'host') continue;
      for (const word of rest.replaceAll('"', '').split(/\s+/)) {
        if (/[*?!]/.test(word) || word === '') continue;
        if (isHostName(word)) names.add(word);
        else notes.push({ place, what: `${word} cannot be the name of a host` });
      }
    }
  }
  return { names: [...names], notes };
}

/** Keywords that have no key of `connection`: ssh_config goes on saying them, as long as it is honoured. */
const others = [
  'proxycommand',
  'certificatefile',
  'identityagent',
  'hostkeyalias',
  'pkcs11provider',
  'bindaddress',
];

/** A draft of what ssh says; `usual` is what it says of anybody. Throws UsageError without a host. */
export function importSshConfig(
  said: ReadonlyMap<string, SshSaid>,
  usual: SshSaid,
  read: readonly ForeignNote[],
  file: string,
): Imported {
  const notes: ForeignNote[] = [...read];
  const draft = emptyDraft();
  for (const [name, own] of said) {
    const connection: DraftConnection = {};
    const chosen = (key: string): readonly string[] | undefined => {
      const values = own.get(key);
      return values === undefined || values.join('\n') === usual.get(key)?.join('\n') ? undefined : values;
    };
    const lost = (what: string): number => notes.push({ place: file, what: `${name}: ${what}` });
    const address = own.get('hostname')?.[0] ?? name;
    const [user] = chosen('user') ?? [];
    if (user !== undefined && /^[A-Za-z_][A-Za-z0-9._-]*$/.test(user)) connection['user'] = user;
    else if (user !== undefined) lost(`User ${user} is not a login name that muster accepts`);
    const [port] = chosen('port') ?? [];
    if (port !== undefined) connection['port'] = Number(port);
    const [identity, ...more] = chosen('identityfile') ?? [];
    if (identity !== undefined && !/%|\$\{/.test(identity) && more.length === 0)
      connection['identity_file'] = identity;
    else if (identity !== undefined)
      lost('IdentityFile has several files or tokens, so it stays in ssh_config');
    const [jump] = chosen('proxyjump') ?? [];
    if (jump !== undefined && jump !== 'none') connection['jump'] = jump.split(',');
    const [timeout] = chosen('connecttimeout') ?? [];
    if (timeout !== undefined && /^[1-9]\d{0,4}$/.test(timeout))
      connection['connect_timeout'] = `${timeout}s`;
    for (const key of others)
      if (chosen(key) !== undefined) lost(`${key} has no key of connection, so it stays in ssh_config`);
    const isGood = isAddress(address);
    if (!isGood) lost(`HostName ${address} is no address`);
    draft.hosts.set(name, {
      ...(isGood && address !== name ? { address } : {}),
      connection,
      vars: new Map(),
    });
  }
  if (draft.hosts.size === 0)
    throw new UsageError(
      'FOREIGN_EMPTY',
      `${file} names no host: it has no Host lines, or only patterns in them`,
    );
  return { draft, notes };
}
