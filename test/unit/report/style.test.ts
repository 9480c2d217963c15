import { describe, expect, it } from 'vitest';
import { styleFor } from '../../../src/report/index.ts';
import { paint, plainStyle, symbol } from '../../../src/report/style.ts';

const terminal = { isTTY: true, columns: 72 };

describe('styleFor', () => {
  it.each([
    ['a terminal', {}, terminal, true],
    ['a pipe', {}, {}, false],
    ['NO_COLOR', { NO_COLOR: '1' }, terminal, false],
    ['an empty NO_COLOR', { NO_COLOR: '' }, terminal, true],
    ['FORCE_COLOR on a pipe', { FORCE_COLOR: '1' }, {}, true],
    ['an empty FORCE_COLOR on a pipe', { FORCE_COLOR: '' }, {}, true],
    ['FORCE_COLOR=0', { FORCE_COLOR: '0' }, terminal, false],
    ['FORCE_COLOR over NO_COLOR', { FORCE_COLOR: '1', NO_COLOR: '1' }, terminal, true],
    ['a dumb terminal', { TERM: 'dumb' }, terminal, false],
  ])('decides on colour for %s', (_what, env, target, color) => {
    expect(styleFor(env, target).color).toBe(color);
  });

  it.each([
    [{ LANG: 'en_GB.UTF-8' }, true],
    [{ LANG: 'de_DE.utf8' }, true],
    [{ LC_ALL: 'C', LANG: 'en_GB.UTF-8' }, false],
    [{ LC_ALL: '', LC_CTYPE: 'C.UTF-8' }, true],
    [{}, false],
  ])('decides on symbols for %j', (env, unicode) => {
    expect(styleFor(env, terminal).unicode).toBe(unicode);
  });

  it('uses the width of the terminal, or 100', () => {
    expect(styleFor({}, terminal).columns).toBe(72);
    expect(styleFor({}, {}).columns).toBe(100);
    expect(styleFor({}, { isTTY: true, columns: 0 }).columns).toBe(100);
  });
});

describe('paint and symbol', () => {
  it('use colour only if the style has colour', () => {
    expect(paint(plainStyle, 'red', 'x')).toBe('x');
    expect(paint({ ...plainStyle, color: true }, 'red', 'x')).toBe('\u001b[31mx\u001b[0m');
  });

  it('fall back to ASCII', () => {
    expect(symbol(plainStyle, 'good')).toBe('✔');
    expect(symbol({ ...plainStyle, unicode: false }, 'good')).toBe('v');
    expect(symbol({ ...plainStyle, unicode: false }, 'bad')).toBe('x');
  });
});
