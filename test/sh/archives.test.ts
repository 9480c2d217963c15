// What a plan knows of a package that is not installed yet: its version, what comes along, and what its files say. An apply
// then says and does the same.
import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { movedTo } from './fake-host.ts';
import type { FakePackages } from './fake-packages.ts';
import { fakePackages } from './fake-packages.ts';
import { fingerprint } from './fingerprint.ts';
import type { ScratchHost } from './scratch.ts';
import { changesOf, complaintsOf, scratchHost } from './scratch.ts';

interface Shop {
  readonly host: ScratchHost;
  readonly packages: FakePackages;
}

/** A host without packages; daemon-2.4 on the shelf needs a library, which needs another one. */
function openShop(): Shop {
  const host = scratchHost();
  const packages = fakePackages(host);
  const { make } = packages;
  make({
    name: 'daemon-2.4',
    files: { 'sbin/daemon': 'program\0', 'share/rc.d/daemon': 'pidfile=/var/run/daemon.pid\n' },
    modes: { 'share/rc.d/daemon': 0o755 },
    needs: ['zlib>=1', 'crypto>=3'],
  });
  make({ name: 'daemon-2.3', files: { 'sbin/daemon': 'old\n' } });
  make({ name: 'crypto-3.1', files: { 'lib/crypto': 'c\n' }, needs: ['zlib>=1', 'base>=0'] });
  make({ name: 'crypto-2.0', files: { 'lib/crypto': 'c\n' } });
  make({ name: 'zlib-1.3', files: { 'lib/zlib': 'z\n' } });
  make({ name: 'base-0.1', files: { 'lib/base': 'b\n' } });
  return { host, packages };
}

function run({ host, packages }: Shop, action: 'plan' | 'apply', options: string, later = '') {
  return host.run(action, {
    steps: {
      install: `state() { package daemon --pattern 'daemon>=2' ${options} --provides "$root/usr/pkg/share/rc.d/daemon"; }`,
      ...(later === '' ? {} : { later }),
    },
    settings: { searchPath: packages.path },
    runtime: movedTo(host.root),
  });
}

/** A rc script decides what is declared, as far as it is known. */
const later = `state() {
  script=$root/usr/pkg/share/rc.d/daemon
  m_see "$script"
  if [ "$m_type" = file ] && [ -f "$m_content" ]; then
    file "$root/pid" --content "$(cat "$m_content")"
  elif in_plan && will_exist "$script"; then
    m_begin file "$root/pid"
    m_depends 'what the script says'
  fi
}`;

describe('a package that is not installed', () => {
  const whole = 'new daemon-2.4, from SHELF, with base-0.1, crypto-3.1, zlib-1.3';

  it.each(['--from SHELF', '--from SHELF/daemon-2.4.tgz', '--from file://SHELF', '--from SHELF/latest.tgz'])(
    'is planned with its version and its dependencies, as the apply then installs them: %s',
    async (options) => {
      const shop = openShop();
      const { shelf } = shop.packages;
      if (options.includes('latest')) renameSync(join(shelf, 'daemon-2.4.tgz'), join(shelf, 'latest.tgz'));
      const from = options.replace('SHELF', shelf);
      const before = fingerprint(shop.host.root);
      const plan = await run(shop, 'plan', from, later);
      const reason = whole.replace('SHELF', from.replace('--from ', ''));
      expect(plan.result.resources[0], complaintsOf(plan.result)).toMatchObject({ status: 'change', reason });
      expect(fingerprint(shop.host.root)).toEqual(before);
      if (options.includes('file:')) return;
      const apply = await run(shop, 'apply', from, later);
      expect(apply.result.resources[0], complaintsOf(apply.result)).toMatchObject({
        status: 'changed',
        reason,
      });
      expect(changesOf(apply.result)).toEqual(changesOf(plan.result));
      expect(apply.result.resources[1]?.diff).toEqual(plan.result.resources[1]?.diff);
      expect(plan.result.resources[1]?.diff).toContain('+pidfile=/var/run/daemon.pid');
    },
  );

  it('names only what the host lacks, and a pattern if a dependency is not beside the package', async () => {
    const shop = openShop();
    shop.packages.run('pkg_add', 'zlib');
    renameSync(join(shop.packages.shelf, 'crypto-3.1.tgz'), join(shop.packages.shelf, 'away'));
    const { result } = await run(shop, 'plan', `--from ${shop.packages.shelf}`);
    expect(result.resources[0]?.reason).toBe(`new daemon-2.4, from ${shop.packages.shelf}, with crypto>=3`);
  });

  it.each([
    [
      '--from http://pkg.example.net/All',
      '(version known only when it is installed), from http://pkg.example.net/All',
    ],
    ['--tool pkgin', "(version known only when it is installed), from pkgin's repositories"],
    [
      '--from http://pkg.example.net/daemon-2.4.tgz',
      'daemon-2.4, from http://pkg.example.net/daemon-2.4.tgz',
    ],
    ['--from SHELF/daemon-2.5.tgz', 'daemon-2.5, from SHELF/daemon-2.5.tgz'],
  ])('reports what it cannot know, and what depends on that: %s', async (options, text) => {
    const shop = openShop();
    const { shelf } = shop.packages;
    // Signed packages are archives of another kind.
    writeFileSync(join(shelf, 'daemon-2.5.tgz'), '!<arch>\n');
    const { result } = await run(shop, 'plan', options.replace('SHELF', shelf), later);
    expect(result.outcome, complaintsOf(result)).toBe('changed');
    expect(result.resources[0]?.reason).toMatch(
      /, with what it needs( \(known only when it is installed\))?$/,
    );
    expect(result.resources[0]?.reason).toContain(`new ${text.replace('SHELF', shelf)}, with`);
    expect(result.resources[1]).toMatchObject({
      status: 'change',
      reason: 'after install: what the script says',
      after: 'install',
    });
  });

  it('offers its files to a playbook that needs them before', async () => {
    const shop = openShop();
    const ask = (path: string) => `state() {
  package_offers "$root/usr/pkg/${path}" daemon 'daemon>=2' ${shop.packages.shelf}
  file "$root/said" --content "$([ -z "$m_offered" ] || cat "$m_offered")"
}`;
    const { result } = await shop.host.run('plan', {
      steps: { one: ask('share/rc.d/daemon'), two: ask('share/rc.d/other') },
      settings: { searchPath: shop.packages.path },
      runtime: movedTo(shop.host.root),
    });
    expect(result.resources.map(({ diff }) => diff.filter((line) => /^[-+]/.test(line)))).toEqual([
      ['+pidfile=/var/run/daemon.pid'],
      ['-pidfile=/var/run/daemon.pid'],
    ]);
  });
});
