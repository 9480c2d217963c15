// Which algorithms are offered, in order. SHA-1, CBC, MD5 and DSA come in only for hosts that ask for them,
// and then after everything better, so that a host that can do better does.
import type { Algorithms, CipherAlgorithm, KexAlgorithm, MacAlgorithm, ServerHostKeyAlgorithm } from 'ssh2';
import type { ChosenAlgorithms } from './destination.ts';

const kex: readonly KexAlgorithm[] = [
  'curve25519-sha256',
  'curve25519-sha256@libssh.org',
  'ecdh-sha2-nistp256',
  'ecdh-sha2-nistp384',
  'ecdh-sha2-nistp521',
  'diffie-hellman-group14-sha256',
  'diffie-hellman-group16-sha512',
  'diffie-hellman-group18-sha512',
];
// In a group exchange the host chooses the prime, and node:crypto checks it on the only thread: 8 s for 4096 bits, minutes
// for 8192. So only a host that is known to be old is asked for one, after all others that it may have.
const legacyKex: readonly KexAlgorithm[] = [
  'diffie-hellman-group-exchange-sha256',
  'diffie-hellman-group14-sha1',
  'diffie-hellman-group-exchange-sha1',
  'diffie-hellman-group1-sha1',
];

const hostKey: readonly ServerHostKeyAlgorithm[] = [
  'ssh-ed25519',
  'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521',
  'rsa-sha2-512',
  'rsa-sha2-256',
];
const legacyHostKey: readonly ServerHostKeyAlgorithm[] = ['ssh-rsa', 'ssh-dss'];

const cipher: readonly CipherAlgorithm[] = [
  'aes128-gcm@openssh.com',
  'aes256-gcm@openssh.com',
  'aes128-ctr',
  'aes192-ctr',
  'aes256-ctr',
  'chacha20-poly1305@openssh.com',
];
const legacyCipher: readonly CipherAlgorithm[] = ['aes256-cbc', 'aes192-cbc', 'aes128-cbc', '3des-cbc'];

const mac: readonly MacAlgorithm[] = [
  'hmac-sha2-256-etm@openssh.com',
  'hmac-sha2-512-etm@openssh.com',
  'hmac-sha2-256',
  'hmac-sha2-512',
];
const legacyMac: readonly MacAlgorithm[] = ['hmac-sha1-etm@openssh.com', 'hmac-sha1', 'hmac-md5'];

/**
 * The offer for one host. Host key algorithms of the types recorded for it come first: a host with several keys
 * then shows the one we know, instead of one that looks like an attack.
 */
export function offeredAlgorithms(
  knownTypes: readonly string[],
  legacy: boolean,
  chosen: ChosenAlgorithms = {},
): Algorithms {
  const hostKeys = usable(chosen.hostKey, hostKey, legacyHostKey, legacy);
  const kexes = usable(chosen.kex, kex, legacyKex, legacy);
  return {
    kex: chosen.kex === undefined ? kexes : lastGroupExchange(kexes),
    serverHostKey: [
      ...hostKeys.filter((algorithm) => knownTypes.includes(keyTypeUsedBy(algorithm))),
      ...hostKeys.filter((algorithm) => !knownTypes.includes(keyTypeUsedBy(algorithm))),
    ],
    cipher: usable(chosen.cipher, cipher, legacyCipher, legacy),
    hmac: usable(chosen.mac, mac, legacyMac, legacy),
    compress: ['none'],
  };
}

// What an operator's ssh_config lists is offered in its order, also what is old: it was asked for. The rest is unknown here.
function usable<T extends string>(
  chosen: readonly string[] | undefined,
  modern: readonly T[],
  old: readonly T[],
  legacy: boolean,
): T[] {
  if (chosen === undefined) return legacy ? [...modern, ...old] : [...modern];
  return chosen.flatMap((name) => [...modern, ...old].find((known) => known === name) ?? []);
}

// ssh lists it among its usual ones, and `+` adds to those: that is no wish for it.
function lastGroupExchange(names: readonly KexAlgorithm[]): KexAlgorithm[] {
  return names.toSorted((a, b) => Number(isGroupExchange(a)) - Number(isGroupExchange(b)));
}

function isGroupExchange(name: string): boolean {
  return name.startsWith('diffie-hellman-group-exchange-');
}

/** The first kind of algorithms of which an ssh_config lists some, but none that is known here. */
export function uselessChoice(chosen: ChosenAlgorithms): string | undefined {
  const { kex: kexes, serverHostKey = [], cipher: ciphers, hmac } = offeredAlgorithms([], false, chosen);
  const kinds = { KexAlgorithms: kexes, HostKeyAlgorithms: serverHostKey, Ciphers: ciphers, MACs: hmac };
  return Object.entries(kinds).find(([, names]) => Array.isArray(names) && names.length === 0)?.[0];
}

/** Whether a host key of this type can be asked for at all under this offer. */
export function isKeyTypeOffered(keyType: string, legacy: boolean, chosen: ChosenAlgorithms = {}): boolean {
  const hostKeys = usable(chosen.hostKey, hostKey, legacyHostKey, legacy);
  return hostKeys.some((algorithm) => keyTypeUsedBy(algorithm) === keyType);
}

/** The key type that ssh would choose among these host key algorithms. */
export function preferredKeyType(algorithms: readonly string[]): string | undefined {
  const preferred = [...hostKey, ...legacyHostKey].find((each) => algorithms.includes(each));
  return preferred === undefined ? undefined : keyTypeUsedBy(preferred);
}

// RSA host keys are always of type ssh-rsa; rsa-sha2-* only names the hash of their signatures (RFC 8332).
function keyTypeUsedBy(algorithm: ServerHostKeyAlgorithm): string {
  return algorithm.startsWith('rsa-sha2-') ? 'ssh-rsa' : algorithm;
}
