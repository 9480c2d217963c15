// npm run release, in a clone of a small project that has this one's scripts: what it refuses, what it would do, what it makes.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { compareVersions, refusalOf, releasedVersions } from '../../../scripts/release/changelog.mjs';

const root = join(import.meta.dirname, '../../..');
const script = join(root, 'scripts/release.mjs');
const changelog =
  '# Changelog\n\n## [Unreleased]\n\n### Added\n\n- A door.\n\n## [0.1.0] - 2026-01-31\n\n- A wall.\n';

let folder: string;
let clone: string;

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function run(program: string, args: readonly string[], cwd = clone): Ended {
  const who = (role: string) => ({
    [`GIT_${role}_NAME`]: 'tester',
    [`GIT_${role}_EMAIL`]: 'tester@example.net',
  });
  const env = {
    ...process.env,
    ...who('AUTHOR'),
    ...who('COMMITTER'),
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_CONFIG_NOSYSTEM: '1',
    npm_config_offline: 'true',
  };
  const { status, stdout, stderr } = spawnSync(program, args, { cwd, env, encoding: 'utf8' });
  return { code: status, stdout, stderr };
}

function git(...args: readonly string[]): string {
  const { code, stdout, stderr } = run('git', args);
  expect(code, stderr).toBe(0);
  return stdout.trim();
}

const release = (...args: readonly string[]): Ended => run(process.execPath, [script, ...args]);
const read = (path: string): string => readFileSync(join(clone, path), 'utf8');

function write(path: string, text: string): void {
  mkdirSync(join(clone, path, '..'), { recursive: true });
  writeFileSync(join(clone, path), text);
}

function writeManifest(scripts: Readonly<Record<string, string>> = {}): void {
  const manifest = {
    name: 'muster-fleet',
    version: '0.1.0',
    license: 'BSD-2-Clause',
    files: ['dist', 'docs'],
    scripts: { check: 'true', 'gen:check': 'true', test: 'true', ...scripts },
  };
  write('package.json', `${JSON.stringify(manifest, undefined, 2)}\n`);
}

