// Strict host key checking: a key that known_hosts does not vouch for ends the connection, with the reason.
import { isIP } from 'node:net';
import { ConnectError } from '../../model/index.ts';
import { isKeyTypeOffered, preferredKeyType } from './algorithms.ts';
import { endpointOf } from './connect-errors.ts';
import { type CheckedHost, recordedName } from './destination.ts';
import { fingerprint, keyTypeOf, knownHostName } from './known-hosts.ts';
import type { KnownHostsFault, KnownHostsLine } from './known-hosts.ts';
import type { HostKeyVerdict, KnownHosts } from './known-hosts-records.ts';
import { asLacking } from './lacking.ts';

/** Undefined when the shown key is the recorded one; otherwise why the host is not to be trusted. */
export function recordedKeyError(
  host: CheckedHost,
  known: KnownHosts,
  shown: Buffer,
): ConnectError | undefined {
  const { address, port } = recordedName(host);
  const verdict = known.judge(address, port, shown);
  switch (verdict.kind) {
    case 'known':
      return undefined;
    case 'revoked':
      return revokedError(host, verdict.line, shown);
    case 'changed':
      // A type that we never ask for cannot have been shown, so its line says nothing about the key we see.
      return verdict.recorded.some((line) =>
        isKeyTypeOffered(line.keyType, host.legacyAlgorithms, host.algorithms),
      )
        ? changedError(host, verdict.recorded, shown)
        : unrecordedError(host, shown, onlyLegacyHint(verdict.recorded[0]));
    case 'unknown':
      return unrecordedError(host, shown, authorityHint(verdict.authorities) + faultHint(verdict.faults));
  }
}

/**
 * The same for a host as it is found: it may have certificates for the algorithms `certified`, of which ssh2 sees nothing, and the
 * operator may want the DNS to be asked. If that might matter, OpenSSH's own client is to decide. It is for hosts that it may be
 * used for; for others only recorded keys count.
 */
export function shownKeyError(
  host: CheckedHost,
  known: KnownHosts,
  shown: Buffer,
  certified: readonly string[],
): ConnectError | undefined {
  const error = recordedKeyError(host, known, shown);
  const { address, port } = recordedName(host);
  const isCertain =
    certified.length === 0 || !known.dependsOnCertificate(address, port, shown, preferredKeyType(certified));
  if (!isCertain) return asLacking('it has a certificate for its host key', error ?? uncheckedError(host));
  const isRevoked = error?.code === 'SSH_HOST_KEY_REVOKED';
  // An address has no SSHFP records.
  return error === undefined || isRevoked || host.asksDns !== true || isIP(host.address) !== 0
    ? error
    : asLacking('ssh_config sets VerifyHostKeyDNS', error);
}

/** The key that a host showed, and the line that vouches for it. */
export function vouchedInWords(verdict: HostKeyVerdict, shown: Buffer): string {
  return verdict.kind === 'known'
    ? `${describeKey(shown)}, recorded in ${placeOf(verdict.line)}`
    : describeKey(shown);
}

/** Whether an error is one of those above: the host was reached, and showed a key that is not to be trusted. */
export function isAboutHostKey({ code }: { readonly code: string }): boolean {
  return /^SSH_HOST_(KEY|CERTIFICATE)_/.test(code);
}

/** Nothing vouches for the key; its hint ends in the line for known_hosts. */
export function unrecordedError(host: CheckedHost, shown: Buffer, extraHint = ''): ConnectError {
  const { address, port } = recordedName(host);
  const name = knownHostName(address, port);
  const line = `${name} ${describeType(shown)} ${shown.toString('base64')}`;
  const hint =
    `compare ${fingerprint(shown)} with the fingerprint on the host's console (ssh-keygen -l -f /etc/ssh/ssh_host_*_key.pub), ` +
    `and if they are equal add this line to ${host.knownHosts[0] ?? 'known_hosts'}:\n${line}`;
  return new ConnectError(
    'SSH_HOST_KEY_UNKNOWN',
    `the host key of ${endpointOf(host)} is not known: ${describeKey(shown)}`,
    { host: host.name, hint: `${extraHint}${hint}` },
  );
}

function onlyLegacyHint(line: KnownHostsLine): string {
  return `${placeOf(line)} records a ${line.keyType} key, which is asked for only with legacy_algorithms: true; `;
}

function authorityHint(authorities: readonly KnownHostsLine[]): string {
  return authorities.length === 0
    ? ''
    : `${authorities.map(placeOf).join(', ')} names a certificate authority for it, but host certificates are not supported with transport: ssh2; `;
}

function faultHint(faults: readonly KnownHostsFault[]): string {
  return faults.map(({ file, line, what }) => `${file}:${line} is about it, but ${what}; `).join('');
}

function changedError(
  host: CheckedHost,
  recorded: readonly [KnownHostsLine, ...KnownHostsLine[]],
  shown: Buffer,
): ConnectError {
  const shownType = keyTypeOf(shown);
  const sameType = recorded.find(({ keyType }) => keyType === shownType);
  const line = sameType ?? recorded[0];
  return new ConnectError(
    'SSH_HOST_KEY_CHANGED',
    `the host key of ${endpointOf(host)} has changed: it shows ${describeKey(shown)}, ` +
      `but ${placeOf(line)} records ${describeKey(line.key)}`,
    {
      host: host.name,
      location: { file: line.file, line: line.line, column: 1 },
      hint:
        'somebody may intercept the connection, or the host was installed anew: find out which at its console before you ' +
        `replace line ${line.line} of ${line.file}` +
        (sameType === undefined ? otherTypeHint(host, line) : ''),
    },
  );
}

// The recorded type was asked for first. An sshd before OpenSSH 7.2 signs with an RSA key by SHA-1 only.
function otherTypeHint(host: CheckedHost, { keyType }: KnownHostsLine): string {
  return keyType === 'ssh-rsa' && !host.legacyAlgorithms
    ? '; an sshd of the NetBSD 5 or 6 era shows its RSA key only with legacy_algorithms: true'
    : `; muster asked for its ${keyType} key first, and the host did not show one`;
}

function revokedError(host: CheckedHost, line: KnownHostsLine, shown: Buffer): ConnectError {
  return new ConnectError(
    'SSH_HOST_KEY_REVOKED',
    `the host key of ${endpointOf(host)} is revoked by ${placeOf(line)}: ${describeKey(shown)}`,
    {
      host: host.name,
      location: { file: line.file, line: line.line, column: 1 },
      hint: 'make a new host key on the host and record it; muster never accepts a revoked key',
    },
  );
}

function uncheckedError(host: CheckedHost): ConnectError {
  return new ConnectError(
    'SSH_HOST_KEY_CERTIFICATE',
    `${endpointOf(host)} has a certificate for its host key, and known_hosts has lines that may be about it`,
    {
      host: host.name,
      hint: 'reach it by OpenSSH, which reads certificates (transport: openssh), or set transport: ssh2, which compares recorded keys only',
    },
  );
}

function describeKey(key: Buffer): string {
  return `${describeType(key)} ${fingerprint(key)}`;
}

// The type comes from the peer's bytes, so only the letters of real type names get through.
function describeType(key: Buffer): string {
  return keyTypeOf(key)
    .replace(/[^A-Za-z0-9@.-]/g, '?')
    .slice(0, 60);
}

function placeOf(line: KnownHostsLine): string {
  return `${line.file}:${line.line}`;
}
