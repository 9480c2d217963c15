// A package that is replaced in place: what the plan says, what comes back, and what happens when something goes wrong.
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { deathAtEntry, deathAtUndone, deathBeforeTool, killedTool, undoAtConsole } from './crash.ts';
import { movedTo } from './fake-host.ts';
import type { FakePackages } from './fake-packages.ts';
import { fakePackages } from './fake-packages.ts';
import { fingerprint } from './fingerprint.ts';
import type { ScratchHost } from './scratch.ts';
import { complaintsOf, scratchHost } from './scratch.ts';

interface Shop {
  readonly host: ScratchHost;
  readonly packages: FakePackages;
  /** The tree as it was before the run. */
  readonly before: readonly string[];
}

type Run = Parameters<ScratchHost['run']>[1] & { readonly options?: string };

const old = { 'sbin/hello': 'one\n', 'share/doc/hello/readme': 'old words\n', 'lib/hello/old.so': 'so\n' };
const longAgo = 981_173_106;

/** Versions 1.0 to 3.0 of hello on the shelf; 2.0 needs a library. 1.0 and what needs it are installed. */
function openShop(installed = 'hello-1.0'): Shop {
  const host = scratchHost();
  const packages = fakePackages(host);
  const { make } = packages;
  make({
    name: 'hello-1.0',
    files: old,
    modes: { 'sbin/hello': 0o4755 },
    links: { 'bin/hi': '../sbin/hello' },
  });
  make({ name: 'hello-1.1', files: { ...old, 'sbin/hello': 'one one\n', 'share/new/file': 'new\n' } });
  make({ name: 'hello-2.0', files: { 'sbin/hello': 'two\n' }, needs: ['lib>=1'], links: { 'bin/hi': 'x' } });
  make({ name: 'hello-3.0', files: { 'sbin/hello': 'three\n' } });
  make({ name: 'lib-1.5', files: { 'lib/lib.so': 'lib\n' } });
  make({ name: 'user-1.0', files: { 'bin/user': 'user\n' }, needs: ['hello>=1'] });
  packages.run('pkg_add', installed);
  packages.run('pkg_add', 'user');
  if (installed === 'hello-1.0') {
    chmodSync(host.path('usr/pkg/share/doc/hello'), 0o700);
    utimesSync(host.path('usr/pkg/share/doc'), longAgo, longAgo);
  }
  for (const name of [
    'usr/pkg/sbin/hello',
    'usr/pkg/sbin',
    'usr/pkg',
    'var/db/pkg',
    'var/db/pkg/pkgdb.byfile.db',
  ]) {
    utimesSync(host.path(name), longAgo, longAgo);
  }
  return { host, packages, before: fingerprint(host.root, 'second') };
}

/** The same shelf, and nothing is installed. */
function bareShop(): Shop {
  const host = scratchHost();
  const packages = fakePackages(host);
  packages.make({ name: 'hello-3.0', files: { 'sbin/hello': 'three\n', 'share/new/file': 'new\n' } });
  mkdirSync(host.path('usr'));
  utimesSync(host.path('var/db'), longAgo, longAgo);
  return { host, packages, before: fingerprint(host.root, 'second') };
}

function run(
  { host, packages }: Shop,
  action: 'plan' | 'apply' | 'rollback',
  pattern: string,
  more: Run = {},
) {
  const { options = `--from ${packages.shelf}`, runtime, ...rest } = more;
  const moved = movedTo(host.root);
  return host.run(action, {
    ...rest,
    steps:
      action === 'rollback' ? {} : { only: `state() { package hello --pattern '${pattern}' ${options}; }` },
    settings: { searchPath: packages.path, ...rest.settings },
    runtime: (path, text) => moved(path, runtime?.(path, text) ?? text),
  });
}

function versionOf({ packages }: Shop): string {
  return packages.run('pkg_info', '-e', 'hello').trim();
}

