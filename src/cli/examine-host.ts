// Whether a host can be worked on, step by step in the order of a run: its name, TCP, banner, key exchange, host key, login,
// becoming root, and what root finds there. The first step that fails is the last.
import { lookup } from 'node:dns/promises';
import { connect } from 'node:net';
import type { InventoryHost } from '../inventory/index.ts';
import { isMusterError, type MusterError, type Secret } from '../model/index.ts';
import { homeDirectory } from '../sources/index.ts';
import {
  type Destination,
  execAsRoot,
  Resolver,
  type Session,
  type Surroundings,
  type Transport,
  plain,
} from '../transport/index.ts';
import { count } from '../report/index.ts';
import { type Finding, isBad } from './doctor-finding.ts';
import { type EffectiveSetting } from './effective-settings.ts';
import { judgeSystem, questions } from './examine-system.ts';

type Found = Omit<Finding, 'subject'>;

/** What is needed to look at a host. */
export interface HostExamination {
  readonly host: InventoryHost;
  readonly settings: readonly EffectiveSetting[];
  readonly surroundings: Surroundings;
  readonly transport: Transport;
  readonly password: Secret | undefined;
}

/** The steps as far as they went. Never rejects for a host that is in the way. */
export async function examineHost(examination: HostExamination): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  const add = (...found: readonly Found[]): boolean => {
    findings.push(...found.map((each) => ({ subject: examination.host.name, ...each })));
    return found.some((each) => isBad({ subject: '', ...each }));
  };
  const resolved = await resolve(examination);
  if ('state' in resolved) {
    add(resolved);
    return findings;
  }
  if (add(...settingsOf(examination, resolved))) return findings;
  if (resolved.route.kind === 'straight' && (await reach(resolved, add))) return findings;
  const session = await loggedIn(examination, add);
  if (session === undefined) return findings;
  try {
    await asRoot(examination, session, add);
  } finally {
    session.close();
  }
  return findings;
}

type Add = (...found: readonly Found[]) => boolean;

async function resolve({ host, surroundings }: HostExamination): Promise<Destination | Found> {
  try {
    return await new Resolver(surroundings, homeDirectory(), true).resolve(host.connection);
  } catch (error) {
    if (isMusterError(error)) return failed('settings', error);
    throw error;
  }
}

function failed(step: string, { message, hint }: MusterError): Found {
  return { step, state: 'bad', what: message, ...(hint === undefined ? {} : { fix: hint }) };
}

function settingsOf({ settings }: HostExamination, destination: Destination): Found[] {
  const from = (name: string): string => settings.find((each) => each.name === name)?.from ?? 'default';
  const good = (step: string, what: string, ...names: readonly string[]): Found => ({
    ...{ step, state: 'good', what },
    from: [...new Set(names.map(from))].join(', '),
  });
  const { address, port, user, route, become, identityFile, identityFiles } = destination;
  const ways: Readonly<Record<typeof route.kind, string>> = {
    straight: 'straight',
    jump:
      route.kind === 'jump'
        ? `through ${route.hop.name} (${route.hop.user}@${route.hop.address}:${String(route.hop.port)})`
        : '',
    command: route.kind === 'command' ? `through the command ${route.command}` : '',
  };
  const keys =
    identityFile ??
    (identityFiles.length > 0 ? identityFiles.join(', ') : 'those of the agent, and those of ssh');
  return [
    good(
      'settings',
      `${user}@${address}:${String(port)}, become ${become}`,
      'user',
      'address',
      'port',
      'become',
    ),
    good('way', ways[route.kind], 'jump'),
    good('keys', keys, 'identity_file'),
    good('known_hosts', destination.knownHosts.join(', '), 'known_hosts'),
    good('client', clientInWords(destination), 'transport'),
  ];
}

