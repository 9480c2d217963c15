// Why OpenSSH's client ended, in the words that the other way of reaching a host has for it.
import { ConnectError } from '../../model/index.ts';
import {
  authError,
  closedEarlyError,
  endpointOf,
  protocolError,
  socketError,
} from '../ssh/connect-errors.ts';
import { type Destination, recordedName } from '../ssh/destination.ts';
import type { PasswordLogin } from '../ssh/password-login.ts';
import type { ClientWords } from './client-words.ts';
import { printable } from '../printable.ts';

/** A note that the error of a login has a hint for. */
const noPinNote = 'the token wants a PIN, and muster has none';

/**
 * The error of a client that ended before it was logged in. The caller explains host keys, because it knows the
 * recorded ones.
 */
export function clientError(
  host: Destination,
  words: ClientWords,
  password: PasswordLogin | undefined,
): ConnectError {
  return (
    unreachable(host, words) ??
    notForwarded(host, words) ??
    untrusted(host, words) ??
    misconfigured(host, words) ??
    refused(host, words, password) ??
    closed(host, words)
  );
}

const errnos: readonly (readonly [RegExp, string])[] = [
  [/connection refused/i, 'ECONNREFUSED'],
  [/timed out/i, 'ETIMEDOUT'],
  [/no route to host/i, 'EHOSTUNREACH'],
  [/network is unreachable/i, 'ENETUNREACH'],
];

function unreachable(host: Destination, words: ClientWords): ConnectError | undefined {
  if (words.stage !== 'tcp') return undefined;
  const unknown = words.find(/Could not resolve hostname .*?: (.*)/);
  if (unknown !== undefined) {
    const isLater = /temporary/i.test(unknown[1] ?? '');
    return socketError(host, errno(isLater ? 'EAI_AGAIN' : 'ENOTFOUND', unknown[0]));
  }
  const [all, why] = words.find(/^ssh: connect to \S+ \S+ port \d+: (.*)/) ?? [];
  if (all === undefined || why === undefined) return undefined;
  return socketError(host, errno(errnos.find(([pattern]) => pattern.test(why))?.[1] ?? why, all));
}

function errno(code: string, message: string): NodeJS.ErrnoException {
  return Object.assign(new Error(message), { code });
}

/** The jump host is there, and does not open the way to this host. */
function notForwarded(host: Destination, words: ClientWords): ConnectError | undefined {
  if (host.route.kind !== 'jump') return undefined;
  const [, why] = words.find(/open failed: (.*)/) ?? words.find(/(stdio forwarding failed)/) ?? [];
  if (why === undefined) return undefined;
  return new ConnectError(
    'SSH_JUMP',
    `the jump host ${host.route.hop.name} opens no connection to ${endpointOf(host)}: ${printable(why)}`,
    {
      host: host.name,
      hint: /prohibited/.test(why)
        ? 'its sshd forbids it: check AllowTcpForwarding, PermitOpen and DisableForwarding there'
        : 'the jump host itself connects to this address and port: check that the name resolves there, that the host is up, and the filters between',
    },
  );
}

function untrusted(host: Destination, words: ClientWords): ConnectError | undefined {
  const isRevoked = words.find(/REVOKED HOST KEY|is marked as revoked|revoked by file/) !== undefined;
  const isChanged = words.find(/HOST IDENTIFICATION HAS CHANGED|Host key for .* has changed/) !== undefined;
  const isRefused = words.find(/Host key verification failed|No .* host key is known for/) !== undefined;
  const [, unfit] =
    words.find(/^Certificate (?:invalid: )?((?:lacks|contains|signed|not|expired|name).*)/) ?? [];
  if (!isRevoked && !isChanged && !isRefused) return undefined;
  const { type = 'a key', fingerprint = '' } = words.shownKey ?? {};
  const key = words.hostCertificate ?? `${type} ${fingerprint}`.trim();
  const at = endpointOf(host);
  const [, file, line] = words.find(/^Offending .*key in (.*):(\d+)/) ?? [];
  const details = {
    host: host.name,
    ...(file === undefined ? {} : { location: { file, line: Number(line), column: 1 } }),
  };
  if (isRevoked) {
    return new ConnectError('SSH_HOST_KEY_REVOKED', `the host key of ${at} is revoked: ${key}`, {
      ...details,
      hint: 'make a new host key on the host and record it; muster never accepts a revoked key',
    });
  }
  if (words.find(/Update the SSHFP RR in DNS/) !== undefined) {
    return new ConnectError(
      'SSH_HOST_KEY_CHANGED',
      `${at} shows ${key}, and its SSHFP records name another key`,
      {
        ...details,
        hint: 'no file of known_hosts vouches for it either: correct the records if the host was installed anew, else find out who answers there',
      },
    );
  }
  if (isChanged) {
    return new ConnectError('SSH_HOST_KEY_CHANGED', `the host key of ${at} has changed: it shows ${key}`, {
      ...details,
      hint: 'somebody may intercept the connection, or the host was installed anew: find out which at its console before you correct known_hosts',
    });
  }
  if (unfit !== undefined) return certificateError(host, unfit, key);
  if (words.hostCertificate !== undefined) {
    return new ConnectError(
      'SSH_HOST_KEY_UNKNOWN',
      `nobody vouches for the certificate of ${at}: it shows ${key}`,
      {
        ...details,
        hint:
          "compare the authority's fingerprint with that of its public key (ssh-keygen -l -f FILE), and if they are equal add a line to " +
          `${host.knownHosts[0] ?? 'known_hosts'}: @cert-authority PATTERN KEY`,
      },
    );
  }
  return new ConnectError('SSH_HOST_KEY_UNKNOWN', `the host key of ${at} is not known: it shows ${key}`, {
    ...details,
    hint:
      `compare ${fingerprint} with the fingerprint on the host's console (ssh-keygen -l -f /etc/ssh/ssh_host_*_key.pub), ` +
      'and if they are equal record the key (ssh-keyscan prints it in the form of known_hosts)',
  });
}

