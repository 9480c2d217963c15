// The key files that a lab writes, judged by another implementation of the format.
import { utils } from 'ssh2';
import { describe, expect, it } from 'vitest';
import { createClientKey } from '../../../src/lab/client-key.ts';

describe('createClientKey', () => {
  it('writes a private key that other SSH software reads, comment included', () => {
    const key = utils.parseKey(createClientKey('muster-lab-1').privateFile);
    expect(key).not.toBeInstanceOf(Error);
    expect(key).toMatchObject({ type: 'ssh-ed25519', comment: 'muster-lab-1' });
  });

  it('gives a public line that verifies what the private key signs', () => {
    const key = createClientKey('pair');
    const secret = utils.parseKey(key.privateFile);
    const shared = utils.parseKey(key.publicLine);
    if (secret instanceof Error || shared instanceof Error) throw new Error('unreadable key');
    const message = Buffer.from('muster');
    expect(shared.verify(message, secret.sign(message))).toBe(true);
    expect(shared.verify(Buffer.from('other'), secret.sign(message))).toBe(false);
  });

  it('pads for comments of every length', () => {
    for (let length = 0; length < 9; length += 1) {
      expect(utils.parseKey(createClientKey('c'.repeat(length)).privateFile)).not.toBeInstanceOf(Error);
    }
  });

  it('makes a different key each time', () => {
    expect(createClientKey('a').publicLine).not.toBe(createClientKey('a').publicLine);
  });
});
