// A throw-away ed25519 key pair in OpenSSH's own file formats (PROTOCOL.key), so that no outside program is needed.
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { sshNumber, sshString } from './ssh-wire.ts';

const keyType = 'ssh-ed25519';
const cipherBlock = 8;

/** `publicLine` is for authorized_keys, `privateFile` is the text of an identity file without a passphrase. */
export interface ClientKey {
  readonly publicLine: string;
  readonly privateFile: string;
}

/** Makes a new key pair. */
export function createClientKey(comment: string): ClientKey {
  const jwk = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' });
  const publicKey = Buffer.from(jwk.x ?? '', 'base64url');
  const seed = Buffer.from(jwk.d ?? '', 'base64url');
  const publicBlob = Buffer.concat([sshString(keyType), sshString(publicKey)]);
  return {
    publicLine: `${keyType} ${publicBlob.toString('base64')} ${comment}`,
    privateFile: armor(privateBlob(publicBlob, publicKey, seed, comment)),
  };
}

function privateBlob(publicBlob: Buffer, publicKey: Buffer, seed: Buffer, comment: string): Buffer {
  // The same random number twice is how a reader notices a wrong passphrase.
  const check = randomBytes(4);
  const secret = Buffer.concat([
    check,
    check,
    sshString(keyType),
    sshString(publicKey),
    sshString(Buffer.concat([seed, publicKey])),
    sshString(comment),
  ]);
  return Buffer.concat([
    Buffer.from('openssh-key-v1\0'),
    sshString('none'),
    sshString('none'),
    sshString(''),
    sshNumber(1),
    sshString(publicBlob),
    sshString(pad(secret)),
  ]);
}

/** Fills up to the block size with the bytes 1, 2, 3, ... */
function pad(bytes: Buffer): Buffer {
  const missing = (cipherBlock - (bytes.length % cipherBlock)) % cipherBlock;
  return Buffer.concat([bytes, Buffer.from(Array.from({ length: missing }, (_, index) => index + 1))]);
}

function armor(blob: Buffer): string {
  const lines = blob.toString('base64').match(/.{1,70}/g) ?? [];
  return ['-----BEGIN OPENSSH PRIVATE KEY-----', ...lines, '-----END OPENSSH PRIVATE KEY-----', ''].join(
    '\n',
  );
}
