// Which backend is taken, where the package that containers stand on is installed and where it is not.
import { afterEach, describe, expect, it, vi } from 'vitest';
import { chooseBackend } from '../../../src/lab/backend.ts';
import { containerStarter } from '../../../src/lab/container-starter.ts';
import { fakeDocker } from './fake-docker.ts';
import { temporaryDirectory } from './temporary-directory.ts';

afterEach(() => {
  vi.unstubAllEnvs();
});

/** What Node says when a production install lacks the package. */
function absent(name: string): () => Promise<never> {
  const problem = new Error(`Cannot find package '${name}' imported from /x/dist/lab/lab-container.js`);
  return () => Promise.reject(Object.assign(problem, { code: 'ERR_MODULE_NOT_FOUND' }));
}
const without = (): Promise<unknown> => containerStarter(absent('testcontainers'));

describe('containerStarter', () => {
  it('loads what starts containers if testcontainers is installed', async () => {
    expect(await containerStarter()).toHaveProperty('startContainer');
  });

  it('says what to install if it is not', async () => {
    await expect(without()).rejects.toMatchObject({
      code: 'LAB_TESTCONTAINERS',
      hint: expect.stringContaining('npm install testcontainers@11') as string,
    });
  });

  it('hides no other missing package', async () => {
    await expect(containerStarter(absent('dockerode'))).rejects.toThrow("'dockerode'");
  });
});

describe('chooseBackend', () => {
  it('chooses containers if an engine answers', async () => {
    await fakeDocker('echo 20.10.24');
    expect(await chooseBackend()).toEqual({ backend: 'docker', reason: 'a container engine answers' });
  });

  it('refuses requested containers that cannot be started, with what to install', async () => {
    await fakeDocker('echo 20.10.24');
    await expect(chooseBackend('docker', without)).rejects.toMatchObject({ code: 'LAB_TESTCONTAINERS' });
  });

  it('refuses requested containers if no engine answers', async () => {
    vi.stubEnv('PATH', await temporaryDirectory());
    await expect(chooseBackend('docker')).rejects.toMatchObject({
      code: 'LAB_ENGINE',
      message: 'no container engine: no docker command on PATH',
    });
  });

  it('does not choose containers that cannot be started, and says why', async () => {
    await fakeDocker('echo 20.10.24');
    const said = await chooseBackend(undefined, without).then(
      ({ backend, reason }) => `${backend}: ${reason}`,
      (error: unknown) => String(error),
    );
    // If there are no namespaces either, both reasons are reported.
    expect(said).toMatch(/^(embedded: no containers|.*no private namespaces: .*; nor containers)/);
    expect(said).toContain('the package testcontainers is not installed');
  });

  it('asks no engine if namespaces are requested', async () => {
    const docker = await fakeDocker('echo 20.10.24');
    await chooseBackend('embedded', without).catch(() => undefined);
    expect(await docker.calls()).toEqual([]);
  });
});
