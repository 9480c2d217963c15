// What the new daemon wrote in directories that stay when the run is undone goes back, too; and no journal stays beside a
// zone that it does not fit.
// @module-tag long
import { chownSync, existsSync, linkSync, lstatSync, readFileSync, symlinkSync, utimesSync } from 'node:fs';
import pLimit from 'p-limit';
import { describe, expect, it } from 'vitest';
import { deathBeforeTool } from './crash.ts';
import type { ScratchHost } from './scratch.ts';
import { complaintsOf, keptOf, scratchHost } from './scratch.ts';

const names = [
  'dyn/a',
  'dyn/taken',
  'dyn/moved',
  'dyn/still',
  'dyn/both',
  'dyn/z',
  'dyn/z.jnl',
  'dyn/z.jbk',
  'dyn/fits',
  'dyn/fits.jnl',
  'dyn/hand',
  'dyn/hand.jnl',
  'dyn/s',
  'dyn/s.signed',
  'dyn/s.signed.jnl',
];

const makes = {
  one: `state() {
  directory "$root/new" --owner 14
  directory "$root/new/dyn" --owner 14 --group 15 --mode 0770 --kept '*'
  directory "$root/new/keys" --owner 14 --kept '*'
  for name in ${names.join(' ')}; do copy "$root/new/$name" --from "$root/old/$name" --once; done
}`,
};

/** The hand-over: what the old daemon wrote meanwhile is taken over, and the record made. */
const handsOver = {
  two: `state() {
  for name in dyn/taken dyn/moved; do
    m_digest "$root/old/$name"
    m_journal_path "$root/new/$name" "file|0600|14|15|$m_digest_value" '' '*'
    m_put "$root/old/$name" "$root/new/$name" 0600 14 15
  done
  m_record_hand_back "$root/new" "$root/old" 'dyn/*' 'keys/*'
}`,
};

async function handedOver(): Promise<ScratchHost> {
  const host = scratchHost();
  for (const name of names) {
    host.write(`old/${name}`, `${name} 1\n`, 0o600);
    utimesSync(host.path(`old/${name}`), 981_173_106, 981_173_106);
  }
  host.write('old/keys/K0', 'K0\n');
  const made = await host.run('apply', { steps: makes, settings: { runId: 'a-makes' } });
  expect(made.result.outcome, complaintsOf(made.result)).toBe('changed');
  for (const name of ['dyn/taken', 'dyn/moved']) host.write(`old/${name}`, `${name} later\n`, 0o600);
  const over = await host.run('apply', { steps: handsOver, settings: { runId: 'b-over' } });
  expect(over.result.outcome, complaintsOf(over.result)).toBe('ok');
  return host;
}

function daemonWrites(host: ScratchHost): void {
  for (const name of [
    'dyn/a',
    'dyn/moved',
    'dyn/both',
    'dyn/z',
    'dyn/fits',
    'dyn/hand.jnl',
    'dyn/s.signed',
    'dyn/new',
    'dyn/sub/deep',
    'keys/K1',
    'other',
  ]) {
    host.write(`new/${name}`, `${name} 2\n`, 0o640);
    chownSync(host.path(`new/${name}`), 14, 15);
  }
  chownSync(host.path('new/dyn/sub'), 14, 15);
  for (const name of ['z.jnl', 'z.jbk', 's.signed.jnl']) host.remove(`new/dyn/${name}`);
  symlinkSync('/etc/passwd', host.path('new/keys/link'));
  host.write('secret', 'secret');
  linkSync(host.path('secret'), host.path('new/keys/hard'));
  host.write('old/dyn/both', 'by hand\n');
  host.write('old/dyn/hand', 'by hand\n');
}