function clientInWords({ transport, lacking }: Destination): string {
  if (transport === 'ssh2') return 'ssh2';
  if (transport === 'openssh') return "OpenSSH's ssh";
  return lacking === undefined
    ? "ssh2, or OpenSSH's ssh if the host needs it"
    : `OpenSSH's ssh, because ${lacking}`;
}

/** Name, TCP and banner; true when one fails. */
async function reach({ address, port, family, connectTimeoutMs }: Destination, add: Add): Promise<boolean> {
  try {
    const found = await lookup(address, { all: true, ...(family === undefined ? {} : { family }) });
    add({ step: 'name', state: 'good', what: found.map((each) => each.address).join(', '), from: address });
  } catch (error) {
    const fix = 'check the spelling of the address in the inventory and the resolver of this machine';
    return add({ step: 'name', state: 'bad', what: `${address}: ${codeOf(error)}`, fix });
  }
  const began = performance.now();
  const { banner, problem, isConnected, isClosed } = await bannerOf(address, port, family, connectTimeoutMs);
  const at = `${address} port ${String(port)}`;
  if (!isConnected) {
    const fix =
      'check that the host is up, that sshd listens on this port, and that no packet filter is in between';
    return add({ step: 'TCP', state: 'bad', what: `${at}: ${problem}`, fix });
  }
  add({ step: 'TCP', state: 'good', what: `${at}, ${String(Math.round(performance.now() - began))} ms` });
  const isSsh = /^SSH-(2\.0|1\.99)-/.test(banner);
  if (isSsh) return add({ step: 'banner', state: 'good', what: printable(banner) });
  const fix =
    'another program listens on this port, or sshd refuses this address (MaxStartups, PerSourcePenalties)';
  // A login that is dropped is tried again, so the login decides.
  const isDropped = isClosed && (banner === '' || droppedWords.test(banner));
  const state = isDropped ? 'odd' : 'bad';
  return add({ step: 'banner', state, what: banner === '' ? problem : printable(banner), fix });
}

/** What OpenSSH's sshd says in place of its banner. */
const droppedWords = /^(Exceeded MaxStartups|Not allowed at this time)/;

interface Greeting {
  readonly banner: string;
  readonly problem: string;
  readonly isConnected: boolean;
  /** The peer ended it. */
  readonly isClosed: boolean;
}

function bannerOf(
  host: string,
  port: number,
  family: 4 | 6 | undefined,
  timeoutMs: number,
): Promise<Greeting> {
  return new Promise((settle) => {
    let [isConnected, isClosed, heard] = [false, false, ''];
    const socket = connect({ host, port, ...(family === undefined ? {} : { family }) });
    const end = (problem: string): void => {
      clearTimeout(timer);
      socket.destroy();
      const banner = /^SSH-[^\r\n]*/m.exec(heard)?.[0] ?? heard.split('\n')[0] ?? '';
      settle({ banner, problem, isConnected, isClosed });
    };
    const timer = setTimeout(() => {
      end(`no answer within ${String(timeoutMs / 1000)} s`);
    }, timeoutMs);
    socket.on('connect', () => {
      isConnected = true;
    });
    socket.on('error', (error) => {
      end(codeOf(error));
    });
    socket.on('close', () => {
      isClosed = true;
      end('it closed the connection and sent nothing');
    });
    socket.on('data', (chunk: Buffer) => {
      heard = (heard + chunk.toString('latin1')).slice(0, 2048);
      if (/^SSH-[^\n]*\n/m.test(heard) || heard.length === 2048) end('');
    });
  });
}

function printable(text: string): string {
  return plain(text).trim().slice(0, 200);
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}

/** Which step an error of the transport belongs to; those before it went well. */
const stepOfCode: readonly (readonly [code: RegExp, step: string])[] = [
  [/^SSH_CONFIG$/, 'settings'],
  [/^SSH_JUMP/, 'jump host'],
  [/^SSH_(HOST_(KEY|CERTIFICATE)_|KNOWN_HOSTS)/, 'host key'],
  [/^SSH_PROXY_COMMAND$/, 'way'],
  [/^SSH_(AUTH|IDENTITY)/, 'login'],
];

