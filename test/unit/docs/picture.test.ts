// How a terminal session becomes an SVG.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { draw } from '../../../scripts/demo/draw.mjs';

const root = join(import.meta.dirname, '../../..');
const textsOf = (picture: string): string[] =>
  [...picture.matchAll(/<text [^>]*>(.*)<\/text>/g)].map(([, line = '']) => line.replace(/<[^>]*>/g, '|'));

describe('a drawn session', () => {
  it('has a line for each line, with the colours of its words', () => {
    const picture = draw([
      {
        title: 'Look',
        command: 'muster plan x',
        printed: ['\u001b[32m✔\u001b[0m ns1   <ok>', '', '  \u001b[1mbold\u001b[0m'],
      },
    ]);
    expect(textsOf(picture)).toEqual(['|# Look|', '|$ muster plan x|', '|✔||ns1   &lt;ok&gt;|', '|bold|']);
    expect(picture).toContain('<tspan class="green" x="16.0"');
    expect(picture).toContain('<tspan class="bold" x="31.6"');
    expect(/viewBox="0 0 812 (\d+)"/.exec(picture)?.[1]).toBe(String(5 * 18 + 32));
  });

  it('folds what is wider than the terminal, and refuses what it cannot draw', () => {
    const wide = draw([{ title: 'Wide', command: 'x'.repeat(150), printed: [] }]);
    expect(textsOf(wide).map((line) => line.length)).toEqual([8, 102, 54]);
    const drawing = (line: string) => () => draw([{ title: '', command: '', printed: [line] }]);
    expect(drawing('\u001b[2Jgone')).toThrow('cannot draw');
    expect(drawing('\u001b[45mpink')).toThrow('cannot draw the colour 45');
  });

  it('needs no other file, and is dark for readers with a dark theme', () => {
    const picture = readFileSync(join(root, 'docs/session.svg'), 'utf8');
    expect(picture).toContain('@media (prefers-color-scheme: dark)');
    expect(picture.replace('http://www.w3.org/2000/svg', '')).not.toMatch(
      /https?:|url\(|@import|<script|<image|href/,
    );
    expect(readFileSync(join(root, 'README.md'), 'utf8')).toContain('(docs/session.svg)');
  });
});
