// Every way in which reaching a host over ssh fails, in words: what happened, where, and what to do about it.
import { ConnectError } from '../../model/index.ts';
import type { HostConnection } from '../port.ts';
import { LackingError } from './lacking.ts';
import { passwordMethods } from './password-login.ts';
import { printable } from '../printable.ts';

/** How far a connection attempt came. */
export type Stage = 'tcp' | 'banner' | 'kex' | 'auth';

const legacyHint =
  'set legacy_algorithms: true for this host if its sshd is of the NetBSD 5 or 6 era; otherwise update its sshd';

const otherClientHint = "remove transport: ssh2 for this host, because OpenSSH's client has more algorithms";

const groupExchangeHint =
  '; if its KexAlgorithms names nothing but diffie-hellman-group-exchange, add curve25519-sha256 or ' +
  'diffie-hellman-group14-sha256 to it: the host chooses the numbers of a group exchange, and checking them may take minutes';

/** What to do for a host that wants a password. A jump host that is not selected itself is not meant by the option. */
export const passwordCure = 'add --ask-pass, or set password for this host in the inventory';

/** `address:port`, with brackets around IPv6 addresses. */
export function endpointOf(host: HostConnection): string {
  return host.address.includes(':') ? `[${host.address}]:${host.port}` : `${host.address}:${host.port}`;
}

// Bytes from a peer that is not trusted yet, fit for one line of a message.
const waitingFor: Record<Stage, string> = {
  tcp: '',
  banner: ': connected, but received no SSH banner',
  kex: ': the key exchange did not end',
  auth: ': the login did not end',
};

/** The attempt's own timer ran out. */
export function timeoutError(host: HostConnection, stage: Stage, said = ''): ConnectError {
  const message = `no answer from ${endpointOf(host)} within ${host.connectTimeoutMs / 1000} s${waitingFor[stage]}${heard(said)}`;
  const hint =
    stage === 'auth'
      ? 'check the authentication log of the host; a key agent may also be waiting for a touch or a confirmation'
      : 'check that the host is up, that the address and port are right and that no packet filter is in between';
  return new ConnectError('SSH_TIMEOUT', message, { host: host.name, hint });
}

/** What is asked of this machine before a connection is made did not come in time. */
export function notPreparedError(host: HostConnection): ConnectError {
  return new ConnectError(
    'SSH_IDENTITY',
    `the keys for ${endpointOf(host)} were not there within ${host.connectTimeoutMs / 1000} s`,
    {
      host: host.name,
      hint: 'check that identity_file and known_hosts are plain files, on a disk that answers',
    },
  );
}

/** The caller's signal ended the attempt. */
export function calledOffError(host: HostConnection): ConnectError {
  return new ConnectError('SSH_ABORTED', `connecting to ${endpointOf(host)} was cancelled`, {
    host: host.name,
  });
}

// What an sshd, or a program in front of it, says to a client that it turns away. A server that says something else instead
// of a banner is no sshd. Answers of HTTP, SMTP and FTP may hold any words.
const turnsAway = /maxstartups|not allowed|too many|not welcome|denied|refused|banned|blocked|try again/i;
const otherProtocol = /^(HTTP\/|\d{3}[ -])/;

function isOtherService({
  hasBanner,
  said,
}: {
  readonly hasBanner: boolean;
  readonly said: string;
}): boolean {
  return !hasBanner && said !== '' && (otherProtocol.test(said) || !turnsAway.test(said));
}

function otherServiceError(host: HostConnection, said: string, cause?: unknown): ConnectError {
  return new ConnectError('SSH_PROTOCOL', `${endpointOf(host)} answers, but not as an sshd${heard(said)}`, {
    host: host.name,
    cause,
    hint: 'another program listens on this port: check port and address in the inventory',
  });
}

/**
 * The peer closed the connection before or right behind its banner. sshd does so at MaxStartups, and since OpenSSH 9.8
 * also to an address whose logins it refused; it says the same words in both cases.
 */
export function closedEarlyError(
  host: HostConnection,
  { hasBanner, said }: { readonly hasBanner: boolean; readonly said: string },
  cause?: unknown,
): ConnectError {
  if (isOtherService({ hasBanner, said })) return otherServiceError(host, said, cause);
  const when = hasBanner ? 'right after its SSH banner' : 'before its SSH banner';
  return new ConnectError('SSH_CLOSED', `${endpointOf(host)} closed the connection ${when}${heard(said)}`, {
    host: host.name,
    cause,
    hint:
      'its authentication log has the reason. There may be too many unfinished logins (MaxStartups: lower ' +
      'connection_starts). It may have refused logins from this address before (PerSourcePenalties, since ' +
      'OpenSSH 9.8): correct user and key, then wait, 10 minutes at most, or name this address in ' +
      'PerSourcePenaltyExemptList. A packet filter, blocklistd or hosts.deny may also refuse this address',
  });
}

function heard(said: string): string {
  return said === '' ? '' : `; it said: ${printable(said)}`;
}

/** What the operating system said about the TCP connection. */
export function socketError(host: HostConnection, cause: NodeJS.ErrnoException): ConnectError {
  const at = endpointOf(host);
  const details = { host: host.name, cause };
  const code = cause.code ?? cause.message;
  switch (code) {
    case 'ECONNREFUSED':
      return new ConnectError('SSH_REFUSED', `${at} refused the connection`, {
        ...details,
        hint: 'check the port, and that sshd runs on the host',
      });
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
    case 'EAI_NODATA':
    case 'EAI_FAIL':
      return new ConnectError('SSH_DNS', `the name ${host.address} does not resolve (${code})`, {
        ...details,
        hint: 'check the spelling of the address in the inventory and the resolver of this machine',
      });
    case 'ETIMEDOUT':
      return new ConnectError('SSH_TIMEOUT', `no answer from ${at} (the operating system gave up)`, {
        ...details,
        hint: 'check that the host is up and that no packet filter is in between',
      });
    default:
      return new ConnectError('SSH_UNREACHABLE', `${at} is unreachable (${code})`, {
        ...details,
        hint: 'check the route and the packet filters between this machine and the host',
      });
  }
}