describe('npm run release', () => {
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'muster-release-'));
    const origin = join(folder, 'origin');
    clone = origin;
    mkdirSync(origin);
    git('init', '--quiet', '--initial-branch=main');
    writeManifest();
    const lock = {
      name: 'muster-fleet',
      version: '0.1.0',
      lockfileVersion: 3,
      requires: true,
      packages: { '': { name: 'muster-fleet', version: '0.1.0' } },
    };
    write('package-lock.json', `${JSON.stringify(lock, undefined, 2)}\n`);
    write('CHANGELOG.md', changelog);
    write('.gitignore', '/release/\n');
    write('dist/cli/main.js', '#!/usr/bin/env node\n');
    write('docs/man/muster.1', '.Dd\n');
    cpSync(join(root, 'docs/pkgsrc'), join(origin, 'docs/pkgsrc'), { recursive: true });
    git('add', '.');
    git('commit', '--quiet', '--message', 'All');
    git('tag', 'v0.1.0');
    clone = join(folder, 'clone');
    expect(run('git', ['clone', '--quiet', origin, clone], folder).code).toBe(0);
  });

  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it('says what it would do, and does nothing', () => {
    const { code, stdout } = release('0.2.0');
    expect(code).toBe(0);
    expect(stdout).toContain('would commit "Release 0.2.0" and tag it v0.2.0');
    expect(stdout).toContain('note: package.json names no repository');
    expect(git('status', '--porcelain')).toBe('');
    expect(git('tag', '--list')).toBe('v0.1.0');
    expect(existsSync(join(clone, 'release'))).toBe(false);
  });

  it('makes files, sums, a commit and a tag', () => {
    const { code, stderr, stdout } = release('0.2.0', '--yes');
    expect(code, stderr).toBe(0);
    expect(stdout).toContain('Nothing was sent');
    expect(git('log', '-1', '--format=%s')).toBe('Release 0.2.0');
    expect(git('cat-file', '-t', 'v0.2.0')).toBe('tag');
    expect(git('rev-parse', 'v0.2.0^{commit}')).toBe(git('rev-parse', 'HEAD'));
    expect(git('status', '--porcelain')).toBe('');
    expect(git('show', '--name-only', '--format=').split('\n')).toEqual([
      'CHANGELOG.md',
      'docs/pkgsrc/Makefile',
      'package-lock.json',
      'package.json',
    ]);
    expect(read('CHANGELOG.md')).toMatch(
      /^# Changelog\n\n## \[Unreleased\]\n\n## \[0\.2\.0\] - \d{4}-\d\d-\d\d\n\n### Added\n\n- A door\.\n\n## \[0\.1\.0\]/,
    );
    expect(read('docs/pkgsrc/Makefile')).toContain('VERSION=\t0.2.0\n');

    const sums = read('release/0.2.0/SHA256SUMS');
    expect(sums.split('\n').map((line) => line.slice(66))).toEqual([
      'NOTES.md',
      'muster-fleet-0.2.0-bundled.tgz',
      'muster-fleet-0.2.0.cdx.json',
      'muster-fleet-0.2.0.tgz',
      'pkgsrc/DESCR',
      'pkgsrc/Makefile',
      'pkgsrc/PLIST',
      'pkgsrc/distinfo',
      '',
    ]);
    expect(run('sha256sum', ['--check', '--strict', 'SHA256SUMS'], join(clone, 'release/0.2.0')).code).toBe(
      0,
    );
    const bill = JSON.parse(read('release/0.2.0/muster-fleet-0.2.0.cdx.json')) as {
      bomFormat: string;
      metadata: { component: { name: string; version: string } };
    };
    expect(bill).toMatchObject({
      bomFormat: 'CycloneDX',
      metadata: { component: { name: 'muster-fleet', version: '0.2.0' } },
    });
    expect(read('release/0.2.0/NOTES.md')).toBe('# muster-fleet 0.2.0\n\n### Added\n\n- A door.\n');
    expect(read('release/0.2.0/pkgsrc/PLIST').split('\n')).toEqual(
      expect.arrayContaining([
        '@comment $NetBSD$',
        'bin/muster',
        'lib/node_modules/muster-fleet/dist/cli/main.js',
        'man/man1/muster.1',
      ]),
    );
    const packed = run('tar', [
      '-xOzf',
      'release/0.2.0/muster-fleet-0.2.0.tgz',
      'package/package.json',
    ]).stdout;
    expect(packed).toContain('"version": "0.2.0"');
  });

  it.each(['check', 'gen:check', 'test'])('refuses if %s fails, and leaves nothing', (name) => {
    writeManifest({ [name]: 'false' });
    git('commit', '--quiet', '--all', '--message', 'Red');
    const { code, stderr } = release('0.2.0', '--yes');
    expect({ code, stderr }).toMatchObject({
      code: 1,
      stderr: expect.stringContaining(`run --silent ${name} failed`) as string,
    });
    expect(git('status', '--porcelain')).toBe('');
    expect(git('tag', '--list')).toBe('v0.1.0');
    expect(existsSync(join(clone, 'release'))).toBe(false);
  });

  it('leaves nothing of a release that could not be made', () => {
    writeManifest({ prepack: 'false' });
    git('commit', '--quiet', '--all', '--message', 'Cannot be packed');
    expect(release('0.2.0', '--yes').code).toBe(1);
    expect(git('status', '--porcelain')).toBe('');
    expect(git('log', '-1', '--format=%s')).toBe('Cannot be packed');
    expect(git('tag', '--list')).toBe('v0.1.0');
    expect(existsSync(join(clone, 'release/0.2.0'))).toBe(false);
  });

  it.each<[string, () => void, string, string]>([
    [
      'a dirty tree',
      () => {
        write('new', 'x');
      },
      '0.2.0',
      'not clean',
    ],
    ['a tag that is there', () => undefined, '0.1.0', 'the tag v0.1.0 is there already'],
    ['a version below the last', () => undefined, '0.0.9', '0.0.9 is not above 0.1.0'],
    ['what is no version', () => undefined, 'next', '"next" is no version'],
    ['a patch that adds', () => undefined, '0.1.1', 'is a patch, but CHANGELOG.md has "### Added"'],
    ['no version', () => undefined, '--yes', 'usage: npm run release -- VERSION'],
    [
      'nothing to release',
      () => {
        write('CHANGELOG.md', changelog.replace('### Added\n\n- A door.\n\n', ''));
        git('commit', '--quiet', '--all', '--message', 'Nothing');
      },
      '0.2.0',
      'nothing under "[Unreleased]"',
    ],
  ])('refuses %s', (_, prepare, version, why) => {
    prepare();
    const { code, stderr } = release(version);
    expect(stderr).toContain(why);
    expect(code).not.toBe(0);
  });
});

describe('versions', () => {
  it('are in order, with pre-releases before their releases', () => {
    const ordered = ['0.0.9', '0.1.0', '0.9.0', '0.10.0', '1.0.0-rc.2', '1.0.0-rc.10', '1.0.0'];
    expect(ordered.toReversed().toSorted(compareVersions)).toEqual(ordered);
  });

  it('may be what package.json has if that was never released', () => {
    const notes = '### Added\n\n- x';
    expect(refusalOf('0.1.0', { written: '0.1.0', released: [], notes })).toBeUndefined();
    expect(refusalOf('0.0.1', { written: '0.1.0', released: [], notes })).toContain('below 0.1.0');
    expect(
      refusalOf('0.1.1', { written: '0.1.0', released: ['0.1.0'], notes: '### Fixed\n\n- x' }),
    ).toBeUndefined();
  });
});

describe('CHANGELOG.md', () => {
  it('separates released changes from unreleased ones', () => {
    const text = readFileSync(join(root, 'CHANGELOG.md'), 'utf8');
    expect(() => releasedVersions(text)).not.toThrow();
    expect(text.match(/^## \[Unreleased\]$/gm)).toHaveLength(1);
    expect(() => releasedVersions('## [0.1.0] - Unreleased\n')).toThrow('neither');
  });
});
