// Adds what the operator's ssh_config says to a host of the inventory. A value of the inventory wins. A setting that is not
// supported is refused by its name, because going on without it would be less safe, or would fail without a reason.
import { ConnectError } from '../../../model/index.ts';
import type { HostConnection } from '../../port.ts';
import { uselessChoice } from '../algorithms.ts';
import type { ChosenAlgorithms, Destination } from '../destination.ts';
import { pathsOf, type SshSettings } from './effective.ts';
import { expandTokens, type LocalNames } from './tokens.ts';

/** The keys of `connection`, and `address`, which the inventory sets for a host. */
export type Said = ReadonlySet<string>;

/** A host with its settings; the way there is still in words. */
export interface Laid extends Omit<Destination, 'route'> {
  /** As in ssh_config's ProxyJump, the nearest first; empty without one. */
  readonly jumpWords: readonly string[];
  readonly proxyCommand?: string;
}

/**
 * Throws ConnectError SSH_CONFIG for what is not supported. What OpenSSH's own client can do is `lacking` instead if that client may
 * be used.
 */
export function layOver(
  host: HostConnection,
  said: Said,
  ssh: SshSettings,
  local: LocalNames & { readonly home: string; readonly mayUseOpenssh: boolean },
): Laid {
  const laid = {
    ...host,
    address: said.has('address') ? host.address : (ssh.value('hostname') ?? host.address),
    port: said.has('port') ? host.port : Number(ssh.value('port') ?? host.port),
    user: said.has('user') ? host.user : userOf(host, ssh),
  };
  refuseUnchecked(laid, said, ssh);
  const missing = missingFor(said, ssh);
  if (missing !== undefined && !local.mayUseOpenssh) throw refusal(laid, ...missing);
  const expand = (text: string, what: string): string => expanded(text, what, laid, ssh, local);
  const command = said.has('jump') ? undefined : ssh.value('proxycommand');
  return {
    ...laid,
    ...keysOf(laid, said, ssh, expand),
    ...trustOf(laid, said, ssh),
    ...linkOf(ssh),
    algorithms: said.has('legacy_algorithms') ? {} : algorithmsOf(ssh),
    ...(ssh.value('forkafterauthentication') === 'yes' ? { forks: true } : {}),
    ...providerOf(ssh),
    ...(missing === undefined ? {} : { lacking: `ssh_config sets ${missing[0]}` }),
    connectTimeoutMs: said.has('connect_timeout')
      ? host.connectTimeoutMs
      : secondsOf(ssh.chosen('connecttimeout'), host.connectTimeoutMs),
    jumpWords: said.has('jump')
      ? []
      : (ssh.value('proxyjump') ?? '').split(',').filter((word) => word !== ''),
    ...(command === undefined ? {} : { proxyCommand: expand(command, 'ProxyCommand') }),
  };
}

// ssh logs in as the operator's own name when nothing says who; here it is root, unless ssh_config says something.
function userOf(host: HostConnection, ssh: SshSettings): string {
  return ssh.chosen('user') ?? host.user;
}

function keysOf(
  host: HostConnection,
  said: Said,
  ssh: SshSettings,
  expand: (text: string, what: string) => string,
): Pick<Destination, 'identityFiles' | 'identitiesOnly' | 'agent' | 'agentSocket'> {
  const socket = ssh.chosen('identityagent');
  const isOwnAgent = socket !== undefined && socket !== 'none' && socket !== 'SSH_AUTH_SOCK';
  return {
    identityFiles: said.has('identity_file')
      ? []
      : ssh.values('identityfile').map((path) => expand(path, 'IdentityFile')),
    identitiesOnly: ssh.value('identitiesonly') === 'yes',
    agent: said.has('agent') ? host.agent : host.agent && socket !== 'none',
    ...(isOwnAgent ? { agentSocket: expand(socket, 'IdentityAgent') } : {}),
  };
}

function trustOf(
  host: HostConnection,
  said: Said,
  ssh: SshSettings,
): Pick<Destination, 'knownHosts' | 'hostKeyAlias' | 'asksDns' | 'revokedHostKeys'> {
  const files = [
    ...pathsOf(ssh.values('userknownhostsfile')[0]),
    ...pathsOf(ssh.values('globalknownhostsfile')[0]),
  ];
  const alias = ssh.value('hostkeyalias');
  const revoked = ssh.chosen('revokedhostkeys');
  const asksDns = !said.has('known_hosts') && ['yes', 'true'].includes(ssh.value('verifyhostkeydns') ?? 'no');
  return {
    knownHosts: said.has('known_hosts') ? host.knownHosts : files,
    ...(alias === undefined ? {} : { hostKeyAlias: alias }),
    ...(asksDns ? { asksDns } : {}),
    ...(revoked === undefined || revoked === 'none' ? {} : { revokedHostKeys: revoked }),
  };
}

function linkOf(
  ssh: SshSettings,
): Pick<Destination, 'family' | 'bindAddress' | 'keepaliveMs' | 'keepaliveCount' | 'controlPath'> {
  const family = ssh.value('addressfamily');
  const bindAddress = ssh.value('bindaddress');
  const interval = Number(ssh.value('serveraliveinterval') ?? 0);
  const controlPath = ssh.value('controlpath');
  return {
    ...(controlPath === undefined ? {} : { controlPath }),
    ...(family === 'inet' || family === 'inet6' ? { family: family === 'inet' ? 4 : 6 } : {}),
    ...(bindAddress === undefined || bindAddress === '*' ? {} : { bindAddress }),
    ...(interval > 0
      ? { keepaliveMs: interval * 1000, keepaliveCount: Number(ssh.value('serveralivecountmax') ?? 3) }
      : {}),
  };
}

