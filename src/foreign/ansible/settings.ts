// Ansible's variables, taken apart: what is a setting of a connection here, what is a var, and what cannot be either.
import { isAddress } from '../../model/index.ts';
import type { DraftConnection, DraftValue } from '../draft.ts';
import type { Node } from '../yaml11.ts';
import type { ForeignVar } from './fleet.ts';
import { shellWords } from './ini.ts';

/** What some variables come to. */
export interface Settings {
  address?: string;
  readonly connection: DraftConnection;
  readonly vars: Map<string, DraftValue>;
  /** Variable to why it is not here. */
  readonly lost: Map<string, Lost>;
}

interface Lost {
  readonly place: string;
  readonly why: string;
}

type Given = ReadonlyMap<string, ForeignVar>;

/** Reads the variables of one place, or all that hold for a host. */
export function settingsOf(vars: Given): Settings {
  const settings: Settings = { connection: {}, vars: new Map(), lost: new Map() };
  for (const [name, given] of vars) {
    if (/^ansible_/.test(name)) continue;
    const value = valueOf(name, given.node);
    if ('why' in value) settings.lost.set(name, { place: given.place, why: value.why });
    else settings.vars.set(name, value.value);
  }
  readConnection(vars, settings);
  return settings;
}

function valueOf(name: string, node: Node): { readonly value: DraftValue } | { readonly why: string } {
  if (!/^[a-z][a-z0-9_]*$/.test(name))
    return { why: 'names of vars are small letters, digits and _, and begin with a letter' };
  if (/^(m|muster)_/.test(name)) return { why: 'such names are reserved for the runtime' };
  if (node.tag === '!vault' || node.tag === '!vault-encrypted')
    return {
      why: 'it is encrypted with ansible-vault: give it as { from_age: FILE } or another secret',
    };
  if (node.tag !== undefined && node.tag !== '!unsafe')
    return { why: `the tag ${node.tag} is not known to muster` };
  const { value } = node;
  if (value === null) return { why: 'it has no value' };
  if (value instanceof Map) return { why: 'a var cannot be a mapping' };
  if (Array.isArray(value)) return listOf(value as readonly Node[]);
  return plainOf(value as string | number | boolean);
}

function listOf(items: readonly Node[]): ReturnType<typeof valueOf> {
  const values = items.map(({ value, tag }) => (tag === undefined ? value : undefined));
  if (!values.every((value) => typeof value === 'string')) return { why: 'a list can hold texts only' };
  const bad = values.find((value) => 'why' in plainOf(value));
  return bad === undefined ? { value: values } : plainOf(bad);
}

