// What the new daemon wrote goes back to where the old one looks, unless it was changed there too.
// @module-tag long
import { chownSync, existsSync, lstatSync, readFileSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import pLimit from 'p-limit';
import { describe, expect, it } from 'vitest';
import { deathBeforeTool, undoAtConsole } from './crash.ts';
import { fakeService, movedTo } from './fake-host.ts';
import type { ScratchHost } from './scratch.ts';
import { changesOf, complaintsOf, keptOf, scratchHost } from './scratch.ts';

/** Copies of old/ in new/, of which the daemon's own are handed back. */
const steps = {
  one: `state() {
  directory "$root/new" --owner 14 --kept 'K*'
  directory "$root/new/dyn" --owner 14 --group 15 --mode 0770 --kept '*' --transient '*.pid'
  directory "$root/new/dyn/deep" --owner 14 --mode 0711 --kept '*'
  for name in dyn/a dyn/b dyn/c dyn/c.jnl fixed; do
    copy "$root/new/$name" --from "$root/old/$name" --once
  done
  directory "$root/new/keys" --owner 14 --kept '*'
  directory "$root/old/keys" --transient '*'
  if [ "$m__mode_run" = apply ] && ! grep -q hand_back "$m__receipt/journal"; then
    m_record_hand_back "$root/new" "$root/old" 'nothing'
    m_record_hand_back "$root/new" "$root/old" 'dyn/*' 'keys/*' 'K*'
  fi
}`,
};

function furnish(host: ScratchHost): void {
  for (const name of ['dyn/a', 'dyn/b', 'dyn/c', 'dyn/c.jnl', 'fixed']) {
    host.write(`old/${name}`, `${name} 1\n`, 0o600);
    chownSync(host.path(`old/${name}`), 7, 8);
    utimesSync(host.path(`old/${name}`), 981_173_106, 981_173_106);
  }
  chownSync(host.path('old/dyn'), 7, 8);
}

function daemonWrites(host: ScratchHost): void {
  for (const name of [
    'dyn/a',
    'dyn/b',
    'dyn/c',
    'dyn/c.jnl',
    'dyn/new',
    'dyn/deep/z',
    'keys/K1',
    'Knew',
    'fixed',
  ]) {
    host.write(`new/${name}`, `${name} 2\n`, 0o640);
    chownSync(host.path(`new/${name}`), 14, 15);
  }
  chownSync(host.path('new/keys/K1'), 1, 2);
  host.write('new/dyn/x.pid', '1');
  // Somebody changed these two on the old side as well.
  host.write('old/dyn/b', 'by hand\n', 0o600);
  host.write('old/dyn/c.jnl', 'by hand\n', 0o600);
}

function expectHandedBack(host: ScratchHost): void {
  expect(host.read('old/dyn/a')).toBe('dyn/a 2\n');
  expect(lstatSync(host.path('old/dyn/a'))).toMatchObject({ uid: 7, gid: 8, mode: 0o100_600 });
  expect(lstatSync(host.path('old/dyn'))).toMatchObject({ uid: 7, gid: 8, mode: 0o40_755 });
  expect(host.read('old/dyn/new')).toBe('dyn/new 2\n');
  expect(host.read('old/dyn/deep/z')).toBe('dyn/deep/z 2\n');
  expect(host.read('old/keys/K1')).toBe('keys/K1 2\n');
  expect(lstatSync(host.path('old/keys/K1'))).toMatchObject({ uid: 1, gid: 2, mode: 0o100_640 });
  // There is no account 14 any more: its file is that of the directory's owner.
  expect(lstatSync(host.path('old/dyn/new'))).toMatchObject({ uid: 7, gid: 8, mode: 0o100_640 });
  expect(lstatSync(host.path('old/dyn/deep')).mode & 0o777).toBe(0o711);
  expect(host.read('old/Knew')).toBe('Knew 2\n');
  // Not handed back: changed on both sides, or half of a pair that is, or not named.
  expect(host.read('old/dyn/b')).toBe('by hand\n');
  expect(host.read('old/dyn/c')).toBe('dyn/c 1\n');
  expect(host.read('old/dyn/c.jnl')).toBe('by hand\n');
  expect(host.read('old/fixed')).toBe('fixed 1\n');
  expect(existsSync(host.path('new'))).toBe(false);
  const kept = (name: string): string => readFileSync(`${keptOf(host)}${host.path(name)}`, 'utf8');
  for (const name of ['dyn/a', 'dyn/b', 'dyn/c', 'dyn/c.jnl', 'fixed']) {
    expect(kept(`new/${name}`)).toBe(`${name} 2\n`);
  }
  expect(kept('old/dyn/a')).toBe('dyn/a 1\n');
}

async function applied(): Promise<ScratchHost> {
  const host = scratchHost();
  furnish(host);
  const { result } = await host.run('apply', { steps });
  expect(result.outcome, complaintsOf(result)).toBe('changed');
  daemonWrites(host);
  return host;
}

describe.skipIf(process.getuid?.() !== 0)('what the new daemon wrote', () => {
  it('is handed back to the old one, and reported', async () => {
    const host = await applied();
    const { result, events } = await host.run('rollback');
    expect(result.outcome, complaintsOf(result)).toBe('rolled-back');
    expectHandedBack(host);
    expect(changesOf(result, ['undone']).filter((line) => line.includes('hand_back'))).toEqual([
      `one hand_back ${host.path('old')}`,
    ]);
    const said = result.resources.find(({ target }) => target === host.path('old'))?.reason;
    expect(said).toContain('5 files are back here that changed in');
    const notices = events.flatMap((event) => (event.type === 'notice' ? [event.message] : []));
    expect(notices.join('\n')).toContain('./dyn/b ./dyn/c ./dyn/c.jnl (3 in all)');
    expect(result.proof?.same).toBe(result.proof?.paths);
  });

  it('is handed back by undo.sh at the console', async () => {
    const host = await applied();
    const undo = undoAtConsole(join(host.state, 'runs', host.receipts()[0] ?? ''));
    expect(undo, undo.said).toMatchObject({ status: 0 });
    expect(undo.said).toContain('5 files are back here that changed in');
    expectHandedBack(host);
  });

  it('is handed back completely by an undo that is cut anywhere and repeated', async () => {
    const limit = pLimit(3);
    const calls = Array.from({ length: 16 }, (_, index) => 2 + index * 6);
    const cut = await Promise.all(
      calls.map((call) =>
        limit(async () => {
          const host = await applied();
          const first = await host.run('rollback', {
            runtime: deathBeforeTool(call, `${host.root}.calls`),
          });
          const { result } = await host.run('rollback');
          expect(['rolled-back', 'ok'], complaintsOf(result)).toContain(result.outcome);
          expectHandedBack(host);
          return first.result.outcome === 'unknown';
        }),
      ),
    );
    expect(cut.filter(Boolean).length).toBeGreaterThan(10);
  });

  it('is there before the old daemon starts, and is not handed back twice', async () => {
    const host = scratchHost();
    furnish(host);
    const service = fakeService(host, 'oldd');
    service.start();
    host.write(
      'etc/rc.d/oldd',
      host
        .read('etc/rc.d/oldd')
        .replace('start() {', `start() {\n  cat ${host.path('old/dyn/a')} >${host.root}.seen`),
      0o555,
    );
    const both = {
      ...steps,
      two: `state() { service_running oldd --script "$root/etc/rc.d/oldd" --state stopped; }`,
    };
    const { result } = await host.run('apply', { steps: both, runtime: movedTo(host.root) });
    expect(result.outcome, complaintsOf(result)).toBe('changed');
    daemonWrites(host);
    host.write('new/stranger', 'x');
    const first = await host.run('rollback', { runtime: movedTo(host.root) });
    expect(changesOf(first.result, ['conflict'])).toEqual([`one path ${host.path('new')}`]);
    expect(readFileSync(`${host.root}.seen`, 'utf8')).toBe('dyn/a 2\n');
    host.write('old/dyn/a', 'dyn/a 3\n');
    host.remove('new/stranger');
    const second = await host.run('rollback', { runtime: movedTo(host.root) });
    expect(second.result.outcome, complaintsOf(second.result)).toBe('rolled-back');
    expect(host.read('old/dyn/a')).toBe('dyn/a 3\n');
  });
});