function providerOf(ssh: SshSettings): Pick<Destination, 'pkcs11Provider'> {
  const pkcs11Provider = ssh.value('pkcs11provider');
  return pkcs11Provider === undefined ? {} : { pkcs11Provider };
}

function algorithmsOf(ssh: SshSettings): ChosenAlgorithms {
  const listOf = (key: string): readonly string[] | undefined => ssh.chosen(key)?.split(',');
  const [kex, hostKey, cipher, mac] = ['kexalgorithms', 'hostkeyalgorithms', 'ciphers', 'macs'].map(listOf);
  return {
    ...(kex === undefined ? {} : { kex }),
    ...(hostKey === undefined ? {} : { hostKey }),
    ...(cipher === undefined ? {} : { cipher }),
    ...(mac === undefined ? {} : { mac }),
    ...(listOf('pubkeyacceptedalgorithms')?.includes('ssh-rsa') === true ? { sha1: true } : {}),
  };
}

/** A setting, why it is refused, and what to do. */
type Missing = readonly [name: string, why: string, cure: string];

/** What ssh2 has not. */
const unsupported: readonly (readonly [key: string, ...Missing])[] = [
  [
    'certificatefile',
    'CertificateFile',
    'user certificates are not supported',
    'add the plain key to authorized_keys, and set identity_file for this host in the inventory',
  ],
  [
    'pkcs11provider',
    'PKCS11Provider',
    'it is not supported',
    'load its keys into an agent: ssh-add -s PROVIDER',
  ],
  ['bindinterface', 'BindInterface', 'it is not supported', 'use BindAddress'],
  ['proxyusefdpass', 'ProxyUseFdpass', 'it is not supported', 'use a ProxyCommand that copies bytes'],
];

/** The same, of what says which host keys are good. The inventory's known_hosts is another answer to that. */
const unsupportedTrust: typeof unsupported = [
  [
    'revokedhostkeys',
    'RevokedHostKeys',
    'muster does not read such files, and must not accept a revoked key',
    'write @revoked lines in a file of known_hosts, and name it with known_hosts in the inventory',
  ],
  [
    'knownhostscommand',
    'KnownHostsCommand',
    'it is not supported',
    'write what it prints to a file, and name it with known_hosts in the inventory',
  ],
  [
    'checkhostip',
    'CheckHostIP',
    'it is not supported',
    'set it to no for this host, or name the files that hold its key with known_hosts in the inventory',
  ],
];

/** What ssh2 has not, and these settings need. */
function missingFor(said: Said, ssh: SshSettings): Missing | undefined {
  const rows = [
    ...(said.has('identity_file') ? unsupported.slice(1) : unsupported),
    ...(said.has('known_hosts') ? [] : unsupportedTrust),
  ];
  for (const [key, ...missing] of rows) {
    const value = ssh.chosen(key);
    if (value !== undefined && value !== 'none' && value !== 'no') return missing;
  }
  if (!said.has('identity_file') && wantsGssapi(ssh))
    return ['GSSAPIAuthentication', 'it is not supported', 'use a key'];
  const useless = said.has('legacy_algorithms') ? undefined : uselessChoice(algorithmsOf(ssh));
  return useless === undefined
    ? undefined
    : [useless, 'muster knows none of those that it lists', 'list others, or remove it'];
}

/** Many systems allow it for all hosts, so only who puts it before keys means it. */
function wantsGssapi(ssh: SshSettings): boolean {
  if (ssh.value('gssapiauthentication') !== 'yes') return false;
  const isFirst = ssh.chosen('preferredauthentications')?.startsWith('gssapi') === true;
  return isFirst || ['no', 'false'].includes(ssh.value('pubkeyauthentication') ?? 'yes');
}

function refuseUnchecked(host: HostConnection, said: Said, ssh: SshSettings): void {
  const checking = ssh.value('stricthostkeychecking');
  if ((checking === 'false' || checking === 'off' || checking === 'no') && !said.has('known_hosts')) {
    throw refusal(
      host,
      'StrictHostKeyChecking no',
      'muster always checks the host key: anybody who intercepts the connection would be root on the host',
      'record its key, and name the file with known_hosts in the inventory',
    );
  }
}

function refusal(host: HostConnection, name: string, why: string, cure: string): ConnectError {
  return new ConnectError('SSH_CONFIG', `ssh_config sets ${name} for ${host.name}: ${why}`, {
    host: host.name,
    hint: `${cure}; or set ssh_config: false for this host in the inventory, which then must set everything itself`,
  });
}

function expanded(
  text: string,
  what: string,
  host: HostConnection,
  ssh: SshSettings,
  local: LocalNames & { readonly home: string },
): string {
  const original = ssh.value('host') ?? host.name;
  const { address, port, user } = host;
  const alias = ssh.value('hostkeyalias') ?? original;
  const result = expandTokens(text, { address, port, user, original, alias, home: local.home }, local);
  if ('text' in result) return result.text;
  throw refusal(host, `${what} ${text}`, `${result.unknown} is not known to muster`, 'write it out');
}

function secondsOf(text: string | undefined, otherwise: number): number {
  const seconds = Number(text);
  return text === undefined || !(seconds > 0) ? otherwise : seconds * 1000;
}
