// docs/session.svg, the picture of the README: the scenes of the demo print now what it shows. `npm run picture` draws it.
// @module-tag long
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { draw, saidIn } from '../../scripts/demo/draw.mjs';
import { record } from '../../scripts/demo/record.mjs';
import { describeWithEngine } from './engine.ts';

const file = join(import.meta.dirname, '../../docs/session.svg');

describeWithEngine('docs/session.svg', () => {
  it('shows what the commands of the demo print', async () => {
    const said: string[] = [];
    const picture = draw(await record((line) => said.push(line)));
    expect(saidIn(picture)).toEqual(saidIn(readFileSync(file, 'utf8')));
    expect(said.filter((line) => line.startsWith('$ muster'))).toHaveLength(5);
  });
});
