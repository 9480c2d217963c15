// What somebody else changed since a run is not overwritten: it is shown, the rest is undone, and --force decides.
import { chmodSync, existsSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { fingerprint } from './fingerprint.ts';
import type { ScratchHost } from './scratch.ts';
import { complaintsOf, keptOf, scratchHost } from './scratch.ts';

const steps = {
  one: `state() {
  directory "$root/dir" --transient '*.pid'
  file "$root/dir/conf" --content ours
  file "$root/other" --content ours
  line "$root/old" --line added
}`,
};

describe('a rollback over foreign changes', () => {
  it('leaves the changed file, shows how it differs, undoes the rest, and fails', async () => {
    const host = scratchHost();
    host.write('old', 'first\n');
    await host.run('apply', { steps });
    host.write('old', 'first\nadded\nby hand\n');
    const { result } = await host.run('rollback');
    expect(result.outcome).toBe('failed');
    const conflict = result.resources.find(({ status }) => status === 'conflict');
    expect(conflict).toMatchObject({
      target: host.path('old'),
      reason: expect.stringContaining('other content') as string,
    });
    expect(conflict?.diff).toEqual(expect.arrayContaining(['-by hand', '-added']) as string[]);
    expect(host.read('old')).toBe('first\nadded\nby hand\n');
    expect(existsSync(host.path('other'))).toBe(false);
    expect(existsSync(host.path('dir'))).toBe(false);
    const forced = await host.run('rollback', { settings: { force: true } });
    expect(forced.result.outcome).toBe('rolled-back');
    expect(host.read('old')).toBe('first\n');
  });

  it('leaves what others put into a directory of the run, and with --force moves it to kept', async () => {
    const host = scratchHost();
    await host.run('apply', { steps });
    host.write('dir/theirs', 'precious');
    host.write('dir/daemon.pid', '1');
    const { result } = await host.run('rollback');
    expect(result.outcome).toBe('failed');
    expect(host.read('dir/theirs')).toBe('precious');
    expect(existsSync(host.path('dir/daemon.pid'))).toBe(false);
    expect((await host.run('rollback', { settings: { force: true } })).result.outcome).toBe('rolled-back');
    expect(existsSync(host.path('dir'))).toBe(false);
    expect(readFileSync(`${keptOf(host)}${host.path('dir/theirs')}`, 'utf8')).toBe('precious');
  });

  it('accepts that somebody removed what it would remove', async () => {
    const host = scratchHost();
    await host.run('apply', { steps });
    host.remove('other');
    expect((await host.run('rollback')).result.outcome).toBe('rolled-back');
  });
});

/** Puts something else in the place of a file. */
function replace(host: ScratchHost, name: string, by: (path: string) => void): void {
  host.remove(name);
  by(host.path(name));
}

describe('a path that became another kind of file', () => {
  const changes: readonly [string, (host: ScratchHost) => void][] = [
    [
      'a directory with something in it',
      (host) => {
        replace(host, 'old', (path) => {
          mkdirSync(path);
        });
        host.write('old/theirs', 'precious');
      },
    ],
    [
      'a link to a directory',
      (host) => {
        mkdirSync(host.path('elsewhere'));
        replace(host, 'old', (path) => {
          symlinkSync('elsewhere', path);
        });
      },
    ],
    [
      'another mode',
      (host) => {
        chmodSync(host.path('old'), 0o600);
      },
    ],
    ['other content', (host) => host.write('old', 'precious')],
  ];

  it.each(changes)('is refused without --force: %s', async (_title, change) => {
    const host = scratchHost();
    host.write('old', 'first\n');
    const [before] = fingerprint(host.root).filter((line) => line.startsWith('old '));
    await host.run('apply', { steps });
    change(host);
    const { result } = await host.run('rollback');
    expect(result.outcome).toBe('failed');
    expect(result.resources.filter(({ status }) => status === 'conflict')).toHaveLength(1);
    const forced = await host.run('rollback', { settings: { force: true } });
    expect(forced.result.outcome, complaintsOf(forced.result)).toBe('rolled-back');
    expect(fingerprint(host.root).filter((line) => line.startsWith('old'))).toEqual([before]);
  });

  it.each(['old', 'other'])('is kept if it was a file: %s', async (name) => {
    const host = scratchHost();
    host.write('old', 'first\n');
    await host.run('apply', { steps });
    host.write(name, 'precious');
    await host.run('rollback', { settings: { force: true } });
    expect(readFileSync(`${keptOf(host)}${host.path(name)}`, 'utf8')).toBe('precious');
  });

  it('is refused instead of a removed tree', async () => {
    const host = scratchHost();
    host.write('tree/file', 'first\n');
    await host.run('apply', { steps: { one: 'state() { absent "$root/tree" --recursive; }' } });
    host.write('tree/file', 'other\n');
    const { result } = await host.run('rollback');
    expect(result).toMatchObject({ outcome: 'failed', proof: { same: 0, paths: 0 } });
    expect(host.read('tree/file')).toBe('other\n');
    expect((await host.run('rollback', { settings: { force: true } })).result.outcome).toBe('rolled-back');
    expect(host.read('tree/file')).toBe('first\n');
  });
});
