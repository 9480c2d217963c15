// Masking: by value, in every form, over every split.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { maskText, secretForms, StreamMask } from '../../../src/run/mask.ts';

const secret = 'c0rrect horse/battery+staple';

describe('secretForms', () => {
  it.each([
    ['plain', secret],
    ['base64', Buffer.from(secret).toString('base64')],
    ['base64 at offset 1', Buffer.from(`x${secret}`).toString('base64')],
    ['base64 at offset 2', Buffer.from(`xy${secret}tail`).toString('base64')],
    ['percent-encoded', encodeURIComponent(secret)],
  ])('hide the secret in %s form', (_, text) => {
    const masked = maskText(`before ${text} after`, secretForms([secret]));
    expect(masked).toContain('[secret]');
    for (const part of ['horse', 'battery', Buffer.from('horse/batt').toString('base64').slice(0, 8)]) {
      expect(masked).not.toContain(part);
    }
  });

  it('leave values of three characters alone, which would mask half of all text', () => {
    expect(secretForms(['abc'])).toEqual([]);
  });

  it('know each line of a secret with several lines', () => {
    expect(maskText('x line two x', secretForms(['line one\nline two']))).toBe('x [secret] x');
  });
});

describe('StreamMask', () => {
  it('sees a secret through any split, and loses nothing else', () => {
    const text = `a ${secret} b ${secret}${secret} c0rrect ho`;
    const whole = maskText(text, secretForms([secret]));
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1 }), (sizes) => {
        const mask = new StreamMask(secretForms([secret]));
        let out = '';
        let at = 0;
        for (let index = 0; at < text.length; index++) {
          const size = sizes[index % sizes.length] ?? 1;
          out += mask.push(text.slice(at, at + size));
          at += size;
        }
        expect(out + mask.flush()).toBe(whole);
      }),
    );
  });

  it('passes everything at once when there are no secrets', () => {
    expect(new StreamMask([]).push('live output')).toBe('live output');
  });
});
