// What muster keeps between its runs (its history, what was trusted) is kept in a folder of the test's own. Its name is not like those
// of a run: tests look for these in environments.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const prefix = join(tmpdir(), 'state-of-tests-');

// Files that share a process share the folder.
if (process.env['XDG_STATE_HOME']?.startsWith(prefix) !== true) {
  const state = mkdtempSync(prefix);
  process.env['XDG_STATE_HOME'] = state;
  process.once('exit', () => {
    rmSync(state, { recursive: true, force: true });
  });
}
