// What somebody else changed since a run is not overwritten: it is shown, the rest is undone, and --force decides.
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { scratchHost } from './scratch.ts';

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

  it('keeps what others put into a directory that the run made, and with force moves it into the receipt', async () => {
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
    const saved = join(host.state, 'runs', host.receipts().at(-1) ?? '', 'saved');
    expect(
      readdirSync(saved, { recursive: true, encoding: 'utf8' }).some((name) => name.endsWith('/theirs')),
    ).toBe(true);
  });

  it('does not mind that somebody removed what it would remove', async () => {
    const host = scratchHost();
    await host.run('apply', { steps });
    host.remove('other');
    expect((await host.run('rollback')).result.outcome).toBe('rolled-back');
  });
});
