// What a peer's first message offers, however its bytes are cut; and nothing of a peer that sends anything else.
import { PassThrough } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PeerOffer } from '../../../src/transport/ssh/peer-offer.ts';

const hostKeys =
  'rsa-sha2-512,rsa-sha2-512-cert-v01@openssh.com,ssh-ed25519-cert-v01@openssh.com,ssh-ed25519';

function textOf(text: string): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(text.length);
  return Buffer.concat([length, Buffer.from(text)]);
}

function packet(type: number, ...parts: readonly Buffer[]): Buffer {
  const padding = Buffer.alloc(5);
  const payload = Buffer.concat([Buffer.of(padding.length, type), ...parts, padding]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(payload.length);
  return Buffer.concat([length, payload]);
}

const kexInit = packet(
  20,
  Buffer.alloc(16),
  textOf('curve25519-sha256'),
  textOf(hostKeys),
  textOf('aes128-ctr'),
);

async function certifiedIn(...chunks: readonly Buffer[]): Promise<readonly string[]> {
  const socket = new PassThrough();
  const offer = new PeerOffer(socket);
  for (const chunk of chunks) socket.write(chunk);
  await new Promise((resolve) => setImmediate(resolve));
  return offer.certified;
}

describe('the offer of a peer', () => {
  it('names what it has certificates for, wherever its bytes are cut, and whatever stands before the banner', async () => {
    const bytes = Buffer.concat([
      Buffer.from('Welcome\r\nSSH-1 is no banner of ours\r\nSSH-2.0-OpenSSH_9.2\r\n'.replace('SSH-1', 'ssh')),
      kexInit,
      Buffer.from('and more'),
    ]);
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.integer({ min: 0, max: bytes.length }), { maxLength: 6 }),
        async (cuts) => {
          const at = [0, ...cuts.toSorted((a, b) => a - b), bytes.length];
          const chunks = at.slice(1).map((end, index) => bytes.subarray(at[index], end));
          expect(await certifiedIn(...chunks)).toEqual(['rsa-sha2-512', 'ssh-ed25519']);
        },
      ),
      { numRuns: 200 },
    );
  });

  const banner = Buffer.from('SSH-2.0-x\n');

  it.each([
    ['is not there yet', [banner, kexInit.subarray(0, -1)]],
    ['is another message', [banner, packet(21, Buffer.alloc(16), textOf('a'), textOf(hostKeys))]],
    ['ends in a list', [banner, packet(20, Buffer.alloc(16), textOf('a'), Buffer.of(0, 0, 9, 9, 1))]],
    ['is longer than ssh allows', [banner, Buffer.of(0xff, 0xff, 0xff, 0xff), kexInit]],
    ['comes without a banner', [Buffer.alloc(70_000, 'x'), kexInit]],
    ['is empty', [banner, packet(20)]],
  ])('that %s names nothing', async (_what, chunks) => {
    expect(await certifiedIn(...chunks)).toEqual([]);
  });
});
