// A host's SSH key, made here and given to the host, so that known_hosts is true before the host exists, and stays so when
// it is made anew. P-256, because the oldest sshd that muster meets knows no ed25519.
import { generateKeyPairSync } from 'node:crypto';
import { sshString } from './ssh-wire.ts';

const keyType = 'ecdsa-sha2-nistp256';
const curve = 'nistp256';

/** `privatePem` is what ssh_host_ecdsa_key holds; `publicLine` is type and key as in known_hosts. */
export interface HostKey {
  readonly privatePem: string;
  readonly publicLine: string;
}

/** Makes a new key pair. */
export function createHostKey(): HostKey {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const { x = '', y = '' } = privateKey.export({ format: 'jwk' });
  const point = Buffer.concat([Buffer.from([4]), Buffer.from(x, 'base64url'), Buffer.from(y, 'base64url')]);
  const blob = Buffer.concat([sshString(keyType), sshString(curve), sshString(point)]);
  return {
    privatePem: privateKey.export({ format: 'pem', type: 'sec1' }).toString(),
    publicLine: `${keyType} ${blob.toString('base64')}`,
  };
}