async function expectBack(shop: Shop): Promise<void> {
  const { result } = await run(shop, 'rollback', '');
  expect(result.outcome, complaintsOf(result)).toBe('rolled-back');
  expect(fingerprint(shop.host.root, 'second')).toEqual(shop.before);
}

describe('a package whose version does not fit', () => {
  it.each([
    ['hello>=1.1<2', 'hello-1.0', 'hello-1.1', '--from SHELF'],
    ['hello>=2<3', 'hello-1.0', 'hello-2.0', '--from SHELF'],
    ['hello-3.*', 'hello-1.0', 'hello-3.0', '--from SHELF/hello-3.0.tgz'],
    ['hello<2', 'hello-3.0', 'hello-1.1', '--from SHELF'],
    ['hello<1.1', 'hello-2.0', 'hello-1.0', '--from SHELF'],
    ['hello>=1.1', 'hello-1.0', 'hello-3.0', '--tool pkgin'],
    ['hello>=1.1<3', 'hello-1.0', 'hello-2.0', '--tool pkgin --from SHELF'],
  ])('%s is replaced in place (%s by %s, %s), and restored', async (pattern, from, to, options) => {
    const shop = openShop(from);
    const more = { options: options.replace('SHELF', shop.packages.shelf) };
    const plan = await run(shop, 'plan', pattern, more);
    const wanted = options.includes('--from') ? to : pattern;
    expect(plan.result.resources[0]).toMatchObject({
      status: 'change',
      reason: expect.stringContaining(`${from} to ${wanted}, from `) as string,
    });
    expect(fingerprint(shop.host.root, 'second')).toEqual(shop.before);
    const apply = await run(shop, 'apply', pattern, more);
    expect(apply.result.outcome, complaintsOf(apply.result)).toBe('changed');
    expect(apply.result.resources[0]?.reason).toContain(`${from} to ${to}, from `);
    expect(versionOf(shop)).toBe(to);
    expect(shop.host.read(`var/db/pkg/${to}/+REQUIRED_BY`)).toBe('user-1.0\n');
    const again = await run(shop, 'apply', pattern, more);
    expect(again.result.outcome, complaintsOf(again.result)).toBe('ok');
    await expectBack(shop);
  });

  it('is built and replaced in pkgsrc', async () => {
    const shop = openShop();
    const directory = `${shop.host.root}.pkgsrc`;
    shop.host.write('../tree.pkgsrc/Makefile', `NAME=hello-1.1\nFROM=${shop.packages.shelf}/hello-1.1.tgz\n`);
    const more = { options: `--pkgsrc ${directory}` };
    const plan = await run(shop, 'plan', 'hello>=1.1', more);
    expect(plan.result.resources[0]?.reason).toBe(`hello-1.0 to hello-1.1, from ${directory}`);
    const apply = await run(shop, 'apply', 'hello>=1.1', more);
    expect(apply.result.outcome, complaintsOf(apply.result)).toBe('changed');
    expect(readFileSync(join(directory, 'targets'), 'utf8')).toBe('replace\nclean\n');
    await expectBack(shop);
  });

  it('is not changed if the offered one does not fit either', async () => {
    const shop = openShop();
    const more = { options: `--from ${shop.packages.shelf}/hello-1.1.tgz` };
    const { result } = await run(shop, 'apply', 'hello>=2', more);
    expect(result.reason).toContain('hello-1.1.tgz has hello-1.1, which does not fit hello>=2');
    expect(fingerprint(shop.host.root, 'second')).toEqual(shop.before);
  });

  it('is restored at once if its successor fails half way, or has another version than announced', async () => {
    const shop = openShop();
    shop.packages.make({ name: 'hello-4.0', files: { 'sbin/hello': 'four\n' }, archive: 'hello-2.5' });
    const more = { options: `--from ${shop.packages.shelf}/hello-2.5.tgz` };
    const { result } = await run(shop, 'apply', 'hello>=2<3', more);
    expect(result.reason).toContain('does not list hello>=2<3; hello-1.0 is as before');
    expect(fingerprint(shop.host.root, 'second')).toEqual(shop.before);
    await expectBack(shop);
  });

  it('is refused if others need it, and stays', async () => {
    const shop = openShop();
    shop.packages.make({ name: 'strict-1.0', files: { 'bin/strict': '' }, needs: ['hello<2'] });
    shop.packages.run('pkg_add', 'strict');
    const before = fingerprint(shop.host.root, 'second');
    const { result } = await run(shop, 'apply', 'hello>=2');
    expect(result).toMatchObject({ outcome: 'failed' });
    expect(result.steps[0]?.stderr).toContain('Dependency of strict-1.0 fulfilled by hello-1.0');
    expect(fingerprint(shop.host.root, 'second')).toEqual(before);
  });

  it('counts as a change of all its files in a plan', async () => {
    const shop = openShop();
    const { host, packages } = shop;
    host.write('cage/hello', 'one\n', 0o4755);
    const { result } = await host.run('plan', {
      steps: {
        only: `state() {
  package hello --pattern 'hello>=2' --from ${packages.shelf}
  copy "$root/cage/hello" --from "$root/usr/pkg/sbin/hello"
}`,
      },
      settings: { searchPath: packages.path },
      runtime: movedTo(host.root),
    });
    expect(result.resources[1]).toMatchObject({ status: 'change', reason: '(after only)' });
  });
});

