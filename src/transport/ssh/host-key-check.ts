// Strict host key checking: a key that known_hosts does not vouch for ends the connection, with the reason.
import { ConnectError } from '../../model/index.ts';
import type { HostConnection } from '../port.ts';
import { isKeyTypeOffered } from './algorithms.ts';
import { endpointOf } from './connect-errors.ts';
import { fingerprint, keyTypeOf, knownHostName } from './known-hosts.ts';
import type { KnownHostsFault, KnownHostsLine } from './known-hosts.ts';
import type { KnownHosts } from './known-hosts-records.ts';

/** Undefined when the shown key is the recorded one; otherwise why the host is not to be trusted. */
export function hostKeyError(
  host: HostConnection,
  known: KnownHosts,
  shown: Buffer,
): ConnectError | undefined {
  const verdict = known.judge(host.address, host.port, shown);
  switch (verdict.kind) {
    case 'known':
      return undefined;
    case 'revoked':
      return revokedError(host, verdict.line, shown);
    case 'changed':
      // A type that we never ask for cannot have been shown, so its line says nothing about the key we see.
      return verdict.recorded.some((line) => isKeyTypeOffered(line.keyType, host.legacyAlgorithms))
        ? changedError(host, verdict.recorded, shown)
        : unknownError(host, shown, onlyLegacyHint(verdict.recorded[0]));
    case 'unknown':
      return unknownError(host, shown, authorityHint(verdict.authorities) + faultHint(verdict.faults));
  }
}

/** Whether an error is one of those above: the host was reached, and showed a key that is not to be trusted. */
export function isAboutHostKey({ code }: { readonly code: string }): boolean {
  return code.startsWith('SSH_HOST_KEY_');
}

function unknownError(host: HostConnection, shown: Buffer, extraHint: string): ConnectError {
  const name = knownHostName(host.address, host.port);
  const line = `${name} ${describeType(shown)} ${shown.toString('base64')}`;
  const hint =
    `compare ${fingerprint(shown)} with what the host's console says (ssh-keygen -l -f /etc/ssh/ssh_host_*_key.pub), ` +
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
    : `${authorities.map(placeOf).join(', ')} names a certificate authority for it, but host certificates are not supported; `;
}

function faultHint(faults: readonly KnownHostsFault[]): string {
  return faults.map(({ file, line, what }) => `${file}:${line} is about it, but ${what}; `).join('');
}

function changedError(
  host: HostConnection,
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
        'somebody may be in between, or the host was installed anew: find out which at its console before you ' +
        `replace line ${line.line} of ${line.file}` +
        (sameType === undefined ? otherTypeHint(host, line) : ''),
    },
  );
}

// The recorded type was asked for first. An sshd before OpenSSH 7.2 signs with an RSA key by SHA-1 only.
function otherTypeHint(host: HostConnection, { keyType }: KnownHostsLine): string {
  return keyType === 'ssh-rsa' && !host.legacyAlgorithms
    ? '; an sshd of the NetBSD 5 or 6 era shows its RSA key only with legacy_algorithms: true'
    : `; it was asked for its ${keyType} key first, and did not show one`;
}

function revokedError(host: HostConnection, line: KnownHostsLine, shown: Buffer): ConnectError {
  return new ConnectError(
    'SSH_HOST_KEY_REVOKED',
    `the host key of ${endpointOf(host)} is revoked by ${placeOf(line)}: ${describeKey(shown)}`,
    {
      host: host.name,
      location: { file: line.file, line: line.line, column: 1 },
      hint: 'make a new host key on the host and record it; a revoked key is never accepted',
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