/** A known authority signed it, and ssh does not accept it for the reason `unfit`, in its own words. */
function certificateError(host: Destination, unfit: string, certificate: string): ConnectError {
  const { address } = recordedName(host);
  const cure = /expired|not yet valid/.test(unfit)
    ? 'compare the clocks of both machines, and if they are right sign the key again'
    : /principal/.test(unfit)
      ? `sign the key again for ${address} (ssh-keygen -h -n), or set HostKeyAlias to a name that the certificate has`
      : 'sign the key again (ssh-keygen -h)';
  return new ConnectError(
    'SSH_HOST_CERTIFICATE_INVALID',
    `the certificate of ${endpointOf(host)} is not valid for ${address}: ${printable(unfit)}; it shows ${certificate}`,
    {
      host: host.name,
      hint: `${cure}; then give sshd the new certificate (HostCertificate), and let it read its configuration again`,
    },
  );
}

function misconfigured(host: Destination, words: ClientWords): ConnectError | undefined {
  if (words.stage !== 'tcp') return undefined;
  const isBad = words.find(
    /[Bb]ad configuration option|terminating, \d+ bad|: line \d+: |Bad owner or permissions/,
  );
  if (isBad === undefined) return undefined;
  return new ConnectError('SSH_CONFIG', `ssh rejects its configuration: ${words.last}`, {
    host: host.name,
    hint: `try ssh -G ${host.name}, and correct the file; or set ssh_config: false in the inventory`,
  });
}

function refused(
  host: Destination,
  words: ClientWords,
  password: PasswordLogin | undefined,
): ConnectError | undefined {
  const isRefused = words.find(
    /Permission denied \(|Too many authentication failures|No more authentication methods/,
  );
  if (isRefused === undefined && words.stage !== 'auth') return undefined;
  return loginError(host, words, password);
}

/** The error of a client that got as far as the login. */
export function loginError(
  host: Destination,
  words: ClientWords,
  password: PasswordLogin | undefined,
): ConnectError {
  const { offered, accepts } = words;
  const isGiven = password?.isGiven === true;
  const token = tokenNote(words);
  const said = words.lines.filter((line) => !/Permission denied[ ,]/.test(line)).slice(-3);
  const notes = token === undefined ? said : [token];
  const all = [...offered, ...(isGiven ? ['the password'] : [])];
  return authError(host, {
    offered: all.length === 0 ? ['no key'] : all,
    accepts,
    wantedSha1: words.find(/no mutual signature/) !== undefined,
    password: password === undefined ? 'none' : isGiven ? 'refused' : 'not given',
    notes: [...notes, ...(password?.notes ?? [])],
  });
}

/** What became of a key in a token, in the words that matter. */
function tokenNote(words: ClientWords): string | undefined {
  if (words.isPinWithheld) return 'the token refused the PIN before, so muster did not give it again';
  const refused = words.find(/^PKCS#11 login failed.*/)?.[0];
  if (refused !== undefined) return refused;
  return words.find(/pkcs11_get_key failed|^pin required|^need pin entry/i) === undefined
    ? undefined
    : noPinNote;
}

function closed(host: Destination, words: ClientWords): ConnectError {
  const disagreement = words.find(/no matching .*/);
  if (disagreement !== undefined) return protocolError(host, disagreement[0]);
  const hasBanner = words.stage === 'kex';
  if (
    words.find(/closed by|Connection reset|Broken pipe|banner exchange|kex_exchange_identification/) !==
    undefined
  ) {
    const { said } = words;
    if (host.route.kind === 'command' && said === '') return commandError(host, words);
    return closedEarlyError(host, { hasBanner, said: said.trim() || bannerWords(words) });
  }
  return protocolError(host, words.last === '' ? 'OpenSSH ended and reported nothing' : words.last);
}

/** If the line is no banner and has no end, only its first words are reported. */
function bannerWords(words: ClientWords): string {
  return words.find(/(?:invalid characters|invalid format)/)?.[0] ?? '';
}

function commandError(host: Destination, words: ClientWords): ConnectError {
  const own = words.lines.filter(
    (line) => !/kex_exchange_identification|closed by UNKNOWN|banner exchange/.test(line),
  );
  const said = printable(own.slice(-3).join('; ')).trim();
  return new ConnectError(
    'SSH_PROXY_COMMAND',
    `the ProxyCommand for ${host.name} ended${said === '' ? '' : `; it said: ${said}`}`,
    { host: host.name, hint: `run it by hand: ssh ${host.name}` },
  );
}

/** `ssh` could not be started. */
export function noClientError(host: Destination, cause: Error): ConnectError {
  return new ConnectError('SSH_CONFIG', `OpenSSH's ssh could not be started: ${cause.message}`, {
    host: host.name,
    cause,
    hint: 'install an OpenSSH client on this machine, or set transport: ssh2 for this host in the inventory',
  });
}