describe('the undo of a replaced package', () => {
  it('finds what somebody changed since, and keeps it with --force', async () => {
    const shop = openShop();
    await run(shop, 'apply', 'hello>=1.1<2');
    shop.host.write('usr/pkg/share/new/file', 'mine\n');
    const refused = await run(shop, 'rollback', '');
    expect(refused.result.resources).toContainEqual(
      expect.objectContaining({
        status: 'conflict',
        reason: expect.stringContaining('somebody changed files of hello-1.1 since') as string,
      }),
    );
    expect(versionOf(shop)).toBe('hello-1.1');
    const forced = await run(shop, 'rollback', '', { settings: { force: true } });
    expect(forced.result.outcome, complaintsOf(forced.result)).toBe('rolled-back');
    expect(fingerprint(shop.host.root, 'second')).toEqual(shop.before);
  });

  it('replaces what somebody else installed instead only with --force', async () => {
    const shop = openShop();
    await run(shop, 'apply', 'hello>=1.1<2');
    shop.packages.run('pkg_add', '-u', 'hello-3.0');
    const { result } = await run(shop, 'rollback', '');
    expect(result.resources[0]).toMatchObject({
      status: 'conflict',
      reason: 'it is now hello-3.0; --force overwrites it',
    });
    const forced = await run(shop, 'rollback', '', { settings: { force: true } });
    expect(forced.result.outcome, complaintsOf(forced.result)).toBe('rolled-back');
    expect(fingerprint(shop.host.root, 'second')).toEqual(shop.before);
  });

  it('keeps what others installed since, with its dependencies', async () => {
    const shop = openShop();
    await run(shop, 'apply', 'hello>=2<3');
    shop.packages.make({ name: 'late-1.0', files: { 'bin/late': '' }, needs: ['hello>=1'] });
    shop.packages.run('pkg_add', 'late');
    const { result } = await run(shop, 'rollback', '');
    expect(result.outcome, complaintsOf(result)).toBe('rolled-back');
    expect(shop.packages.run('pkg_info', '-q').trim().split('\n')).toEqual([
      'hello-1.0',
      'late-1.0',
      'user-1.0',
    ]);
    expect(shop.host.read('var/db/pkg/hello-1.0/+REQUIRED_BY')).toBe('user-1.0\nlate-1.0\n');
    expect(existsSync(shop.host.path('usr/pkg/lib/lib.so'))).toBe(false);
  });

  it('works at the console', async () => {
    const shop = openShop();
    await run(shop, 'apply', 'hello>=2<3');
    const undo = undoAtConsole(join(shop.host.state, 'runs', shop.host.receipts()[0] ?? ''));
    expect(undo, undo.said).toMatchObject({ status: 0 });
    expect(fingerprint(shop.host.root, 'second')).toEqual(shop.before);
  });

  it.skipIf(process.getuid?.() !== 0)('follows no link of another account', async () => {
    const shop = openShop();
    await run(shop, 'apply', 'hello>=2<3');
    const [lib, planted] = [shop.host.path('usr/pkg/lib'), shop.host.path('usr/pkg/lib/hello')];
    shop.host.write('canary/own', 'root\n');
    symlinkSync(shop.host.path('canary'), planted);
    execFileSync('chown', ['-h', '4711', lib, planted]);
    const { result } = await run(shop, 'rollback', 'hello');
    expect(result.outcome).toBe('failed');
    expect(complaintsOf(result)).toContain('is a symbolic link that another account may have put there');
    expect(readdirSync(shop.host.path('canary'))).toEqual(['own']);
    expect(lstatSync(lib).uid).toBe(4711);
    rmSync(planted);
    const again = await run(shop, 'rollback', 'hello');
    expect(again.result.outcome, complaintsOf(again.result)).toBe('rolled-back');
    expect(shop.host.read('usr/pkg/lib/hello/old.so')).toBe('so\n');
    expect(lstatSync(lib).uid).toBe(4711);
  });

  it('does not wait at a pipe instead of a file', async () => {
    const shop = openShop();
    await run(shop, 'apply', 'hello>=2<3');
    rmSync(shop.host.path('usr/pkg/sbin/hello'));
    execFileSync('mkfifo', [shop.host.path('usr/pkg/sbin/hello')]);
    const { result } = await run(shop, 'rollback', 'hello');
    expect(complaintsOf(result)).toContain('somebody changed files of hello-2.0');
  });

  it('restores dependencies that pkgin replaced, too', async () => {
    const shop = openShop('hello-2.0');
    shop.packages.make({ name: 'lib-1.6', files: { 'lib/lib.so': 'newer\n' } });
    shop.host.write('../tree.packages/shelf-11.0/upgrade-1', 'lib>=1.6');
    const { result } = await run(shop, 'apply', 'hello>=3', { options: '--tool pkgin' });
    expect(result.outcome, complaintsOf(result)).toBe('changed');
    expect(shop.host.read('usr/pkg/lib/lib.so')).toBe('newer\n');
    await expectBack(shop);
  });
});

