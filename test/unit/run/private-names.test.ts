// A run's own names on a host: no text has them, whatever shell spoke and however the text was cut into pieces.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PrivateNames, StreamNames } from '../../../src/run/private-names.ts';

const directory = '/tmp/muster.mhlgAD';
const names = PrivateNames.of(directory);
if (names === undefined) throw new Error('no names');

describe('PrivateNames', () => {
  it.each([
    ['dash', `${directory}/runtime/driver.sh: 10: printf: I/O error`, 'sh: 10: printf: I/O error'],
    ['mksh', `${directory}/runtime/driver.sh[10]: x: not found`, 'sh[10]: x: not found'],
    ['busybox', `${directory}/runtime/driver.sh: line 10: x: not found`, 'sh: line 10: x: not found'],
    ['NetBSD 11', `${directory}/runtime/driver.sh: nosuch: not found`, 'sh: nosuch: not found'],
    ['a sourced step', `sh: 3: ${directory}/playbook/steps/one.sh: x`, 'sh: 3: steps/one.sh: x'],
    ['a resource', `${directory}/runtime/resources/file.sh: 3: x`, 'resources/file.sh: 3: x'],
    ['$0 of an exec by its whole name', `${directory}/exec/sh`, 'sh'],
    ['the directory alone', `${directory}\n`, '(run directory)\n'],
    ['a file in it', `cp: ${directory}/staged.3: No space`, 'cp: (run directory)/staged.3: No space'],
    ['its name alone, as ls says it', 'a\nmuster.mhlgAD\nb', 'a\n(run directory)\nb'],
    ['two of them', `${directory} ${directory}/x`, '(run directory) (run directory)/x'],
    ['the directory of another run', '/tmp/muster.AAAAAA/x', '/tmp/muster.AAAAAA/x'],
  ])('hides names in the messages of %s', (_, said, shown) => {
    expect(names.hide(said)).toBe(shown);
  });

  it.each([
    '/',
    '/etc',
    '',
    'muster.abcdef',
    '/tmp/m',
    '/tmp/muster.a',
    '/tmp/muster.abc def',
    '/a\n/muster.abcdef',
  ])('replaces nothing for a host that calls its directory %j', (path) => {
    expect(PrivateNames.of(path)).toBeUndefined();
  });

  it('removes them from every text of a value', () => {
    expect(names.hideIn({ kind: 'check', holds: false, message: `${directory}/a`, n: 1 })).toEqual({
      kind: 'check',
      holds: false,
      message: '(run directory)/a',
      n: 1,
    });
  });
});

const words = fc.constantFrom(
  directory,
  `${directory}/runtime/driver.sh`,
  `${directory}/run`,
  `${directory}/exec/sh`,
  '/tmp/',
  '/tmp/muster',
  'muster.',
  'mhlgAD',
  '\n',
  ' a ',
  '/runtime/',
);

describe('StreamNames', () => {
  it('shows of any text in any pieces what it would show of the whole', () => {
    fc.assert(
      fc.property(
        fc.array(words, { maxLength: 12 }),
        fc.array(fc.nat(200), { maxLength: 8 }),
        (parts, cuts) => {
          const text = parts.join('');
          const at = [
            0,
            ...cuts.map((cut) => cut % (text.length + 1)).toSorted((a, b) => a - b),
            text.length,
          ];
          const stream = new StreamNames();
          const shown = at.slice(1).map((end, index) => stream.push(text.slice(at[index], end), names));
          expect(shown.join('') + stream.flush(names)).toBe(names.hide(text));
        },
      ),
    );
  });

  it('holds back no text that cannot be the beginning of a name', () => {
    expect(new StreamNames().push('working', names)).toBe('working');
    expect(new StreamNames().push('a /tm', names)).toBe('a ');
    expect(new StreamNames().push('/tmp/muster.mhlgAD', undefined)).toBe('/tmp/muster.mhlgAD');
  });
});
