// What the engine's command says, as muster understands it.
import { afterEach, describe, expect, it, vi } from 'vitest';
import { docker, engineStatus, pauseContainer } from '../../../src/lab/docker.ts';
import { inspectContainers } from '../../../src/lab/inspect.ts';
import { listLabContainers, removeLabs, removeOrphanedLabs } from '../../../src/lab/leftovers.ts';
import { thisOwner } from '../../../src/lab/labels.ts';
import { fakeDocker } from './fake-docker.ts';
import { temporaryDirectory } from './temporary-directory.ts';

afterEach(() => {
  vi.unstubAllEnvs();
});

describe('engineStatus', () => {
  it('is available when the engine gives its version', async () => {
    await fakeDocker('echo 20.10.24');
    expect(await engineStatus()).toEqual({ available: true });
  });

  it('has the last words of a client that reaches no engine', async () => {
    await fakeDocker('echo "Cannot connect to the Docker daemon" >&2; exit 1');
    expect(await engineStatus()).toEqual({
      available: false,
      reason: 'docker: Cannot connect to the Docker daemon',
    });
  });

  it('says so when there is no client', async () => {
    vi.stubEnv('PATH', await temporaryDirectory());
    expect(await engineStatus()).toEqual({ available: false, reason: 'no docker command on PATH' });
  });
});

describe('docker', () => {
  it('throws LAB_ENGINE with the last words when the command fails', async () => {
    await fakeDocker('echo first >&2; echo last >&2; exit 1');
    await expect(docker(['kill', 'c1'])).rejects.toMatchObject({
      code: 'LAB_ENGINE',
      message: 'docker kill: last',
    });
  });
});

describe('pauseContainer', () => {
  const busy =
    'Error response from daemon: Cannot pause container c1: OCI runtime pause failed: unable to freeze: unknown';
  const notFrozen = `echo '${busy}' >&2; exit 1`;

  it('tries again while processes that begin keep the engine from it', async () => {
    const directory = await temporaryDirectory();
    const fake = await fakeDocker(
      `[ ! -f '${directory}/two' ] || exit 0
      [ ! -f '${directory}/one' ] || : >'${directory}/two'
      : >'${directory}/one'
      ${notFrozen}`,
    );
    await pauseContainer('c1');
    expect(await fake.calls()).toEqual(['pause c1', 'pause c1', 'pause c1']);
  });

  it('fails at once for any other reason, and at last for this one', async () => {
    const never = await fakeDocker(notFrozen);
    await expect(pauseContainer('c1')).rejects.toMatchObject({
      code: 'LAB_ENGINE',
      message: expect.stringContaining('unable to freeze') as string,
    });
    expect(await never.calls()).toHaveLength(20);
    const other = await fakeDocker('echo "Container c1 is already paused" >&2; exit 1');
    await expect(pauseContainer('c1')).rejects.toMatchObject({ code: 'LAB_ENGINE' });
    expect(await other.calls()).toHaveLength(1);
  });
});

describe('inspectContainers', () => {
  const one =
    '[{"Id":"c1","State":{"Status":"running","Pid":7},"NetworkSettings":{"IPAddress":"192.0.2.1"}}]';

  it('leaves out removed containers', async () => {
    await fakeDocker(`echo '${one}'; echo 'Error: No such container: c2' >&2; exit 1`);
    expect([...(await inspectContainers(['c1', 'c2']))]).toEqual([
      ['c1', { state: 'running', pid: 7, ip: '192.0.2.1' }],
    ]);
  });

  it('does not treat a failing engine as removed containers', async () => {
    await fakeDocker("echo '[]'; echo 'Cannot connect to the Docker daemon' >&2; exit 1");
    await expect(inspectContainers(['c1'])).rejects.toMatchObject({ code: 'LAB_ENGINE' });
  });
});

describe('leftover labs', () => {
  const gone = thisOwner().replace(/\d+$/, '4194305');
  const listing = [
    `a\tns1\t${thisOwner()}\tc1\trunning`,
    `b\tns1\t${gone}\tc2\texited`,
    'c\tns1\t\tc3\trunning',
  ];
  const body = `case "$1" in ps) printf '%s\\n' '${listing.join("' '")}' ;; esac`;

  it('are listed with lab, host, owner and state', async () => {
    await fakeDocker(body);
    expect((await listLabContainers())[1]).toEqual({
      lab: 'b',
      host: 'ns1',
      owner: gone,
      containerId: 'c2',
      state: 'exited',
    });
  });

  it('are all removed on request', async () => {
    const fake = await fakeDocker(body);
    expect(await removeLabs()).toHaveLength(3);
    expect((await fake.calls()).at(-1)).toBe('rm --force --volumes c1 c2 c3');
  });

  it('count as orphaned only when their process is gone', async () => {
    const fake = await fakeDocker(body);
    expect((await removeOrphanedLabs()).map(({ containerId }) => containerId)).toEqual(['c2']);
    expect((await fake.calls()).at(-1)).toBe('rm --force --volumes c2');
  });

  it.each([
    ['is done by somebody else meanwhile', 'Error: No such container: c1', true],
    ['fails', 'permission denied', false],
  ])('are removed unless the removal fails: one that %s', async (_, complaint, fine) => {
    await fakeDocker(`${body}; [ "$1" = ps ] || { echo '${complaint}' >&2; exit 1; }`);
    if (fine) expect(await removeLabs()).toHaveLength(3);
    else
      await expect(removeLabs()).rejects.toMatchObject({
        code: 'LAB_ENGINE',
        message: `docker rm: ${complaint}`,
      });
  });

  it('cost no removal when there are none', async () => {
    const fake = await fakeDocker(':');
    expect(await removeLabs('a')).toEqual([]);
    expect(await fake.calls()).toHaveLength(1);
  });
});