describe('the undo of a package whose tool leaves files', () => {
  /** pkg_delete forgets the package and says nothing, and these of its files stay, with this content where one is given. */
  function leaveBehind({ host, packages }: Shop, left: Readonly<Record<string, string | undefined>>): void {
    const tool = join(packages.path.split(':')[0] ?? '', 'pkg_delete');
    const keep = Object.entries(left).map(([name, content]) => {
      const path = host.path(`usr/pkg/${name}`);
      const text = content ?? readFileSync(path, 'utf8');
      return `mkdir -p ${join(path, '..')}; printf '%s' '${text}' >${path}`;
    });
    writeFileSync(`${tool}.real`, readFileSync(tool));
    chmodSync(`${tool}.real`, 0o755);
    writeFileSync(tool, `#!/bin/sh\n${tool}.real "$@"\n${keep.join('\n')}\n`);
  }

  async function installed(): Promise<Shop> {
    const shop = openShop();
    shop.packages.run('pkg_delete', 'user-1.0', 'hello-1.0');
    const empty = { ...shop, before: fingerprint(shop.host.root, 'second') };
    const { result } = await run(empty, 'apply', 'hello>=2<3');
    expect(result.outcome, complaintsOf(result)).toBe('changed');
    return empty;
  }

  it('removes those that are unchanged', async () => {
    const shop = await installed();
    leaveBehind(shop, { 'sbin/hello': undefined });
    await expectBack(shop);
  });

  it('names the others until they are gone', async () => {
    const shop = await installed();
    leaveBehind(shop, { 'sbin/hello': 'mine' });
    const { result } = await run(shop, 'rollback', '');
    expect(result.outcome).toBe('failed');
    expect(complaintsOf(result)).toMatch(/pkg_delete left files .*: \S+\/usr\/pkg\/sbin\/hello/);
    shop.host.remove('usr/pkg/sbin/hello');
    await expectBack(shop);
  });
});

