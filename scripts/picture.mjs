// `npm run picture`: docs/session.svg, the picture of the README, from what the scenes of the demo print now. A picture that
// says the same stays as it is. Needs the build.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { draw, saidIn } from './demo/draw.mjs';
import { record } from './demo/record.mjs';

const file = join(import.meta.dirname, '../docs/session.svg');

/** @param {string} line */
function say(line) {
  process.stderr.write(`${line}\n`);
}

const picture = draw(await record(say));
const isSame =
  existsSync(file) && saidIn(readFileSync(file, 'utf8')).join('\n') === saidIn(picture).join('\n');
if (!isSame) writeFileSync(file, picture);
say(isSame ? 'docs/session.svg says the same already' : 'docs/session.svg written');