async function loggedIn({ host, transport }: HostExamination, add: Add): Promise<Session | undefined> {
  try {
    const session = await transport.connect(
      host.connection,
      AbortSignal.timeout(host.connection.connectTimeoutMs * 5),
    );
    for (const note of session.notes ?? []) add({ step: 'client', state: 'good', what: note });
    add(...loginFound(session), ...droppedFound(transport));
    return session;
  } catch (error) {
    if (!isMusterError(error)) throw error;
    const step = stepOfCode.find(([code]) => code.test(error.code))?.[1] ?? 'key exchange';
    if (step === 'host key' || step === 'login')
      add({ step: 'key exchange', state: 'good', what: 'there are common algorithms' });
    if (step === 'login') add({ step: 'host key', state: 'good', what: 'it is one that muster trusts' });
    add(...droppedFound(transport));
    const isUnknown =
      error.code === 'SSH_HOST_KEY_UNKNOWN' && error.hint?.includes('@cert-authority') === false;
    const found = failed(step, error);
    add(isUnknown ? { ...found, fix: `muster trust --hosts ${host.name}, or: ${found.fix ?? ''}` } : found);
    return undefined;
  }
}

function loginFound({ login }: Session): readonly Found[] {
  if (login === undefined) return [];
  const { client, exchange, hostKey, accepted } = login;
  return [
    { step: 'key exchange', state: 'good', what: exchange, from: client },
    { step: 'host key', state: 'good', what: hostKey },
    { step: 'login', state: 'good', what: `the host accepted ${accepted}` },
  ];
}

/** Of the host, and of its jump hosts. */
function droppedFound(transport: Transport): readonly Found[] {
  return [...(transport.droppedLogins?.() ?? [])].map(([name, times]) => ({
    step: 'login',
    state: 'odd',
    what: `${name} dropped ${count(times, 'login')}, and muster tried again`,
    fix: `raise MaxStartups in sshd_config of ${name}, exempt this address there (PerSourcePenaltyExemptList), or lower connection_starts`,
  }));
}

const mostBytes = 64 * 1024;

async function asRoot({ host, password }: HostExamination, session: Session, add: Add): Promise<void> {
  const { connection } = host;
  const limitMs = connection.readyTimeoutMs ?? 30_000;
  const began = Date.now();
  try {
    const said = await within(limitMs, async () => {
      const channel = await execAsRoot(session, connection, '/bin/sh -s', password);
      // A shell that lets nobody in may be gone by now; then its own words say why.
      await channel.write(Buffer.from(questions)).catch((error: unknown) => {
        if (!isMusterError(error) || error.code !== 'CHANNEL_CLOSED') throw error;
      });
      channel.end();
      let text = '';
      for await (const chunk of channel.stdout) {
        text = (text + Buffer.from(chunk).toString('utf8')).slice(0, mostBytes);
      }
      return { text, stderr: channel.stderr(), ending: await channel.closed };
    });
    if (said === undefined) {
      const fix =
        'find out what the login shell of the user waits for: log in by hand, and run /bin/sh there';
      add({ step: 'shell', state: 'bad', what: `no answer within ${String(limitMs / 1000)} s`, fix });
      return;
    }
    add(...judgeSystem({ ...said, connection, controllerSeconds: (began + Date.now()) / 2000 }));
  } catch (error) {
    if (!isMusterError(error)) throw error;
    add(failed(connection.become === 'none' ? 'shell' : 'become', error));
  }
}

async function within<T>(limitMs: number, work: () => Promise<T>): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => {
      resolve(undefined);
    }, limitMs);
  });
  try {
    return await Promise.race([work(), late]);
  } finally {
    clearTimeout(timer);
  }
}