function expectHandedBack(host: ScratchHost): void {
  const has = (name: string, text: string): void => {
    expect(host.read(`old/${name}`), name).toBe(text);
  };
  for (const name of ['dyn/a', 'dyn/moved', 'dyn/z', 'dyn/fits', 'dyn/new', 'dyn/sub/deep', 'keys/K1']) {
    has(name, `${name} 2\n`);
  }
  // What the undo put back in new/ is older than what the old daemon has.
  has('dyn/taken', 'dyn/taken later\n');
  expect(host.read('new/dyn/taken')).toBe('dyn/taken 1\n');
  has('dyn/both', 'by hand\n');
  // A journal of the new side does not fit a zone that was changed here, and one of this side no zone of the new one.
  has('dyn/hand', 'by hand\n');
  has('dyn/hand.jnl', 'dyn/hand.jnl 1\n');
  has('dyn/fits.jnl', 'dyn/fits.jnl 1\n');
  has('dyn/s', 'dyn/s 1\n');
  has('dyn/s.signed', 'dyn/s.signed 2\n');
  for (const name of ['dyn/z.jnl', 'dyn/z.jbk', 'dyn/s.signed.jnl']) {
    expect(existsSync(host.path(`old/${name}`)), name).toBe(false);
    expect(readFileSync(`${keptOf(host)}${host.path(`old/${name}`)}`, 'utf8')).toBe(`${name} 1\n`);
  }
  for (const name of ['other', 'keys/link', 'keys/hard']) {
    expect(existsSync(host.path(`old/${name}`)), name).toBe(false);
  }
  // The other run's places are as they were.
  expect(host.read('new/dyn/a')).toBe('dyn/a 2\n');
  expect(lstatSync(host.path('new/dyn'))).toMatchObject({ uid: 14, gid: 15, mode: 0o40_770 });
  expect(lstatSync(host.path('new/dyn/sub'))).toMatchObject({ uid: 14, gid: 15, mode: 0o40_755 });
  expect(lstatSync(host.path('new/keys'))).toMatchObject({ uid: 14, mode: 0o40_755 });
  expect(lstatSync(host.path('old/dyn/sub')).mode & 0o777).toBe(0o755);
}

describe.skipIf(process.getuid?.() !== 0)('what the new daemon wrote in places that stay', () => {
  it('is handed back, and journals that do not fit any more are kept', async () => {
    const host = await handedOver();
    daemonWrites(host);
    const { result, events } = await host.run('rollback');
    expect(result.outcome, complaintsOf(result)).toBe('rolled-back');
    expectHandedBack(host);
    const said = result.resources.find(({ resource }) => resource === 'hand_back')?.reason;
    expect(said).toContain('8 files are back here that changed in');
    expect(said).toContain(`; 3 files are kept in ${keptOf(host)}${host.path('old')} that no longer fits`);
    const notices = events.flatMap((event) => (event.type === 'notice' ? [event.message] : []));
    expect(notices.join('\n')).toContain('./dyn/both ./dyn/hand.jnl (2 in all)');
    expect(result.proof?.same).toBe(result.proof?.paths);
    host.remove('new/other');
    // The old daemon goes on; the run that made the places is undone later.
    host.write('old/dyn/a', 'dyn/a 3\n');
    const second = await host.run('rollback');
    expect(second.result.outcome, complaintsOf(second.result)).toBe('rolled-back');
    expect(host.read('old/dyn/a')).toBe('dyn/a 3\n');
    expect(host.read('old/dyn/z')).toBe('dyn/z 2\n');
  });

  it('is handed back once, whatever else is still to be undone', async () => {
    const host = scratchHost();
    host.write('old/a', '1\n');
    host.write('new/a', '1\n');
    const steps = {
      one: `state() { file "$root/f" --content x; m_record_hand_back "$root/new" "$root/old" '*'; }`,
    };
    await host.run('apply', { steps });
    host.write('new/a', 'two\n');
    host.write('f', 'by hand');
    expect((await host.run('rollback')).result.outcome).toBe('failed');
    expect(host.read('old/a')).toBe('two\n');
    host.write('new/a', 'three\n');
    const { result } = await host.run('rollback', { settings: { force: true } });
    expect(result.outcome, complaintsOf(result)).toBe('rolled-back');
    expect(host.read('old/a')).toBe('two\n');
  });

  it('is handed back completely by an undo that is cut anywhere and repeated', async () => {
    const limit = pLimit(3);
    const cut = await Promise.all(
      Array.from({ length: 16 }, (_, index) => 2 + index * 6).map((call) =>
        limit(async () => {
          const host = await handedOver();
          daemonWrites(host);
          const first = await host.run('rollback', {
            runtime: deathBeforeTool(call, `${host.root}.calls`),
          });
          const { result } = await host.run('rollback', { settings: { targetRun: 'b-over' } });
          // The last thing of an undo is to remove its work files, when the receipt says already that it is done.
          if (first.result.outcome === 'unknown' && result.reason !== 'run b-over is rolled back already') {
            expect(result.outcome, complaintsOf(result)).toBe('rolled-back');
          }
          expectHandedBack(host);
          return first.result.outcome === 'unknown';
        }),
      ),
    );
    expect(cut.filter(Boolean).length).toBeGreaterThan(8);
  });
});
