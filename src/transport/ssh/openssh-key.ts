// OpenSSH's own form of private keys (openssh-key-v1). Its public half is in clear, also under a passphrase.
import type { KeyObject } from 'node:crypto';
import type { Secret } from '../../model/index.ts';
import { parseKey } from './ssh2.ts';
import type { KeyFile } from './key-verdict.ts';
import { keyTypeOf } from './known-hosts.ts';

const magic = Buffer.from('openssh-key-v1\0');
const label = 'OPENSSH PRIVATE KEY';

/** Why a key needs OpenSSH's own client. */
export const inToken = 'its key is in a hardware token';

/** Reads what stands between BEGIN and END; under another passphrase than the given one it stays locked. */
export function readOpensshKey(body: string, passphrase?: Secret): KeyFile {
  const base64 = body.replace(/\s+/g, '');
  const bytes = Buffer.from(base64, 'base64');
  const fields = bytes.subarray(0, magic.length).equals(magic) ? stringsOf(bytes, magic.length, 3) : [];
  const [cipher] = fields;
  const [publicKey] = stringsOf(bytes, magic.length + sizeOf(fields) + 4, 1);
  if (cipher === undefined || publicKey === undefined) return damaged();
  const type = keyTypeOf(publicKey);
  if (type.startsWith('sk-')) {
    return {
      kind: 'unusable',
      is: `is the handle of a key in a hardware token (${type.replace(/[^\w@.-]/g, '?')})`,
      hint: 'such keys need transport: openssh, or auto; or make a key with ssh-keygen -t ed25519',
      lacking: inToken,
    };
  }
  if (cipher.toString() !== 'none') return unlocked(bytes, cipher.toString('latin1'), publicKey, passphrase);
  const key = parseKey(armoured(bytes));
  return key instanceof Error || Array.isArray(key) ? damaged() : { kind: 'private', key };
}

function unlocked(bytes: Buffer, cipher: string, publicKey: Buffer, passphrase: Secret | undefined): KeyFile {
  if (passphrase === undefined) return { kind: 'locked', publicKey };
  if (!/^(aes(128|192|256)-(ctr|cbc)|aes(128|256)-gcm@openssh\.com)$/.test(cipher)) {
    return {
      kind: 'unusable',
      is: `is encrypted in a way that is not known here (${cipher.replace(/[^\w@.-]/g, '?')})`,
      hint: 'encrypt it otherwise: ssh-keygen -p -Z aes256-ctr -f FILE; or load it into an agent',
    };
  }
  const key = parseKey(armoured(bytes), passphrase.reveal());
  return key instanceof Error || Array.isArray(key)
    ? { kind: 'locked', publicKey }
    : { kind: 'private', key };
}

/** An ed25519 key in this form, without passphrase. */
export function opensshEd25519(key: KeyObject): string {
  const { x = '', d = '' } = key.export({ format: 'jwk' });
  const [pub, seed] = [Buffer.from(x, 'base64url'), Buffer.from(d, 'base64url')];
  const type = Buffer.from('ssh-ed25519');
  // Two equal numbers, by which a reader sees that it decrypted rightly; here nothing is encrypted.
  const secret = [
    Buffer.alloc(8),
    text(type),
    text(pub),
    text(Buffer.concat([seed, pub])),
    text(Buffer.alloc(0)),
  ];
  const size = secret.reduce((sum, { length }) => sum + length, 0);
  const padding = Buffer.from(Array.from({ length: (8 - (size % 8)) % 8 }, (_, index) => index + 1));
  const none = text(Buffer.from('none'));
  return armoured(
    Buffer.concat([
      ...[magic, none, none, text(Buffer.alloc(0)), number(1)],
      text(Buffer.concat([text(type), text(pub)])),
      text(Buffer.concat([...secret, padding])),
    ]),
  );
}

function armoured(bytes: Buffer): string {
  const lines = bytes.toString('base64').match(/.{1,70}/g) ?? [];
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`].join('\n');
}

function damaged(): KeyFile {
  return { kind: 'unusable', is: `is damaged (${label})`, hint: 'copy the whole file again' };
}

function number(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

function text(bytes: Buffer): Buffer {
  return Buffer.concat([number(bytes.length), bytes]);
}

function sizeOf(fields: readonly Buffer[]): number {
  return fields.reduce((sum, { length }) => sum + 4 + length, 0);
}

// Up to `count` strings from `at` on; fewer when the bytes are not there.
function stringsOf(bytes: Buffer, at: number, count: number): readonly Buffer[] {
  const found: Buffer[] = [];
  for (let from = at; found.length < count && from + 4 <= bytes.length;) {
    const end = from + 4 + bytes.readUInt32BE(from);
    if (end > bytes.length) break;
    found.push(bytes.subarray(from + 4, end));
    from = end;
  }
  return found;
}
