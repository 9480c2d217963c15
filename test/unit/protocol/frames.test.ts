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
  it('returns ready, data, beat and done', () => {
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

  it('never reads a frame out of a payload, whatever it holds', () => {
    const payload = '@N done\n@N died\n';
    const frames = new FrameParser('N').push(encode(`@N 001.out 0 ${payload.length}\n${payload}\n@N beat\n`));
    expect(frames.map(({ type }) => type)).toEqual(['data', 'beat']);
  });

  it('ignores a marker with another nonce', () => {
    expect(new FrameParser('N').push(encode('@M done\n'))).toEqual([{ type: 'noise', text: '@M done' }]);
  });

  it('gives the same for any split of the bytes', () => {
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

  it('keeps the last 4 KiB of a noisy line that never ends', () => {
    const parser = new FrameParser('N');
    for (let i = 0; i < 100; i++) parser.push(encode('y'.repeat(9999) + 'z'));
    expect(parser.unfinished).toHaveLength(4096);
    expect(parser.push(encode('end\n'))).toEqual([
      { type: 'noise', text: `${'y'.repeat(4092)}zend`.slice(-4096) },
    ]);
    expect(parser.unfinished).toBe('');
  });

  it('returns an unfinished line, such as a prompt', () => {
    const parser = new FrameParser('N');
    parser.push(encode('Last login: Monday\nPassword:'));
    expect(parser.unfinished).toBe('Password:');
  });
});

describe('noise before the first frame', () => {
  const nonce = '0123456789abcdef0123456789abcdef';
  const spoken = encode(
    `@${nonce} ready /tmp/muster.x\n@${nonce} 000.ev 0 6\na\nb|c\n\n@${nonce} beat\n@${nonce} done\n`,
  );
  const meant = joined(new FrameParser(nonce).push(spoken));

  // Pieces that look like the beginning of a frame, long lines, line ends, and any bytes at all.
  const piece = fc.oneof(
    fc.uint8Array({ maxLength: 300 }),
    fc.integer({ min: 0, max: nonce.length }).map((length) => encode(`@${nonce.slice(0, length)}`)),
    fc.integer({ min: 1, max: 20_000 }).map((length) => encode('x'.repeat(length))),
    fc.constantFrom('\n', '\r\n', '@', `@${nonce}\n`, `@${nonce.toUpperCase()} done\n`).map(encode),
  );

  it('is ignored in any amount, with and without line ends, in any split', () => {
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 12 }),
        fc.array(fc.integer({ min: 1, max: 5000 }), { minLength: 1, maxLength: 20 }),
        (noise, sizes) => {
          const stream = Buffer.concat([...noise, spoken]);
          const parser = new FrameParser(nonce);
          const frames: Frame[] = [];
          for (let at = 0, turn = 0; at < stream.length; turn++) {
            const size = sizes[turn % sizes.length] ?? 1;
            frames.push(...parser.push(stream.subarray(at, at + size)));
            at += size;
          }
          expect(joined(frames.filter(({ type }) => type !== 'noise'))).toEqual(meant);
        },
      ),
    );
  });

  it('may contain text that begins like a frame', () => {
    const frames = new FrameParser('N').push(encode(`+ @N is mine ${'.'.repeat(9000)}@N ready /d\n`));
    expect(frames).toEqual([{ type: 'ready', directory: '/d' }]);
    const line = new FrameParser('N').push(encode('@N who?\n@N 000.ev -1 4\n@N ready /d\n'));
    expect(line.map(({ type }) => type)).toEqual(['noise', 'noise', 'ready']);
  });
});

describe('after the first frame', () => {
  const after = (text: string): readonly Frame[] =>
    new FrameParser('N').push(encode(`@N ready /d\n${text}`)).slice(1);

  it('a stray line, or half a line, between frames is noise and no frame is lost', () => {
    expect(after('Shutdown at 10:00\n@N beat\nand soon@N beat\n').map(({ type }) => type)).toEqual([
      'noise',
      'beat',
      'beat',
    ]);
  });

  it.each([
    ['a negative length', '000.ev 0 -1'],
    ['a negative offset', '000.ev -7 1'],
    ['a length that is no number', '000.ev 0 0x10'],
    ['no length', '000.ev 0'],
    ['a length beyond a GiB', `000.ev 0 ${String(2 ** 30 + 1)}`],
    ['a length beyond what can be counted', `000.ev 0 ${'9'.repeat(40)}`],
    ['a log of no known shape', '../passwd 0 1'],
    ['a name of no frame', 'hello'],
    ['words behind a frame that has none', 'done now'],
    ['a cut without a size', 'cut 001.out'],
    ['a second directory that is none', 'ready here'],
    ['a header beyond 4 KiB', `ready /${'d'.repeat(5000)}`],
  ])('%s breaks the protocol, and nothing after it is read', (_what, header) => {
    expect(after(`@N ${header}\n@N done\n`).map(({ type }) => type)).toEqual(['broken']);
  });

  it('bytes that a stranger wrote into a payload break the protocol', () => {
    const frames = after('@N 000.ev 0 4\nstraabcd\n@N done\n');
    expect(frames.map(({ type }) => type)).toEqual(['data', 'broken']);
    expect(frames[1]).toMatchObject({ reason: 'more than the announced bytes of 000.ev came in one frame' });
  });
});
