// The pages of reports without what they show, as the build makes them. dist/cli and dist/bundle, which this may be in, are
// equally deep.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const folder = join(import.meta.dirname, '..', 'report', 'html');

/** The page of a run. Throws the system's error where it was not built. */
export function readPageTemplate(): string {
  return readFileSync(join(folder, 'report-page.html'), 'utf8');
}

/** The page of the list of runs. Throws as `readPageTemplate`. */
export function readRunsTemplate(): string {
  return readFileSync(join(folder, 'runs-page.html'), 'utf8');
}
