// What a file holds that is named as a private key: a key in one of the forms that ssh reads, or something else. That is
// reported by its name, with the way from there to a key that can be used. The content is never quoted.
import type { Secret } from '../../model/index.ts';
import { parseKey } from './ssh2.ts';
import type { KeyFile } from './key-verdict.ts';
import { inToken, readOpensshKey } from './openssh-key.ts';
import { openPemKey, readPemKey } from './pem-key.ts';

const newKey = 'make a new key with ssh-keygen -t ed25519';

/**
 * Judges a file. Byte order marks, CRLF, blank lines, indentation and text around the key do not matter. A key under another
 * passphrase than the given one stays locked.
 */
export function readKeyFile(bytes: Buffer, passphrase?: Secret): KeyFile {
  const text = bytes.toString('latin1').replace(/^\u00ef\u00bb\u00bf/, '');
  if (text.trim() === '')
    return unusable('is empty', 'copy the private key there again, or name another file');
  return readArmoured(text, passphrase) ?? readPutty(text) ?? readPublic(text) ?? strange(bytes, text);
}

function unusable(is: string, hint: string): KeyFile & { readonly kind: 'unusable' } {
  return { kind: 'unusable', is, hint };
}

function readArmoured(text: string, passphrase: Secret | undefined): KeyFile | undefined {
  const [, label = ''] = /-----BEGIN ([A-Z0-9 ]*PRIVATE KEY)-----/.exec(text) ?? [];
  if (label === '') return undefined;
  const [, body] = new RegExp(`-----BEGIN ${label}-----([^]*?)-----END ${label}-----`).exec(text) ?? [];
  if (body === undefined) return unusable('is cut off: its END line is missing', 'copy the whole file again');
  if (label === 'OPENSSH PRIVATE KEY') return readOpensshKey(body, passphrase);
  if (label === 'ENCRYPTED PRIVATE KEY' || /^\s*Proc-Type:.*ENCRYPTED/m.test(body))
    return passphrase === undefined
      ? { kind: 'locked', publicKey: undefined }
      : openPemKey(label, body, passphrase);
  return readPemKey(label, body);
}

// ssh2 reads version 2 of RSA and DSA keys.
function readPutty(text: string): KeyFile | undefined {
  const [, version] = /^PuTTY-User-Key-File-(\d+):/m.exec(text) ?? [];
  if (version === undefined) return undefined;
  const parsed = parseKey(text.trim().replace(/\r?\n/g, '\n'));
  if (!(parsed instanceof Error) && parsed.isPrivateKey()) return { kind: 'private', key: parsed };
  return unusable(
    `is a key of PuTTY (PPK ${version})`,
    'convert it: puttygen FILE -O private-openssh -o NEW-FILE, or "Export OpenSSH key" in PuTTYgen',
  );
}

function readPublic(text: string): KeyFile | undefined {
  const line = text.split('\n').find((each) => each.trim() !== '') ?? '';
  const type = /^\s*((?:ssh|ecdsa|sk-ssh|sk-ecdsa)-[a-z0-9@.-]+) +AAAA/.exec(line)?.[1] ?? '';
  if (type.includes('-cert-')) {
    return unusable(
      'is a user certificate',
      'certificates are not supported: name the private key, and add its public half to authorized_keys',
    );
  }
  if (type === '' && !text.includes('---- BEGIN SSH2 PUBLIC KEY ----')) return undefined;
  const parsed = parseKey((type === '' ? text : line).replace(/\r/g, '').trim());
  if (!(parsed instanceof Error)) return { kind: 'public', publicKey: parsed.getPublicSSH() };
  const half = unusable(`is the public half of a key (${type})`, 'name the private key in identity_file');
  return type.startsWith('sk-') ? { ...half, lacking: inToken } : half;
}

function strange(bytes: Buffer, text: string): KeyFile {
  if (/BEGIN (RSA )?PUBLIC KEY/.test(text))
    return unusable('is the public half of a key', 'name the private key in identity_file');
  if (/BEGIN (TRUSTED )?CERTIFICATE/.test(text))
    return unusable('is a certificate (X.509), not a key', 'name the private key in identity_file');
  if (text.includes('BEGIN SSH2 ENCRYPTED PRIVATE KEY'))
    return unusable('is a key of ssh.com', 'convert it: ssh-keygen -i -f FILE >NEW-FILE');
  if (text.startsWith('SSH PRIVATE KEY FILE FORMAT 1.')) return unusable('is a key for SSH 1', newKey);
  if (/BEGIN PGP|BEGIN AGE|^age-encryption|^\$ANSIBLE_VAULT/.test(text))
    return unusable('is an encrypted file, not a key', 'decrypt it, and name the private key in it');
  if (/^(\u00ff\u00fe|\u00fe\u00ff)/.test(text))
    return unusable('is text in UTF-16', 'convert it: iconv -f UTF-16 -t UTF-8 FILE >NEW-FILE');
  if (bytes[0] === 0x30) {
    return unusable(
      'is binary (DER or PKCS#12)',
      'convert it: openssl pkey -inform DER -in FILE -out NEW-FILE, or openssl pkcs12 -nocerts -nodes -in FILE -out NEW-FILE',
    );
  }
  return unusable('is not a private key in a form that muster reads', `name a private key, or ${newKey}`);
}