function plainOf(
  value: string | number | boolean,
): { readonly value: DraftValue } | { readonly why: string } {
  if (typeof value === 'string' && /\{[{%]/.test(value))
    return { why: 'it is a Jinja template, which muster does not expand' };
  if (typeof value === 'string' && value.includes('\0')) return { why: 'it holds a NUL byte' };
  if (
    typeof value === 'number' &&
    !(Number.isFinite(value) && (!Number.isInteger(value) || Number.isSafeInteger(value)))
  )
    return { why: 'this number cannot be kept exactly' };
  return { value };
}

/** Variables of Ansible that say nothing about hosts, or the same as muster does by itself. */
const harmless: ReadonlySet<string> = new Set(['ansible_group_priority']);

const plainConnections: ReadonlySet<unknown> = new Set(['ssh', 'smart', 'paramiko', 'paramiko_ssh']);

interface Reading {
  readonly vars: Given;
  readonly settings: Settings;
  readonly used: Set<string>;
}

function readConnection(vars: Given, settings: Settings): void {
  const reading: Reading = { vars, settings, used: new Set(harmless) };
  take(reading, ['ansible_host', 'ansible_ssh_host'], 'no address', (value) => {
    if (typeof value !== 'string' || !isAddress(value)) return false;
    settings.address = value;
    return true;
  });
  const set = (
    key: string,
    names: readonly string[],
    why: string,
    read: (value: unknown) => DraftConnection[string] | undefined,
  ): void => {
    take(reading, names, why, (value) => {
      const found = read(value);
      if (found !== undefined) settings.connection[key] = found;
      return found !== undefined;
    });
  };
  set('user', ['ansible_user', 'ansible_ssh_user'], 'not a login name that muster accepts', (value) =>
    typeof value === 'string' && /^[A-Za-z_][A-Za-z0-9._-]*$/.test(value) ? value : undefined,
  );
  set('port', ['ansible_port', 'ansible_ssh_port'], 'not a port', (value) => {
    const port = Number(value);
    return Number.isInteger(port) && port >= 1 && port <= 65_535 ? port : undefined;
  });
  set('identity_file', ['ansible_ssh_private_key_file', 'ansible_private_key_file'], 'not a path', (value) =>
    typeof value === 'string' && value !== '' && !/\{[{%]/.test(value) ? value : undefined,
  );
  set('connect_timeout', ['ansible_ssh_timeout', 'ansible_timeout'], 'not a number of seconds', (value) => {
    const seconds = Number(value);
    return Number.isInteger(seconds) && seconds > 0 && seconds <= 86_400 ? `${String(seconds)}s` : undefined;
  });
  readBecome(reading);
  readArguments(reading);
  take(reading, ['ansible_connection'], 'muster uses only ssh', (value) => plainConnections.has(value));
  for (const [name, { place }] of vars) {
    if (!/^ansible_/.test(name) || reading.used.has(name)) continue;
    const isSecret = /pass/.test(name);
    const why = isSecret
      ? 'an inventory holds no passwords: use password or become_password: { from_age: FILE }, or --ask-pass and --ask-become-pass'
      : 'only Ansible itself uses it';
    settings.lost.set(name, { place, why });
  }
}

/** Reads the strongest of some names; what cannot be used is lost. */
function take(
  { vars, settings, used }: Reading,
  names: readonly string[],
  why: string,
  read: (value: unknown) => boolean,
): void {
  const [name] = names.filter((each) => vars.has(each));
  for (const each of names) used.add(each);
  const given = name === undefined ? undefined : vars.get(name);
  if (name === undefined || given === undefined) return;
  if (!read(given.node.value)) settings.lost.set(name, { place: given.place, why });
}

const ways = ['sudo', 'doas', 'su'];

function readBecome(reading: Reading): void {
  const { vars, settings } = reading;
  let method = 'sudo';
  take(reading, ['ansible_become_method'], 'muster becomes root with sudo, doas or su only', (value) => {
    method = typeof value === 'string' ? value : '';
    return ways.includes(method);
  });
  take(
    reading,
    ['ansible_become_user'],
    'muster becomes root, and no other user',
    (value) => value === 'root',
  );
  take(reading, ['ansible_become'], 'neither true nor false', (value) => {
    const isOn = truth(value);
    if (isOn === undefined) return false;
    const user = vars.get('ansible_become_user')?.node.value ?? 'root';
    if (!isOn) settings.connection['become'] = 'none';
    else if (ways.includes(method) && user === 'root') settings.connection['become'] = method;
    return true;
  });
}

function truth(value: unknown): boolean | undefined {
  if (typeof value === 'boolean') return value;
  const word = String(value).toLowerCase();
  if (['yes', 'true', 'on', '1', 'y', 't'].includes(word)) return true;
  return ['no', 'false', 'off', '0', 'n', 'f'].includes(word) ? false : undefined;
}

/** Arguments for ssh: of what they can say, jump hosts and files of host keys have a place here. */
function readArguments(reading: Reading): void {
  for (const name of ['ansible_ssh_common_args', 'ansible_ssh_extra_args', 'ansible_ssh_args']) {
    take(
      reading,
      [name],
      'only jump hosts (-J, ProxyJump, ProxyCommand "ssh -W") and UserKnownHostsFile can be written in an inventory',
      (value) => {
        const found = typeof value === 'string' && !/\{[{%]/.test(value) ? argumentsIn(value) : undefined;
        Object.assign(reading.settings.connection, found);
        return found !== undefined;
      },
    );
  }
}

function argumentsIn(text: string): DraftConnection | undefined {
  const connection: DraftConnection = {};
  let words: string[];
  try {
    words = shellWords(text, '');
  } catch {
    return undefined;
  }
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at] ?? '';
    const isLone = word === '-o' || word === '-J';
    const value = isLone ? (words[(at += 1)] ?? '') : word.slice(2);
    const pair = word.startsWith('-J') ? `ProxyJump=${value}` : word.startsWith('-o') ? value : '';
    const [, keyword = '', setting = ''] = /^(\w+)\s*[=\s]\s*(.*)$/.exec(pair) ?? [];
    const said = settingOf(keyword.toLowerCase(), setting);
    if (said === undefined) return undefined;
    Object.assign(connection, said);
  }
  return connection;
}

const hop = /^([A-Za-z_][A-Za-z0-9._-]*@)?[A-Za-z0-9][A-Za-z0-9._-]*(:\d+)?$/;

function settingOf(keyword: string, setting: string): DraftConnection | undefined {
  if (keyword === 'proxyjump') {
    const hops = setting.split(',');
    return hops.every((each) => hop.test(each)) ? { jump: hops } : undefined;
  }
  if (keyword === 'proxycommand') {
    const [, before, behind] =
      /^ssh (?:-q )?(?:-W %h:%p (?:-q )?([^-\s]\S*)|([^-\s]\S*) (?:-q )?-W %h:%p)(?: -q)?$/.exec(setting) ??
      [];
    const gate = before ?? behind ?? '';
    return hop.test(gate) ? { jump: [gate] } : undefined;
  }
  if (keyword === 'userknownhostsfile' && setting !== '/dev/null' && setting.startsWith('/'))
    return { known_hosts: setting };
  // These two ask for a connection that is shared, which it is, or kept alive.
  if (/^(controlmaster|controlpersist|controlpath|serveralive\w+)$/.test(keyword)) return {};
  return undefined;
}
