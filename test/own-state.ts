// What muster keeps between its runs (its history, what was trusted) is kept in a folder of the test's own.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const prefix = join(tmpdir(), 'muster-state-');

// Files that share a process share the folder.
if (process.env['XDG_STATE_HOME']?.startsWith(prefix) !== true) {
  const state = mkdtempSync(prefix);
  process.env['XDG_STATE_HOME'] = state;
  process.once('exit', () => {
    rmSync(state, { recursive: true, force: true });
  });
}
