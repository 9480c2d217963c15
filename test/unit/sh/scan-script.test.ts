import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { scanScript } from '../../../src/sh/scan-script.ts';

const pieces = [
  ...[
    "'",
    '"',
    '`',
    '$',
    '$(',
    '${',
    '$((',
    ')',
    '))',
    '}',
    '{',
    '(',
    '((',
    '[[',
    ']]',
    '<',
    '<<X',
    '<<-X',
    '<(',
    '>',
    '10>',
  ],
  ...[
    '&',
    '&&',
    '|',
    ';',
    ';;',
    ';&',
    '#',
    '\\',
    '\n',
    '\nX\n',
    '\r\n',
    ' ',
    '\t',
    '=',
    'x=',
    'x=(',
    'x[1]=',
    '!',
    '*',
  ],
  ...[
    'if',
    'then',
    'fi',
    'for',
    'in',
    'do',
    'done',
    'case',
    'esac',
    'function',
    'select',
    'f()',
    'name',
    'é',
    '\u{1f600}',
  ],
];

/** The commands as their words, expansions shown as `$`. */
function commandsOf(text: string): string[] {
  return scanScript(text).commands.map(({ words, inside }) =>
    [inside ?? '-', ...words.map(({ value, bare }) => value ?? bare)].join(' '),
  );
}

describe('the scanner', () => {
  it('ends for any text, and names no place outside of it', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...pieces), { maxLength: 30 }), (parts) => {
        const text = parts.join('');
        const { commands, functions, uses, assignments, oddities } = scanScript(text);
        for (const { start } of [...commands, ...functions, ...uses, ...assignments, ...oddities]) {
          expect(start).toBeGreaterThanOrEqual(0);
          expect(start).toBeLessThanOrEqual(text.length);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it.each([
    [
      'a pipe, a list and a background job',
      'a | b && c || d; e & f',
      ['- a', '- b', '- c', '- d', '- e', '- f'],
    ],
    ['a function, and what follows it', 'f() { a; }\nb', ['f a', '- b']],
    ['a function in a function', 'f() { g() { a; }; b; }', ['g a', 'f b']],
    ['a function whose body is a subshell', 'f() ( a )\nb', ['f a', '- b']],
    [
      'conditions and loops',
      'if a; then b; else c; fi; while d; do e; done',
      ['- a', '- b', '- c', '- d', '- e'],
    ],
    ['a loop over all arguments', 'for x do a; done', ['- a']],
    [
      'a case with braces and a group in it',
      'f() { case $x in a | b) { c; } ;; (d) e ;; esac; }; g',
      ['f c', 'f e', '- g'],
    ],
    ['a case in a substitution', 'a "$(case x in x) b ;; esac)" c', ['- b', '- a Q c']],
    ['substitutions in each other', 'a $(b $(c) `d`)', ['- c', '- d', '- b $ $', '- a $']],
    ['a joined line', 'a \\\n b', ['- a b']],
    ['words of keywords that are none', 'a if then "if" fi', ['- a if then if fi']],
    ['quotes inside a word', `a b'c d'"e f"g`, ['- a bc de fg']],
    ['two here-documents on a line', 'a <<X <<Y; b\n$(c)\nX\nd\nY\ne', ['- a', '- b', '- c', '- e']],
    ['a here-document with tabs', 'f() {\n\ta <<-X\n\tb }\n\tX\n}\nc', ['f a', '- c']],
    ['negation', '! a; if ! b; then :; fi', ['- a', '- b', '- :']],
  ])('knows the commands of %s', (_, text, commands) => {
    expect(commandsOf(text)).toEqual(commands);
  });

  const runtime = join(import.meta.dirname, '../../../src/host');

  it.each(readdirSync(runtime).filter((name) => name.endsWith('.sh')))(
    'finds in %s every function that begins a line, and nothing strange',
    (name) => {
      const text = readFileSync(join(runtime, name), 'utf8');
      const { functions, oddities } = scanScript(text);
      const written = [...text.matchAll(/^([a-z_]\w*)\(\) \{$/gm)].map(([, found]) => found);
      expect(functions.map((each) => each.name)).toEqual(expect.arrayContaining(written));
      expect(oddities).toEqual([]);
    },
  );
});
