// What a keeper has in its lab's directory, and whose the directory is while it runs.
import { rm, rmdir, stat } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { MusterError } from '../../model/index.ts';
import { relaySocketName } from './relay.ts';
import { labSocketName } from './wire.ts';

/** Directory in the lab's own on which the hosts' disks are mounted, inside the namespaces only. */
export const runName = 'hosts';

const holdAttempts = 20;
const holdPauseMs = 100;

/**
 * Makes this process the only keeper in the directory, for as long as it lives. Throws MusterError (LAB_UP) when there is
 * another one; one that is about to end is waited for.
 *
 * The kernel takes an abstract socket away with its process, so nothing stale can be in the way (unix(7)).
 */
export async function holdDirectory(directory: string): Promise<void> {
  const { dev, ino } = await stat(directory);
  for (let attempt = 1; ; attempt += 1) {
    if (await listensAbstract(`\0muster-lab-${dev}-${ino}`)) return;
    if (attempt === holdAttempts) {
      throw new MusterError('LAB_UP', `another lab runs in ${directory}, or one is being started there`, {
        hint: '`muster lab down --all` removes it; `--directory` puts another one elsewhere',
      });
    }
    await sleep(holdPauseMs);
  }
}

function listensAbstract(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer((socket) => socket.destroy());
    server.on('error', () => {
      resolve(false);
    });
    server.listen({ path }, () => {
      server.unref();
      resolve(true);
    });
  });
}

/** Removes what a keeper leaves behind. Only for who holds the directory, or knows that no lab runs there. */
export async function removeKeeperFiles(directory: string): Promise<void> {
  await Promise.all(
    [labSocketName, relaySocketName].map((name) => rm(join(directory, name), { force: true })),
  );
  // Never more than the empty directory: what is mounted on it is not to be seen from outside.
  await rmdir(join(directory, runName)).catch((error: unknown) => {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
  });
}
