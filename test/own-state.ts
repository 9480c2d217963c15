// What muster keeps between its runs (its history, what was trusted) is kept in a folder of each test file's own.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';

// Not the name of a run's directory on a host, which tests look for.
const state = mkdtempSync(join(tmpdir(), 'state-of-muster-'));
process.env['XDG_STATE_HOME'] = state;
afterAll(() => {
  rmSync(state, { recursive: true, force: true });
});

// What is tested must not be as the operator of this machine has its ssh. Tests of that name files of their own.
process.env['MUSTER_SSH_CONFIG'] ??= 'false';
