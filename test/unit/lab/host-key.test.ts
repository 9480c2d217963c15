// The key that a lab gives to a host, judged by another implementation of the formats.
import { utils } from 'ssh2';
import { describe, expect, it } from 'vitest';
import { createHostKey } from '../../../src/lab/host-key.ts';

describe('createHostKey', () => {
  it('gives a public line that verifies what the private key signs', () => {
    const key = createHostKey();
    const secret = utils.parseKey(key.privatePem);
    const shared = utils.parseKey(key.publicLine);
    if (secret instanceof Error || shared instanceof Error) throw new Error('unreadable key');
    const message = Buffer.from('muster');
    expect(shared.verify(message, secret.sign(message))).toBe(true);
    expect(shared.type).toBe('ecdsa-sha2-nistp256');
  });

  it('makes a different key each time', () => {
    expect(createHostKey().publicLine).not.toBe(createHostKey().publicLine);
  });
});
