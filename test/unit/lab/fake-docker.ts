// A stand-in for the docker command: a sh script, alone on PATH, that answers by argument and lists its calls.
import { chmod, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { vi } from 'vitest';
import { temporaryDirectory } from './temporary-directory.ts';

/** What the stand-in was asked. */
export interface FakeDocker {
  /** Each call's arguments, joined by spaces. */
  calls(): Promise<readonly string[]>;
}

/** Makes `docker` run `body` (sh builtins only; the arguments are in "$*"). Needs `vi.unstubAllEnvs` after the test. */
export async function fakeDocker(body: string): Promise<FakeDocker> {
  const directory = await temporaryDirectory();
  const log = join(directory, 'calls');
  const script = join(directory, 'docker');
  await writeFile(log, '');
  await writeFile(script, `#!/bin/sh\nprintf '%s\\n' "$*" >>'${log}'\n${body}\n`);
  await chmod(script, 0o755);
  vi.stubEnv('PATH', directory);
  return {
    async calls() {
      return (await readFile(log, 'utf8')).split('\n').filter((line) => line !== '');
    },
  };
}
