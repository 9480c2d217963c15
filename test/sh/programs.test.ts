// A run changes the program or the rc script of a service and dies before it restarts it; the host boots, and the service runs what the
// run put there. An undo that puts the program of before back has the service run that again.
import { describe, expect, it } from 'vitest';
import { fakeService, movedTo, type FakeService } from './fake-host.ts';
import { fakePackages } from './fake-packages.ts';
import { complaintsOf, scratchHost, type ScratchHost } from './scratch.ts';

interface There {
  readonly host: ScratchHost;
  readonly service: FakeService;
  readonly path: string;
  readonly shelf: string;
}

/** A service whose program came with a package, or is to come with it. */
function furnish(installed: string): There {
  const host = scratchHost();
  const packages = fakePackages(host);
  packages.make({ name: 'hello-1.0', files: { 'sbin/hello': 'one\n' } });
  packages.make({ name: 'hello-2.0', files: { 'sbin/hello': 'two\n' } });
  if (installed !== '') packages.run('pkg_add', installed);
  host.write('etc/rc.conf', 'hellod=YES\n');
  const service = fakeService(host, 'hellod');
  const words = `name="hello"\ncommand="${host.root}/usr/pkg/sbin/\${name}"\n`;
  host.write(
    'etc/rc.d/hellod',
    host.read('etc/rc.d/hellod').replace('#!/bin/sh\n', `#!/bin/sh\n${words}`),
    0o555,
  );
  return { host, service, path: packages.path, shelf: packages.shelf };
}

function changes(shelf: string): readonly (readonly [string, string])[] {
  return [
    ['a package that replaces it', `package hello --pattern 'hello>=2' --from ${shelf}`],
    ['a file in its place', 'file "$root/usr/pkg/sbin/hello" --content new --mode 0755'],
    ['its mode alone', 'mode_owner "$root/usr/pkg/sbin/hello" --mode 0700'],
    ['its rc script', 'line "$root/etc/rc.d/hellod" --line "# more"'],
  ];
}

function settingsOf(there: There): Parameters<ScratchHost['run']>[1] {
  return {
    // A killed process may need a moment to disappear.
    settings: { searchPath: there.path, waitSeconds: 20 },
    runtime: movedTo(there.host.root),
  };
}

/** The power goes when the change is made. */
async function applyAndDie(there: There, change: string): Promise<void> {
  const steps = { change: `state() { ${change}; }`, die: 'state() { kill -s KILL 0; }' };
  const { result } = await there.host.run('apply', { ...settingsOf(there), steps });
  expect(result.outcome, complaintsOf(result)).toBe('unknown');
}

describe('a service that ran the earlier program', () => {
  const kinds = changes('SHELF').map(([title]) => title);

  it.each(kinds)('runs it again after a boot and an undo, if the run changed it by %s', async (title) => {
    const there = furnish('hello-1.0');
    const change = changes(there.shelf).find(([one]) => one === title)?.[1] ?? '';
    there.service.start();
    await applyAndDie(there, change);
    there.service.stop();
    there.service.start();
    const booted = there.service.pid();
    const { result } = await there.host.run('rollback', settingsOf(there));
    expect(result.outcome, complaintsOf(result)).toBe('rolled-back');
    expect(there.service.isRunning()).toBe(true);
    expect(there.service.pid()).not.toBe(booted);
    expect(result.resources).toContainEqual(
      expect.objectContaining({ resource: 'service', target: 'hellod', status: 'undone' }),
    );
  });

  it.each(kinds)(
    'is not restarted if nothing has started it since, if the run changed it by %s',
    async (title) => {
      const there = furnish('hello-1.0');
      const change = changes(there.shelf).find(([one]) => one === title)?.[1] ?? '';
      there.service.start();
      const pid = there.service.pid();
      await applyAndDie(there, change);
      const { result } = await there.host.run('rollback', settingsOf(there));
      expect(result.outcome, complaintsOf(result)).toBe('rolled-back');
      expect(there.service.pid()).toBe(pid);
    },
  );

  it('runs it again if a good run changed its copy in a cage, and left the restart to a boot', async () => {
    const there = furnish('hello-1.0');
    const copy = `cage${there.host.root}/usr/pkg/sbin/hello`;
    there.host.write(copy, 'one\n');
    there.service.start();
    const steps = { one: `state() { file "$root/${copy}" --content new; }` };
    const applied = await there.host.run('apply', { ...settingsOf(there), steps });
    expect(applied.result.outcome, complaintsOf(applied.result)).toBe('changed');
    there.service.stop();
    there.service.start();
    const booted = there.service.pid();
    const { result } = await there.host.run('rollback', settingsOf(there));
    expect(result.outcome, complaintsOf(result)).toBe('rolled-back');
    expect(there.service.isRunning()).toBe(true);
    expect(there.service.pid()).not.toBe(booted);
  });

  it('is not asked if a run changes other programs', async () => {
    const there = furnish('hello-1.0');
    there.host.write('usr/pkg/sbin/other', 'one\n');
    const steps = { one: 'state() { file "$root/usr/pkg/sbin/other" --content new; }' };
    await there.host.run('apply', { ...settingsOf(there), steps });
    expect(there.host.receipt('journal')).not.toContain('|switch|');
  });
});

describe('a service whose program a run installed', () => {
  it('is stopped before the program is removed, if a boot has started it', async () => {
    const there = furnish('');
    await applyAndDie(there, `package hello --from ${there.shelf}`);
    there.service.start();
    const { result } = await there.host.run('rollback', settingsOf(there));
    expect(result.outcome, complaintsOf(result)).toBe('rolled-back');
    expect(there.service.isRunning()).toBe(false);
  });
});