describe('a driver that dies while it replaces a package', () => {
  it('leaves a host that a rollback restores, at any entry', async () => {
    const entries = 3;
    for (let entry = 1; entry <= entries; entry++) {
      const shop = openShop();
      const { result } = await run(shop, 'apply', 'hello>=2<3', { runtime: deathAtEntry(entry) });
      expect(result.outcome, `dies at entry ${entry}`).toBe('unknown');
      await expectBack(shop);
    }
  });

  it('leaves a host that a rollback restores, in the middle of pkg_add', { tags: 'long' }, async () => {
    for (const call of [1, 2, 3]) {
      const shop = openShop();
      shop.packages.dieAt(call);
      const { result } = await run(shop, 'apply', 'hello>=2<3');
      expect(result.outcome, `dies at call ${call}`).toBe('unknown');
      shop.packages.dieAt(undefined);
      await expectBack(shop);
    }
  });

  it('continues a rollback that was cut, between any two calls of tools', { tags: 'long' }, async () => {
    let deaths = 0;
    for (let call = 1; call < 70; call += 7) {
      const shop = openShop();
      await run(shop, 'apply', 'hello>=2<3');
      const { result } = await run(shop, 'rollback', '', {
        runtime: deathBeforeTool(call, `${shop.host.root}.calls`),
      });
      if (result.outcome !== 'unknown') break;
      deaths += 1;
      const again = await run(shop, 'rollback', '');
      expect(['rolled-back', 'ok'], complaintsOf(again.result)).toContain(again.result.outcome);
      expect(fingerprint(shop.host.root, 'second'), `after a death at call ${call}`).toEqual(shop.before);
    }
    expect(deaths).toBeGreaterThan(2);
  });

  it.each([
    ['that was replaced', openShop, 'hello>=2<3', 2, 3],
    ['that came to a host without any', bareShop, 'hello-3.*', 1, 1],
  ])(
    'is back, or the rollback is incomplete, when any one tool of the undo is killed: one %s',
    { tags: 'long' },
    async (_, open, pattern, first, step) => {
      const shop = open();
      await run(shop, 'apply', pattern);
      const saved = `${shop.host.root}.saved`;
      const places = [shop.host.root, shop.host.state];
      const copy = (from: string, to: string): void => {
        rmSync(to, { recursive: true, force: true });
        execFileSync('cp', ['-a', from, to]);
      };
      for (const [index, place] of places.entries()) copy(place, `${saved}.${String(index)}`);
      const counter = `${shop.host.root}.calls`;
      const ends = new Set<string>();
      for (let call = first; ; call += step) {
        for (const [index, place] of places.entries()) copy(`${saved}.${String(index)}`, place);
        rmSync(counter, { force: true });
        const { result } = await run(shop, 'rollback', '', {
          runtime: killedTool(call, counter, '[ -n "${m__list-}" ]'),
        });
        if (readFileSync(counter, 'utf8').length < call) break;
        ends.add(result.outcome);
        const said = `${complaintsOf(result)} (call ${String(call)} was killed)`;
        if (result.outcome !== 'rolled-back') {
          expect(result.outcome, said).toBe('failed');
          const again = await run(shop, 'rollback', '');
          expect(again.result.outcome, `${said}, then ${complaintsOf(again.result)}`).toBe('rolled-back');
        }
        expect(fingerprint(shop.host.root, 'second'), said).toEqual(shop.before);
      }
      expect([...ends].toSorted()).toEqual(['failed', 'rolled-back']);
    },
  );

  it('continues a rollback that was cut between two entries', async () => {
    const shop = openShop();
    await run(shop, 'apply', 'hello>=2<3');
    const { result } = await run(shop, 'rollback', '', { runtime: deathAtUndone(0) });
    expect(result.outcome).toBe('unknown');
    await expectBack(shop);
  });
});
