// Private keys in PEM: PKCS#8, and the older forms of RSA and EC. node:crypto reads them all, ssh2 only the older
// ones, so each is written anew in the form that ssh2 takes.
import { createPrivateKey } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import type { Secret } from '../../model/index.ts';
import { parseKey } from './ssh2.ts';
import type { KeyFile } from './key-verdict.ts';
import { opensshEd25519 } from './openssh-key.ts';

const readable = 'check with ssh-keygen -y -f FILE that ssh can read it';

/** Reads what stands between `BEGIN label` and `END label`, without passphrase. */
export function readPemKey(label: string, body: string): KeyFile {
  const armoured = armour(label, body);
  // node:crypto does not write DSA keys in a form that ssh2 takes.
  if (label === 'DSA PRIVATE KEY') return parsed(armoured, label);
  let key: KeyObject;
  try {
    key = createPrivateKey(armoured);
  } catch {
    return {
      kind: 'unusable',
      is: `is damaged, or of a kind that muster does not read (${label})`,
      hint: readable,
    };
  }
  const text = forSsh2(key);
  return text === undefined ? wrongKind(key.asymmetricKeyType ?? label) : parsed(text, label);
}

/** The same for a key under a passphrase; under another one it stays locked. */
export function openPemKey(label: string, body: string, passphrase: Secret): KeyFile {
  const headers = body.split(/\r?\n/).flatMap((line) => (line.includes(':') ? [line.trim()] : []));
  const rest = body.replace(/^.*:.*$/gm, '');
  const plain = armour(label, rest);
  // The older form says in headers how it is encrypted.
  const text = headers.length === 0 ? plain : plain.replace('\n', `\n${headers.join('\n')}\n\n`);
  let key: KeyObject;
  try {
    key = createPrivateKey({ key: text, passphrase: passphrase.reveal() });
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    if (code !== 'ERR_OSSL_UNSUPPORTED') return { kind: 'locked', publicKey: undefined };
    return {
      kind: 'unusable',
      is: `is encrypted in a way that is not known here (${label})`,
      hint: 'encrypt it otherwise: ssh-keygen -p -f FILE; or load it into an agent',
    };
  }
  const written = forSsh2(key);
  return written === undefined ? wrongKind(key.asymmetricKeyType ?? label) : parsed(written, label);
}

// Undefined for a kind of key that SSH does not know.
function forSsh2(key: KeyObject): string | undefined {
  const kind = key.asymmetricKeyType;
  if (kind === 'ed25519') return opensshEd25519(key);
  const type = kind === 'rsa' ? 'pkcs1' : kind === 'ec' ? 'sec1' : undefined;
  return type === undefined ? undefined : key.export({ type, format: 'pem' }).toString();
}

/** PEM with lines of 64 characters, whatever became of its line ends on the way. */
export function armour(label: string, body: string): string {
  const lines = body.replace(/\s+/g, '').match(/.{1,64}/g) ?? [];
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ''].join('\n');
}

function parsed(text: string, label: string): KeyFile {
  const key = parseKey(text.trim());
  if (!(key instanceof Error)) return { kind: 'private', key };
  const curve = /Unsupported private key EC OID/.test(key.message);
  return curve
    ? wrongKind('ec, on a curve without a name')
    : { kind: 'unusable', is: `is damaged (${label})`, hint: readable };
}

function wrongKind(kind: string): KeyFile {
  return {
    kind: 'unusable',
    is: `is a key of a kind that sshd does not accept (${kind})`,
    hint: 'make a new key with ssh-keygen -t ed25519',
  };
}
