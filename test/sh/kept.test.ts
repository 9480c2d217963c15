// No undo destroys what cannot be made again, however it came to be where the run made room: it is kept, and told.
import { execFileSync } from 'node:child_process';
import { existsSync, lstatSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pLimit from 'p-limit';
import { describe, expect, it } from 'vitest';
import type { LocalRun } from '../support/run-local.ts';
import { swapFirst } from '../support/swapped.ts';
import { deathBeforeTool, undoAtConsole } from './crash.ts';
import { fingerprint } from './fingerprint.ts';
import { daemonWrites, furnish, lostMarkers, othersWrite, plant, steps } from './kept.ts';
import type { ScratchHost } from './scratch.ts';
import { changesOf, complaintsOf, keptOf, scratchHost } from './scratch.ts';

async function applied(): Promise<{ host: ScratchHost; before: readonly string[] }> {
  const host = scratchHost();
  const before = furnish(host);
  const { result } = await host.run('apply', { steps });
  expect(result.outcome, complaintsOf(result)).toBe('changed');
  return { host, before };
}

type RuntimeChange = NonNullable<LocalRun['runtime']>;

const force = { settings: { force: true } };

/** The kept directory stands for another file system: nothing can be renamed into it. */
const farAway: RuntimeChange = (path, text) =>
  path === 'kept.sh' ? `${text}\nm__is_near() { return 1; }\n` : text;

function keptFiles(host: ScratchHost): readonly string[] {
  const kept = `${keptOf(host)}${host.root}`;
  return readdirSync(kept, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() || entry.isSymbolicLink())
    .map((entry) => join(entry.parentPath, entry.name).slice(kept.length + 1))
    .toSorted();
}

describe.skipIf(process.getuid?.() !== 0)('what a daemon wrote in its own places', () => {
  it.each([
    ['in the same file system', {}, '/bin/sh'],
    ['in another file system', { runtime: farAway }, '/bin/sh'],
    ['by busybox', { runtime: farAway }, '/bin/busybox sh'],
    ['by mksh', {}, '/bin/mksh'],
  ])('is no conflict, and is kept %s as it was', async (_title, changed, shell) => {
    if (!existsSync(shell.split(' ')[0] ?? '')) return;
    const { host, before } = await applied();
    plant(host, daemonWrites);
    const { result } = await host.run('rollback', { ...changed, shell });
    expect(result.outcome, complaintsOf(result)).toBe('rolled-back');
    expect(fingerprint(host.root, 'second')).toEqual(before);
    expect(keptFiles(host)).toEqual(Object.keys(daemonWrites).toSorted());
    const kept = (name: string): string => `${keptOf(host)}${host.path(name)}`;
    for (const [name, text] of Object.entries(daemonWrites)) {
      expect(readFileSync(kept(name), 'utf8')).toBe(text);
      expect(lstatSync(kept(name))).toMatchObject({ uid: 14, gid: 15, mode: 0o100_640 });
    }
    expect(lstatSync(kept('keys'))).toMatchObject({ uid: 14, gid: 15, mode: 0o40_775 });
    expect(lstatSync(kept('keys/sub'))).toMatchObject({ uid: 14, gid: 15 });
    expect(lstatSync(join(host.state, 'kept')).mode & 0o777).toBe(0o700);
    expect(lstatSync(keptOf(host)).mode & 0o777).toBe(0o700);
    // One line says it all, and each place says its own.
    expect(changesOf(result, ['undone']).filter((line) => line.includes('kept '))).toEqual([
      ` kept ${keptOf(host)}`,
    ]);
    expect(result.resources.find(({ target }) => target === host.path('keys'))?.reason).toContain(
      `4 files are kept: ${kept('keys')}`,
    );
  });

  it('stays in place in a directory that was there before', async () => {
    const host = scratchHost();
    host.write('was/mine', 'mine\n');
    const state = 'state() { directory "$root/was" --mode 0770 --kept "*" --transient "*"; }';
    await host.run('apply', { steps: { one: state } });
    host.write('was/K1.private', 'Private-key-format: marker-1');
    expect((await host.run('rollback')).result.outcome).toBe('rolled-back');
    expect(readdirSync(host.path('was'))).toEqual(['K1.private', 'mine']);
    expect(existsSync(join(host.state, 'kept'))).toBe(false);
  });

  it('stays in a file of which the run changed only owner and mode', async () => {
    const host = scratchHost();
    host.write('zone', 'zone 1\n', 0o600);
    const state = 'state() { mode_owner "$root/zone" --owner 14 --mode 0640; }';
    await host.run('apply', { steps: { one: state } });
    host.write('zone', 'zone 2\n');
    const { result } = await host.run('rollback');
    expect(result, complaintsOf(result)).toMatchObject({
      outcome: 'rolled-back',
      proof: { same: 0, paths: 0 },
    });
    expect(host.read('zone')).toBe('zone 2\n');
    expect(lstatSync(host.path('zone'))).toMatchObject({ uid: 0, mode: 0o100_600 });
  });

  it('does not hide files of unknown origin', async () => {
    const { host } = await applied();
    plant(host, daemonWrites);
    host.write('run/.stranger', 'x');
    host.write('zones/stranger', 'x');
    const { result } = await host.run('rollback');
    expect(result.outcome).toBe('failed');
    expect(changesOf(result, ['conflict'])).toEqual([
      `one path ${host.path('zones')}`,
      `one path ${host.path('run')}`,
    ]);
    expect(lstatSync(host.path('run'))).toMatchObject({ uid: 14, mode: 0o40_755 });
    expect(lostMarkers(host, daemonWrites)).toEqual([]);
  });

  it('is not followed through links to other directories', async () => {
    const { host } = await applied();
    host.write('../outside/key', 'Private-key-format: marker-1');
    execFileSync('ln', ['-s', host.path('../outside'), host.path('run/log')]);
    execFileSync('ln', ['-s', host.path('../outside/key'), host.path('keys/link')]);
    host.remove('zones/copy');
    execFileSync('ln', ['-s', host.path('../outside/key'), host.path('zones/copy')]);
    execFileSync('ln', [host.path('../outside/key'), host.path('keys/hard')]);
    const { result } = await host.run('rollback', { runtime: farAway });
    expect(result.outcome, complaintsOf(result)).toBe('rolled-back');
    expect(host.read('../outside/key')).toContain('marker-1');
    // A copy has one name only, so it is kept elsewhere: it may not be the daemon's own, and is never handed back.
    expect(readFileSync(`${keptOf(host)}.linked${host.path('keys/hard')}`, 'utf8')).toContain('marker-1');
    expect(keptFiles(host)).toEqual(['keys/link', 'zones/copy']);
    for (const name of keptFiles(host))
      expect(lstatSync(`${keptOf(host)}${host.path(name)}`).isSymbolicLink()).toBe(true);
  });
});

describe('a tree that is removed while a daemon writes in it', () => {
  /** Somebody writes between the saving of the tree and its removal. */
  const late: RuntimeChange = (path, text) =>
    path === 'journal.sh'
      ? swapFirst(
          text,
          '  m__record tree "$1" "$m_step"',
          '  m__record tree "$1" "$m_step"\n  echo marker-1 >"$1/late"',
        )
      : text;
  const removal = { one: 'state() { absent "$root/tree" --recursive; }' };

  it('is restored with what was written last', async () => {
    const host = scratchHost();
    host.write('tree/file', 'first\n');
    const { result } = await host.run('apply', { steps: removal, runtime: late });
    expect(result.outcome, complaintsOf(result)).toBe('changed');
    expect(existsSync(host.path('tree'))).toBe(false);
    expect((await host.run('rollback')).result.outcome).toBe('rolled-back');
    expect([host.read('tree/file'), host.read('tree/late')]).toEqual(['first\n', 'marker-1\n']);
  });

  it('is restored with it wherever the run is cut', { tags: 'long' }, async () => {
    const limit = pLimit(3);
    const cut = await Promise.all(
      Array.from({ length: 12 }, (_, index) => index + 6).map((call) =>
        limit(async () => {
          const host = scratchHost();
          host.write('tree/file', 'first\n');
          const runtime: RuntimeChange = (path, text) =>
            deathBeforeTool(call, `${host.root}.calls`)(path, late(path, text));
          const { result } = await host.run('apply', { steps: removal, runtime });
          const wasWritten = host.receipts().length > 0 && host.receipt('journal').includes('|tree|');
          await host.run('rollback');
          expect(host.read('tree/file'), `cut at call ${call}`).toBe('first\n');
          return {
            unknown: result.outcome === 'unknown',
            back: existsSync(host.path('tree/late')),
            wasWritten,
          };
        }),
      ),
    );
    expect(cut.filter(({ unknown }) => unknown).length).toBeGreaterThan(6);
    expect(cut.filter(({ back, wasWritten }) => wasWritten && !back)).toEqual([]);
  });
});

it('is undone from an old receipt, whose journal has neither, with its keys kept', async () => {
  const host = scratchHost();
  const state = `state() { directory "$root/keys" --transient '*'; file "$root/once" --content ours --once; }`;
  await host.run('apply', { steps: { one: state } });
  const journal = join(host.state, 'runs', host.receipts()[0] ?? '', 'journal');
  const old = readFileSync(journal, 'utf8')
    .replaceAll(/\|[^|]*\|\.$/gm, '|.')
    .replaceAll('||.', '|.');
  writeFileSync(journal, old);
  expect(
    old
      .split('\n')
      .filter((line) => line.includes('|path|'))[0]
      ?.split('|'),
  ).toHaveLength(16);
  host.write('keys/K1.private', 'Private-key-format: marker-1');
  host.write('once', 'marker-2');
  const { result } = await host.run('rollback');
  expect(changesOf(result, ['conflict'])).toEqual([`one path ${host.path('once')}`]);
  expect(keptFiles(host)).toEqual(['keys/K1.private']);
});

describe.skipIf(process.getuid?.() !== 0)('what others wrote anywhere', () => {
  it('is still there after an undo, which names the place', async () => {
    const { host } = await applied();
    plant(host, daemonWrites, othersWrite);
    const { result } = await host.run('rollback');
    expect(result.outcome).toBe('failed');
    expect(lostMarkers(host, daemonWrites, othersWrite)).toEqual([]);
    expect(changesOf(result, ['failed'])).toEqual([]);
    const conflicts = changesOf(result, ['conflict']).map((line) => line.split('/').at(-1));
    expect(conflicts).toEqual(['gone', 'tree', 'link', 'new', 'changed', 'zones', 'none']);
  });

  it('is kept by an undo with --force, and no prune removes it', async () => {
    const { host, before } = await applied();
    plant(host, daemonWrites, othersWrite);
    const { result } = await host.run('rollback', force);
    expect(result.outcome, complaintsOf(result)).toBe('rolled-back');
    expect(fingerprint(host.root, 'second')).toEqual(before);
    expect(keptFiles(host)).toEqual([...Object.keys(daemonWrites), ...Object.keys(othersWrite)].toSorted());
    for (const n of [1, 2]) {
      const state = `state() { file "$root/prune" --content ${n}; }`;
      await host.run('apply', { steps: { one: state }, settings: { keepReceipts: 1 } });
    }
    expect(host.receipts()).toHaveLength(1);
    expect(lostMarkers(host, daemonWrites, othersWrite)).toEqual([]);
  });

  it('is kept by undo.sh at the console', async () => {
    const { host, before } = await applied();
    plant(host, daemonWrites, othersWrite);
    const receipt = join(host.state, 'runs', host.receipts()[0] ?? '');
    const refused = undoAtConsole(receipt);
    expect(refused.status).toBe(1);
    expect(refused.said).toContain(`kept ${keptOf(host)}: 13 files are kept here that others wrote`);
    const undo = undoAtConsole(receipt, '--force');
    expect(undo, undo.said).toMatchObject({ status: 0 });
    expect(fingerprint(host.root, 'second')).toEqual(before);
    expect(lostMarkers(host, daemonWrites, othersWrite)).toEqual([]);
  });

  it('is kept by an undo that is cut anywhere and repeated', { tags: 'long' }, async () => {
    const limit = pLimit(3);
    const calls = Array.from({ length: 14 }, (_, index) => 3 + index * 9);
    const cut = await Promise.all(
      calls.map((call) =>
        limit(async () => {
          const { host, before } = await applied();
          plant(host, daemonWrites, othersWrite);
          const runtime: RuntimeChange = (path, text) => {
            const doomed = deathBeforeTool(call, `${host.root}.calls`)(path, text);
            return call % 2 === 0 ? farAway(path, doomed) : doomed;
          };
          const first = await host.run('rollback', { ...force, runtime });
          expect(lostMarkers(host, daemonWrites, othersWrite), `cut at call ${call}`).toEqual([]);
          const { result } = await host.run('rollback', force);
          expect(['rolled-back', 'ok'], complaintsOf(result)).toContain(result.outcome);
          expect(fingerprint(host.root, 'second'), `as before after a cut at call ${call}`).toEqual(before);
          expect(lostMarkers(host, daemonWrites, othersWrite)).toEqual([]);
          return first.result.outcome === 'unknown';
        }),
      ),
    );
    expect(cut.filter(Boolean).length).toBeGreaterThan(10);
  });
});
