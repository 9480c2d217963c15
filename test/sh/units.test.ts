// Which runs a rollback undoes, and in which order: by the host's own count, and together what belongs together.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pLimit from 'p-limit';
import { describe, expect, it } from 'vitest';
import { deathAtEntry, deathBeforeTool, undoAtConsole } from './crash.ts';
import { fingerprint } from './fingerprint.ts';
import type { ScratchHost } from './scratch.ts';
import { changesOf, complaintsOf, scratchHost } from './scratch.ts';

const motd = (text: string): Record<string, string> => ({
  one: `state() { file "$root/motd" --content ${text}; }`,
});

async function apply(host: ScratchHost, runId: string, steps: Record<string, string>): Promise<void> {
  const { result } = await host.run('apply', { steps, settings: { runId } });
  expect(result.outcome, complaintsOf(result)).toBe('changed');
}

async function rollBack(host: ScratchHost): Promise<readonly string[]> {
  const { result, events } = await host.run('rollback');
  expect(result.outcome, complaintsOf(result)).toBe('rolled-back');
  return events.flatMap((event) => (event.type === 'notice' ? [event.message] : []));
}

const receiptOf = (host: ScratchHost, runId: string): string => join(host.state, 'runs', runId);
const statusOf = (host: ScratchHost, runId: string): string =>
  readFileSync(join(receiptOf(host, runId), 'status'), 'utf8').trim();

describe('the newest run', () => {
  it('is the last one on the host, whatever the clocks of controllers say', async () => {
    const host = scratchHost();
    host.write('motd', 'zero');
    await apply(host, '20261123-120000-z', motd('one'));
    await apply(host, '20261123-120000-a', motd('two'));
    await apply(host, '20261122-120000-m', motd('three'));
    const preview = await host.run('rollback', { settings: { preview: true } });
    expect(preview.receipt?.runId).toBe('20261122-120000-m');
    for (const left of ['two', 'one', 'zero']) {
      await rollBack(host);
      expect(host.read('motd').trim()).toBe(left);
    }
    expect((await host.run('rollback')).result).toMatchObject({ outcome: 'ok' });
  });

  it('is one with a number, and otherwise the last by name', async () => {
    const host = scratchHost();
    await apply(host, '20300101-000000-a', { one: 'state() { file "$root/a" --content x; }' });
    await apply(host, '20290101-000000-b', { one: 'state() { file "$root/b" --content x; }' });
    for (const runId of ['20300101-000000-a', '20290101-000000-b']) {
      // As older versions left them.
      host.remove(`../state/runs/${runId}/number`);
    }
    await apply(host, '20200101-000000-c', { one: 'state() { file "$root/c" --content x; }' });
    for (const [gone, left] of [
      ['20200101-000000-c', '20300101-000000-a'],
      ['20300101-000000-a', '20290101-000000-b'],
    ] as const) {
      await rollBack(host);
      expect(statusOf(host, gone)).toBe('rolled-back');
      expect(statusOf(host, left)).toBe('applied');
    }
  });

  it('is never pruned, and the others are in that order', async () => {
    const host = scratchHost();
    for (const [runId, text] of [
      ['20261123-120000-z', 'one'],
      ['20261123-120000-m', 'two'],
      ['20251123-120000-a', 'three'],
    ] as const) {
      const { result } = await host.run('apply', {
        steps: motd(text),
        settings: { runId, keepReceipts: 2 },
      });
      expect(result.outcome, complaintsOf(result)).toBe('changed');
    }
    expect(host.receipts()).toEqual(['20251123-120000-a', '20261123-120000-m']);
  });
});

const steps = {
  one: `state() {
  file "$root/a" --content ours
  file "$root/b" --content ours
  directory "$root/d" --kept '*'
  file "$root/d/e" --content ours
}`,
  two: `state() { file "$root/c" --content ours; symlink "$root/d/l" --to e; }`,
};

/** Two runs that did not come to a good end, and one that went on with them. */
async function unfinishedTwice(): Promise<{ host: ScratchHost; before: readonly string[] }> {
  const host = scratchHost();
  host.write('a', 'first');
  host.write('c', 'first');
  const before = fingerprint(host.root, 'second');
  const died = await host.run('apply', { steps, settings: { runId: 'dead' }, runtime: deathAtEntry(4) });
  expect(died.result.outcome).toBe('unknown');
  const failing = { ...steps, two: 'state() { fail no; }' };
  const failed = await host.run('apply', { steps: failing, settings: { runId: 'bad' } });
  expect(failed.result.outcome).toBe('failed');
  await apply(host, 'a-good', steps);
  return { host, before };
}

