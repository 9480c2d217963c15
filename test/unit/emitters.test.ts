// An 'error' that nobody hears ends the process, and with it the results of all hosts. What can say one is made in few
// places, so each of them is looked at: behind the making stands who hears it, for as long as the thing lives.
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const made =
  /(?:const |this\.#)(\w+) = (?:connect|createServer|createSocket|createInterface|spawn|new PassThrough|new ssh2\.Client)\(/g;

const files = readdirSync('src', { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .map((name) => `src/${name}`);

const makers = files.flatMap((file) =>
  [...readFileSync(file, 'utf8').matchAll(made)].map((match) => ({ file, name: match[1] ?? '' })),
);

describe('everything that emits errors', () => {
  it('is created in the places that this test reads', () => {
    expect(makers.length).toBeGreaterThan(15);
  });

  it.each(makers)('has a listener for life: $name in $file', ({ file, name }) => {
    expect(readFileSync(file, 'utf8')).toMatch(new RegExp(`\\b${name}\\.on\\('error'`));
  });
});
