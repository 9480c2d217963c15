// Private keys in PEM: PKCS#8, and the older forms of RSA and EC. node:crypto reads them all, ssh2 only the older
// ones, so each is written anew in the form that ssh2 takes.
import { createPrivateKey } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import ssh2 from 'ssh2';
import type { KeyFile } from './key-verdict.ts';
import { opensshEd25519 } from './openssh-key.ts';

const readable = 'ssh-keygen -y -f FILE says whether ssh can read it';

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
      is: `is damaged, or of no kind that is known here (${label})`,
      hint: readable,
    };
  }
  const text = forSsh2(key);
  return text === undefined ? wrongKind(key.asymmetricKeyType ?? label) : parsed(text, label);
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
  const key = ssh2.utils.parseKey(text.trim());
  if (!(key instanceof Error)) return { kind: 'private', key };
  const curve = /Unsupported private key EC OID/.test(key.message);
  return curve
    ? wrongKind('ec, on a curve of its own')
    : { kind: 'unusable', is: `is damaged (${label})`, hint: readable };
}

function wrongKind(kind: string): KeyFile {
  return {
    kind: 'unusable',
    is: `is a key of a kind that sshd does not take (${kind})`,
    hint: 'make a new key with ssh-keygen -t ed25519',
  };
}
