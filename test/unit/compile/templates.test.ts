// Templates: values as they are, undefined names as errors with their place.
import { describe, expect, it } from 'vitest';
import { renderTemplate } from '../../../src/compile/templates.ts';

const names = new Map([
  ['zone', 'example.net'],
  ['quote', `"a" & 'b' <c>`],
]);

describe('renderTemplate', () => {
  it('inserts values unchanged, because a configuration is no HTML', () => {
    expect(renderTemplate('t', 'zone "<%= it.zone %>"; # <%= it.quote %>\n', names)).toBe(
      `zone "example.net"; # "a" & 'b' <c>\n`,
    );
  });

  it('keeps every newline of the template', () => {
    expect(renderTemplate('t', 'a\n<%= it.zone %>\n\nb\n', names)).toBe('a\nexample.net\n\nb\n');
  });

  it('names the place of a name that no var defines', () => {
    expect(() => renderTemplate('templates/x', 'a\nbc <%= it.zonee %>', names)).toThrow(
      expect.objectContaining({
        code: 'TEMPLATE_UNDEFINED',
        location: { file: 'templates/x', line: 2, column: 8 },
      }),
    );
  });

  it('reports a template that does not parse as an error of the template', () => {
    expect(() => renderTemplate('t', '<% if (it.zone { %>', names)).toThrow(
      expect.objectContaining({ code: 'TEMPLATE' }),
    );
  });
});
