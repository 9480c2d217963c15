// Frames: counted payloads, any split, noise apart, nothing forged.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Frame } from '../../../src/protocol/index.ts';
import { FrameParser } from '../../../src/protocol/index.ts';

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

/** Joins the pieces of data frames per log, since payloads come in any number of pieces. */
function joined(frames: readonly Frame[]): string[] {
  const texts: string[] = [];
  let open = '';
  let last = '';
  for (const frame of frames) {
    if (frame.type === 'data') {
      if (last !== frame.log) open = '';
      open += Buffer.from(frame.bytes).toString('latin1');
      if (last === frame.log && texts.length > 0) texts.pop();
      texts.push(`${frame.log}:${open}`);
      last = frame.log;
      continue;
    }
    last = '';
    texts.push(JSON.stringify(frame));
  }
  return texts;
}

describe('FrameParser', () => {
  it('tells ready, data, beat and done', () => {
    const frames = new FrameParser('N').push(
      encode('@N ready /tmp/muster.x\n@N 000.ev 0 5\nhello\n@N beat\n@N 001.out 7 2\nab\n@N done\n'),
    );
    expect(frames.map(({ type }) => type)).toEqual(['ready', 'data', 'beat', 'data', 'done']);
    expect(frames[3]).toMatchObject({ log: '001.out', offset: 7 });
  });

  it('keeps what a login shell prints apart, also without a newline before the first frame', () => {
    const frames = new FrameParser('N').push(encode('Welcome\nprompt> @N ready /d\n'));
    expect(frames).toEqual([
      { type: 'noise', text: 'Welcome' },
      { type: 'ready', directory: '/d' },
    ]);
  });

  it('never takes a frame out of a payload, whatever it holds', () => {
    const payload = '@N done\n@N died\n';
    const frames = new FrameParser('N').push(encode(`@N 001.out 0 ${payload.length}\n${payload}\n@N beat\n`));
    expect(frames.map(({ type }) => type)).toEqual(['data', 'beat']);
  });

  it('does not believe a marker with another nonce', () => {
    expect(new FrameParser('N').push(encode('@M done\n'))).toEqual([{ type: 'noise', text: '@M done' }]);
  });

  it('gives the same whatever the split of the bytes', () => {
    const stream = encode(
      'x\n@N ready /d\n@N 000.ev 0 6\na\nb|c\n\n@N 002.err 0 0\n\n@N 000.ev 6 1\nz\n@N cut 001.out 99\n@N died\n',
    );
    const whole = joined(new FrameParser('N').push(stream));
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 80 }), (sizes) => {
        const parser = new FrameParser('N');
        const frames: Frame[] = [];
        let at = 0;
        for (let index = 0; at < stream.length; index++) {
          const size = sizes[index % sizes.length] ?? 1;
          frames.push(...parser.push(stream.slice(at, at + size)));
          at += size;
        }
        expect(joined(frames)).toEqual(whole);
      }),
    );
  });

  it('keeps a header line that never ends within bounds', () => {
    const parser = new FrameParser('N');
    for (let i = 0; i < 100; i++) parser.push(encode('y'.repeat(10_000)));
    const [noise] = parser.push(encode('\n'));
    expect(noise?.type === 'noise' && noise.text.length).toBe(4096);
  });
});
