// The settings of a host as they hold: what the inventory says, what ssh_config says where that is silent, and defaults.
import { explainHost, type ExplainedSetting, type InventoryHost } from '../inventory/index.ts';
import type { Location } from '../model/index.ts';
import type { Effective } from '../transport/index.ts';
import type { FleetSession } from './session.ts';

/** A value, and who says so. */
export interface Said {
  readonly value: string;
  /** `inventory.yaml:3:9 (@auth)`, `ssh -G ns1`, `default`. */
  readonly from: string;
}

/** What holds, and what it overrode, the strongest first. */
export interface EffectiveSetting extends Said {
  readonly name: string;
  readonly over: readonly Said[];
}

/** All about one host. */
export interface Explanation {
  readonly places: readonly string[];
  readonly groups: readonly { readonly name: string; readonly from: string }[];
  readonly connection: readonly EffectiveSetting[];
  readonly vars: readonly EffectiveSetting[];
}

type Session = Pick<FleetSession, 'read' | 'surroundings'>;

/** Explains a host of the inventory. Throws MusterError where ssh refuses its configuration. */
export async function effectiveOf(
  host: InventoryHost,
  { read, surroundings }: Session,
): Promise<Explanation> {
  const explained = explainHost(read.texts, host.name, read.how);
  const chosen = await chosenBySsh(host, surroundings);
  const known = new Map((explained?.connection ?? []).map((setting) => [setting.name, sayingsOf(setting)]));
  if (explained?.address !== undefined) known.set('address', sayingsOf(explained.address));
  const names = new Set([...known.keys(), ...Object.keys(defaultsOf(host)), ...chosen.keys()]);
  const connection = [...names].map((name): EffectiveSetting => {
    const ofSsh = chosen.get(name);
    const usual = defaultsOf(host)[name];
    const all = [
      ...(known.get(name) ?? []),
      ...(ofSsh === undefined ? [] : [{ value: ofSsh, from: `ssh -G ${host.name}` }]),
      ...(usual === undefined ? [] : [{ value: usual, from: 'default' }]),
    ];
    const [first = { value: '', from: '' }, ...rest] = all;
    return { name, ...first, over: rest.filter(({ from }) => from !== 'default') };
  });
  const vars = (explained?.vars ?? []).map((setting): EffectiveSetting => {
    const [first = { value: '', from: '' }, ...over] = sayingsOf(setting);
    return { name: setting.name, ...first, over };
  });
  return {
    places: (explained?.places ?? []).map(placeOf),
    groups: (explained?.groups ?? []).map(({ name, from }) => ({ name, from: placeOf(from) })),
    connection: connection.sort((a, b) => (a.name < b.name ? -1 : 1)),
    vars,
  };
}

function sayingsOf({ sayings }: ExplainedSetting): Said[] {
  return sayings.map(({ value, from, level }) => ({
    value: shown(value),
    from: `${placeOf(from)} (${level})`,
  }));
}

/** A secret is where it is read from; its text is not known to muster. */
function shown(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function placeOf({ file, line, column }: Location): string {
  return `${file}:${String(line)}:${String(column)}`;
}

function defaultsOf({ name }: InventoryHost): Readonly<Record<string, string>> {
  return {
    ...{ address: name, port: '22', user: 'root', agent: 'true', become: 'none', ssh_config: 'true' },
    ...{ identity_file: 'none', jump: 'none', known_hosts: '~/.ssh/known_hosts' },
    ...{ connect_timeout: '10s', ready_timeout: '30s', silence_timeout: '60s', legacy_algorithms: 'false' },
  };
}

/** Keyword of ssh to the key here; what has none is shown under its own name. */
const keys: Readonly<Record<string, string>> = {
  hostname: 'address',
  port: 'port',
  user: 'user',
  identityfile: 'identity_file',
  userknownhostsfile: 'known_hosts',
  proxyjump: 'jump',
  connecttimeout: 'connect_timeout',
};

const others = new Set(
  (
    'identitiesonly certificatefile identityagent globalknownhostsfile hostkeyalias stricthostkeychecking proxycommand ' +
    'serveraliveinterval serveralivecountmax hostkeyalgorithms kexalgorithms ciphers macs pubkeyacceptedalgorithms ' +
    'addressfamily bindaddress revokedhostkeys knownhostscommand pkcs11provider'
  ).split(' '),
);

/** What ssh says otherwise than it would by itself. */
async function chosenBySsh(
  { name, connection: { address, user, port }, said }: InventoryHost,
  { askSsh }: FleetSession['surroundings'],
): Promise<ReadonlyMap<string, string>> {
  if (said.has('no ssh_config')) return new Map();
  const answer = await askSsh({
    name,
    ...(said.has('address') ? { address } : {}),
    ...(said.has('user') ? { user } : {}),
    ...(said.has('port') ? { port } : {}),
  });
  // ssh gets what the inventory sets, and then repeats it. What ssh would have answered without it is asked apart.
  const alone = await askSsh({ name });
  if (answer === undefined || alone === undefined) return new Map();
  const chosen = new Map<string, string>();
  for (const keyword of new Set([...answer.own.keys(), ...alone.own.keys()])) {
    const key = keys[keyword] ?? (others.has(keyword) ? keyword : undefined);
    if (key === undefined) continue;
    const { own, usual } = said.has(key) ? alone : answer;
    const values = own.get(keyword);
    if (values !== undefined && differs(values, usual, keyword, name)) chosen.set(key, values.join(' '));
  }
  return chosen;
}

function differs(values: readonly string[], usual: Effective, keyword: string, name: string): boolean {
  // The name itself is what HostName is where nobody sets it.
  if (keyword === 'hostname') return values[0] !== name;
  return values.join('\n') !== usual.get(keyword)?.join('\n');
}
