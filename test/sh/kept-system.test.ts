// What others wrote into a package's files and an account's home outlives an undo of the package and of the account.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { fakeTools, movedTo, writeAccounts } from './fake-host.ts';
import { fakePackages } from './fake-packages.ts';
import type { ScratchHost } from './scratch.ts';
import { complaintsOf, keptOf, scratchHost } from './scratch.ts';

const key = (marker: number): string => `Private-key-format: v1.3\nmarker-${marker}\n`;
const force = { force: true };

function shopWith(installed: readonly string[]) {
  const host = scratchHost();
  const packages = fakePackages(host);
  packages.make({ name: 'hello-1.0', files: { 'sbin/hello': 'one\n', 'lib/old.so': 'so\n' } });
  packages.make({ name: 'hello-2.0', files: { 'sbin/hello': 'two\n', 'etc/hello.conf': 'conf\n' } });
  for (const name of installed) packages.run('pkg_add', name);
  const run = (action: 'apply' | 'rollback', settings = {}) =>
    host.run(action, {
      steps:
        action === 'rollback'
          ? {}
          : { only: `state() { package hello --pattern 'hello>=2' --from ${packages.shelf}; }` },
      settings: { searchPath: packages.path, ...settings },
      runtime: movedTo(host.root),
    });
  return { host, packages, run };
}

const kept = (host: ScratchHost, name: string): string =>
  readFileSync(`${keptOf(host)}${host.path(name)}`, 'utf8');

describe('files of a package', () => {
  it('that somebody changed are kept when the new package is deleted', async () => {
    const { host, packages, run } = shopWith([]);
    expect((await run('apply')).result.outcome).toBe('changed');
    host.write('usr/pkg/etc/hello.conf', key(1));
    host.write('usr/pkg/etc/mine', key(2));
    const { result } = await run('rollback');
    expect(result.outcome, complaintsOf(result)).toBe('rolled-back');
    expect(packages.run('pkg_info', '-q')).toBe('');
    expect(kept(host, 'usr/pkg/etc/hello.conf')).toBe(key(1));
    expect(host.read('usr/pkg/etc/mine')).toBe(key(2));
  });

  it('that somebody changed, or put in the way of old ones, are kept when the old package is restored', async () => {
    const { host, packages, run } = shopWith(['hello-1.0']);
    expect((await run('apply')).result.outcome).toBe('changed');
    host.write('usr/pkg/etc/hello.conf', key(1));
    host.write('usr/pkg/lib/old.so', key(2));
    expect((await run('rollback')).result.outcome).toBe('failed');
    expect(host.read('usr/pkg/etc/hello.conf')).toBe(key(1));
    const { result } = await run('rollback', force);
    expect(result.outcome, complaintsOf(result)).toBe('rolled-back');
    expect(packages.run('pkg_info', '-e', 'hello').trim()).toBe('hello-1.0');
    expect(host.read('usr/pkg/lib/old.so')).toBe('so\n');
    expect(kept(host, 'usr/pkg/etc/hello.conf')).toBe(key(1));
    expect(kept(host, 'usr/pkg/lib/old.so')).toBe(key(2));
  });

  it('leave foreign files in the database unchanged', async () => {
    const { host, run } = shopWith([]);
    await run('apply');
    host.write('var/db/pkg/mine', key(1));
    await run('rollback', force);
    expect(host.read('var/db/pkg/mine')).toBe(key(1));
  });
});

it('do not include the home directory of an account, which stays', async () => {
  const host = scratchHost();
  writeAccounts(host);
  const settings = { searchPath: fakeTools(host) };
  const common = { settings, runtime: movedTo(host.root) };
  const state = 'state() { user named --uid 14 --group =uid --home "$root/home"; }';
  await host.run('apply', { ...common, steps: { one: state } });
  host.write('home/key', key(1));
  const { result } = await host.run('rollback', { ...common, settings: { ...settings, ...force } });
  expect(result.outcome, complaintsOf(result)).toBe('rolled-back');
  expect(host.read('etc/passwd')).not.toContain('named');
  expect(host.read('home/key')).toBe(key(1));
});
