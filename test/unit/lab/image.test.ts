// What ensureImage asks of the engine, recorded by a stand-in for the docker command.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { digestContext } from '../../../src/lab/context-digest.ts';
import { ensureImage } from '../../../src/lab/image.ts';
import { fakeDocker } from './fake-docker.ts';
import { temporaryDirectory } from './temporary-directory.ts';

const name = 'muster/test';
const baseThere = "*'{{.Id}} debian:bookworm-slim') echo sha256:base ;;";
const otherwise = "*) echo 'Error: something is wrong' >&2; exit 1 ;;";

afterEach(() => {
  vi.unstubAllEnvs();
});

async function context(): Promise<string> {
  const directory = await temporaryDirectory();
  await writeFile(join(directory, 'Dockerfile'), 'FROM debian:bookworm-slim\n');
  return directory;
}

/** The tag that an image of these files must have. */
async function tagOf(directory: string): Promise<string> {
  return `${name}:${(await digestContext(directory, 'sha256:base')).slice(0, 12)}`;
}

function quiet(): void {
  // Progress is not what these tests are about.
}

describe('ensureImage', () => {
  it('builds nothing if there is an image of the same files', async () => {
    const directory = await context();
    const tag = await tagOf(directory);
    const docker = await fakeDocker(
      `case "$*" in ${baseThere} *'{{.Id}} ${tag}') echo sha256:image ;; ${otherwise} esac`,
    );
    expect(await ensureImage(quiet, { context: directory, name })).toBe(tag);
    expect(await docker.calls()).toHaveLength(2);
  });

  it('builds and labels the image if there is none of these files', async () => {
    const directory = await context();
    const tag = await tagOf(directory);
    const digest = await digestContext(directory, 'sha256:base');
    const docker = await fakeDocker(
      `case "$*" in ${baseThere} 'image inspect'*) exit 1 ;; 'build '*|*prune*) echo a line ;; ${otherwise} esac`,
    );
    const lines: string[] = [];
    expect(await ensureImage((line) => lines.push(line), { context: directory, name })).toBe(tag);
    expect(lines).toEqual([`building ${tag}, because no image has these files yet`, 'a line']);
    expect(await docker.calls()).toContain(
      `build --force-rm --network host --label muster.image.digest=${digest} --tag ${tag} ${directory}`,
    );
  });

  it('throws with the last line of a build that fails', async () => {
    await fakeDocker(`case "$*" in ${baseThere} ${otherwise} esac`);
    const directory = await context();
    await expect(ensureImage(quiet, { context: directory, name })).rejects.toMatchObject({
      code: 'LAB_IMAGE',
      message: `docker build of ${await tagOf(directory)} failed: Error: something is wrong`,
    });
  });

  it('pulls the base if it is missing', async () => {
    const directory = await context();
    const pulled = join(directory, 'pulled');
    const docker = await fakeDocker(
      `case "$*" in 'pull '*) : >'${pulled}' ;; *debian:bookworm-slim) [ -e '${pulled}' ] && echo sha256:base ;;
       'build '*|*prune*) ;; ${otherwise} esac`,
    );
    await ensureImage(quiet, { context: directory, name });
    expect(await docker.calls()).toContain('pull --quiet debian:bookworm-slim');
  });

  it('says what to do if the base can neither be pulled nor made', async () => {
    await fakeDocker(`case "$*" in 'pull '*) echo 'no route to registry' >&2; exit 1 ;; ${otherwise} esac`);
    await expect(ensureImage(quiet, { context: await context(), name })).rejects.toMatchObject({
      code: 'LAB_IMAGE',
      message: 'no image debian:bookworm-slim, and it cannot be pulled: no route to registry',
      hint: expect.stringMatching(/docker load.*debootstrap.*base-image\.sh/),
    });
  });
});