describe('a run that continued unfinished ones', () => {
  /** A run that dies where it was about to make `d`, a daemon that makes it first, and a run that went on. */
  async function madeMeanwhile(): Promise<{ host: ScratchHost; before: readonly string[] }> {
    const host = scratchHost();
    const before = fingerprint(host.root, 'second');
    const made = {
      one: 'state() { directory "$root/d"; directory "$root/d/run" --mode 0711 --transient "*.pid"; }',
    };
    const died = await host.run('apply', {
      steps: made,
      settings: { runId: 'dead' },
      runtime: deathAtEntry(2),
    });
    expect(died.result.outcome).toBe('unknown');
    expect(existsSync(host.path('d'))).toBe(false);
    mkdirSync(host.path('d/run'), { recursive: true, mode: 0o777 });
    await apply(host, 'a-good', made);
    host.write('d/run/named.pid', '17');
    return { host, before };
  }

  it('is rolled back with the directories that somebody made between the two', async () => {
    const { host, before } = await madeMeanwhile();
    await rollBack(host);
    expect(fingerprint(host.root, 'second')).toEqual(before);
  });

  it('keeps what somebody put there, says how to remove it, and then finds all as before', async () => {
    const { host, before } = await madeMeanwhile();
    host.write('d/run/journal', 'precious');
    const { result } = await host.run('rollback');
    expect(result.outcome).toBe('failed');
    expect(complaintsOf(result)).toContain('--force moves it to');
    expect(host.read('d/run/journal')).toBe('precious');
    const forced = await host.run('rollback', { settings: { force: true } });
    expect(forced.result.outcome, complaintsOf(forced.result)).toBe('rolled-back');
    expect(fingerprint(host.root, 'second')).toEqual(before);
    const kept = readdirSync(join(host.state, 'kept'), { recursive: true, encoding: 'utf8' });
    expect(kept.filter((path) => path.endsWith('/journal'))).toHaveLength(1);
  });

  it('is undone with them, which is reported before and after', async () => {
    const { host, before } = await unfinishedTwice();
    const preview = await host.run('rollback', { settings: { preview: true } });
    expect(preview.receipt?.runId).toBe('a-good');
    expect(changesOf(preview.result).slice(0, 2)).toEqual([' run bad', ' run dead']);
    expect(changesOf(preview.result)).toContain(`one path ${host.path('a')}`);
    const notices = await rollBack(host);
    expect(notices.join('\n')).toContain('each continued the next one: a-good bad dead');
    expect(fingerprint(host.root, 'second')).toEqual(before);
    for (const runId of ['a-good', 'bad', 'dead']) expect(statusOf(host, runId)).toBe('rolled-back');
    expect((await host.run('rollback')).result).toMatchObject({ outcome: 'ok' });
  });

  it.each(['bad', 'dead'])('is named if only one of them is selected (%s)', async (targetRun) => {
    const { host } = await unfinishedTwice();
    const { result } = await host.run('rollback', { settings: { targetRun } });
    expect(result.outcome).toBe('failed');
    expect(result.reason).toBe(
      `run a-good continued run ${targetRun}, so they are undone together, by --run a-good`,
    );
    const undo = undoAtConsole(receiptOf(host, targetRun));
    expect(undo.status).toBe(1);
    expect(undo.said).toContain(`undone together: sh ${receiptOf(host, 'a-good')}/undo.sh`);
    expect(statusOf(host, targetRun)).not.toContain('roll');
  });

  it('is undone with them at the console', async () => {
    const { host, before } = await unfinishedTwice();
    const undo = undoAtConsole(receiptOf(host, 'a-good'));
    expect(undo, undo.said).toMatchObject({ status: 0 });
    expect(fingerprint(host.root, 'second')).toEqual(before);
    expect(statusOf(host, 'dead')).toBe('rolled-back');
  });

  it('is undone with them if the undo is cut anywhere', { tags: 'long' }, async () => {
    const limit = pLimit(3);
    const cuts = await Promise.all(
      Array.from({ length: 12 }, (_, index) => 2 + index * 2).map((call) =>
        limit(async () => {
          const { host, before } = await unfinishedTwice();
          const cut = await host.run('rollback', { runtime: deathBeforeTool(call, `${host.root}.calls`) });
          const { result } = await host.run('rollback');
          expect(['rolled-back', 'ok'], complaintsOf(result)).toContain(result.outcome);
          expect(fingerprint(host.root, 'second'), `cut at ${call}`).toEqual(before);
          for (const runId of ['a-good', 'bad', 'dead']) expect(statusOf(host, runId)).toBe('rolled-back');
          return cut.result.outcome;
        }),
      ),
    );
    expect(cuts.filter((outcome) => outcome === 'unknown').length).toBeGreaterThan(3);
  });

  it('stays with them when old receipts are removed', async () => {
    const { host, before } = await unfinishedTwice();
    const more = await host.run('apply', {
      steps: { three: 'state() { file "$root/z" --content x; }' },
      settings: { runId: 'more', keepReceipts: 2 },
    });
    expect(more.result.outcome, complaintsOf(more.result)).toBe('changed');
    expect(host.receipts()).toEqual(['a-good', 'bad', 'dead', 'more']);
    await rollBack(host);
    await rollBack(host);
    expect(fingerprint(host.root, 'second')).toEqual(before);
    const last = await host.run('apply', { steps: motd('x'), settings: { runId: 'last', keepReceipts: 1 } });
    expect(last.result.outcome, complaintsOf(last.result)).toBe('changed');
    expect(host.receipts()).toEqual(['last']);
  });

  it('is undone alone if they are of another playbook, or a good run is in between', async () => {
    const host = scratchHost();
    const fails = { one: 'state() { file "$root/x" --content x; fail no; }' };
    await host.run('apply', { steps: fails, settings: { runId: 'x-other' } });
    writeFileSync(
      join(receiptOf(host, 'x-other'), 'meta'),
      readFileSync(join(receiptOf(host, 'x-other'), 'meta'), 'utf8').replace('scratch', 'other'),
    );
    await apply(host, 'first', motd('one'));
    await apply(host, 'second', motd('two'));
    await rollBack(host);
    expect(host.read('motd')).toBe('one\n');
    await rollBack(host);
    expect(statusOf(host, 'x-other')).toBe('failed');
    await rollBack(host);
    expect(statusOf(host, 'x-other')).toBe('rolled-back');
  });
});
