// Datagrams on a stream, however the stream is cut into pieces.
import { PassThrough } from 'node:stream';
import type { Socket } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { frame, unframe } from '../../../src/lab/embedded/relay.ts';

describe('framed datagrams', () => {
  it('come out as they went in, whatever the pieces', async () => {
    const datagrams = fc.array(fc.uint8Array({ maxLength: 600 }), { maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(datagrams, fc.integer({ min: 1, max: 700 }), async (sent, size) => {
        const bytes = Buffer.concat(sent.map((datagram) => frame(Buffer.from(datagram))));
        const stream = new PassThrough();
        const got: string[] = [];
        unframe(stream as unknown as Socket, (datagram) => got.push(datagram.toString('hex')));
        for (let from = 0; from < bytes.length; from += size) stream.write(bytes.subarray(from, from + size));
        stream.end();
        await new Promise((resolve) => stream.on('close', resolve));
        expect(got).toEqual(sent.map((datagram) => Buffer.from(datagram).toString('hex')));
      }),
    );
  });
});