/** The two sides do not agree on how to speak, or the peer speaks something else. */
export function protocolError(host: HostConnection, reason: string, cause?: unknown): ConnectError {
  const disagreement = /no matching (.+)/.exec(reason)?.[1];
  if (disagreement === undefined) {
    return new ConnectError('SSH_PROTOCOL', `SSH with ${endpointOf(host)} failed: ${printable(reason)}`, {
      host: host.name,
      cause,
      hint: 'check that an sshd listens there; its log has the reason',
    });
  }
  const ownHint = host.legacyAlgorithms
    ? 'the host offers nothing that muster supports, even with legacy_algorithms; update its sshd'
    : legacyHint + (/key exchange/i.test(disagreement) ? groupExchangeHint : '');
  const hint = host.transport === 'ssh2' ? `${otherClientHint}; or ${ownHint}` : ownHint;
  const message = `no common algorithm with ${endpointOf(host)}: no matching ${printable(disagreement)}`;
  return new LackingError('they share no other algorithm', 'SSH_PROTOCOL', message, {
    host: host.name,
    cause,
    hint,
  });
}

/** What is known about a login that did not come about. */
export interface RefusedLogin {
  /** The keys that were tried, described, and the password if it was given. */
  readonly offered: readonly string[];
  /** The methods the host said it would take, as far as it said. */
  readonly accepts: readonly string[];
  /** The host wanted a SHA-1 signature and was not given one. */
  readonly wantedSha1: boolean;
  /** Whether there was a password, and the host got it. */
  readonly password: 'none' | 'refused' | 'not given';
  /** What else went wrong on the way: a host's parting words, an agent that did not answer. */
  readonly notes: readonly string[];
}

/** Nothing that was offered was accepted. */
export function authError(host: HostConnection, login: RefusedLogin): ConnectError {
  const parts = [
    `${endpointOf(host)} does not let ${host.user} in`,
    ...(login.offered.length > 0 ? [`offered ${login.offered.join(', ')}`] : []),
    ...(login.accepts.length > 0 ? [`the host accepts ${printable(login.accepts.join(', '))}`] : []),
    ...login.notes.map(printable),
  ];
  return new ConnectError('SSH_AUTH_FAILED', parts.join('; '), {
    host: host.name,
    hint: authHint(host, login),
  });
}

function authHint(host: HostConnection, login: RefusedLogin): string {
  if (login.wantedSha1) {
    return `the host verifies RSA keys with SHA-1 only: use an ecdsa or ed25519 key, or ${legacyHint}`;
  }
  if (login.notes.some((note) => note.startsWith('the host asks '))) {
    return (
      'only you can answer that: set ControlMaster auto, ControlPath and ControlPersist for this host in ssh_config, then log in by hand ' +
      `(ssh ${host.name}); muster uses the connection while it is open`
    );
  }
  const ofToken = login.notes.find((note) => /\bPIN\b/.test(note));
  if (ofToken !== undefined) {
    return (
      'on a terminal you are asked for the PIN; elsewhere set passphrase in the inventory, or load the keys of the token into an agent ' +
      '(ssh-add -s). A PIN is given once, because a token locks itself after some wrong ones'
    );
  }
  if (login.password === 'refused') {
    return (
      `try the password by hand before you run this again: ssh ${host.user}@${host.address}. It was given once, ` +
      'because some systems lock an account after some wrong ones'
    );
  }
  if (login.offered.length > 4) {
    return 'the agent holds many keys, and sshd counts each as a try (MaxAuthTries): set identity_file for this host';
  }
  return (
    `check ${host.user}'s authorized_keys on the host (and PermitRootLogin, AllowUsers) before you try again: ` +
    `sshd blocks an address for a while after some refused logins (PerSourcePenalties); ${passwordHint(login)}`
  );
}

function passwordHint({ password, accepts }: RefusedLogin): string {
  const takesOne = passwordMethods.some((method) => accepts.includes(method));
  if (password === 'not given') return 'it takes no password';
  return takesOne ? `if it wants a password, ${passwordCure}` : 'it wants a key';
}

/** The peer sends what nobody asked for, and more of it than the bounds allow. */
export function floodError(host: HostConnection, reason: string): ConnectError {
  return new ConnectError('HOST_BROKE_PROTOCOL', `the host broke the protocol: ${reason}`, {
    host: host.name,
    hint: 'its sshd is unusual, or this host cannot be trusted: examine it by hand',
  });
}

/** A running command's connection died. */
export function lostError(host: HostConnection, reason: string): ConnectError {
  return new ConnectError(
    'SSH_LOST',
    `the connection to ${endpointOf(host)} was lost: ${printable(reason)}`,
    {
      host: host.name,
      hint: 'the command may still run on the host; connect again to see',
    },
  );
}

/** The host is connected but would not start a command. */
export function execRefusedError(host: HostConnection, cause: Error): ConnectError {
  return new ConnectError(
    'SSH_EXEC_REFUSED',
    `${endpointOf(host)} did not start the command: ${printable(cause.message)}`,
    {
      host: host.name,
      cause,
      hint: 'sshd allows MaxSessions commands at once on one connection, and a forced command or shell may forbid them',
    },
  );
}
