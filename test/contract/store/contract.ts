// What every history does, whatever engine its index has: it loses nothing that was reported, locks nobody out, and never
// stops a run.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { reduce, type RunEvent, type RunOrigin } from '../../../src/model/index.ts';
import type { SqlEngineKind } from '../../../src/store/engine.ts';
import { fileHistory, type History, thisController } from '../../../src/store/index.ts';
import { migrate, tablesVersion } from '../../../src/store/tables.ts';
import { fabricatedRun, type FabricatedRun } from '../../support/fabricated-run.ts';

const writer = join(import.meta.dirname, 'writer.ts');
const typescript = join(import.meta.dirname, '../../typescript.mjs');
const now = new Date('2026-11-28T06:00:00.000Z');
const origin: RunOrigin = {
  operator: 'ops@bastion',
  directory: '/srv',
  argv: ['apply', 'demo'],
  muster: '0.1.0',
  controller: thisController(),
  selection: {},
};
const gone: RunOrigin = { ...origin, controller: { ...origin.controller, pid: 2 ** 22 + 1 } };

export function historyContract(name: string, engine: () => SqlEngineKind): void {
  describe(`a history with ${name}`, () => {
    let directory: string;
    let said: string[];

    beforeEach(() => {
      directory = join(mkdtempSync(join(tmpdir(), 'muster-store-')), 'history');
      said = [];
    });

    afterEach(() => {
      rmSync(join(directory, '..'), { recursive: true, force: true });
    });

    const open = (place = directory): History =>
      fileHistory({ directory: place, clock: () => now, say: (line) => said.push(line), engine: engine() });

    const idOf = (number: number): string => `20261128-050000-${number.toString(16).padStart(4, '0')}`;

    async function keep(
      run: Partial<FabricatedRun> & { readonly number: number },
      from = origin,
    ): Promise<void> {
      const hosts = ['ns1', 'ns2'];
      const started = new Date(Date.parse('2026-11-28T05:00:00.000Z') + run.number * 1000);
      const whole = { runId: idOf(run.number), hosts, steps: ['one', 'two'], started, ...run };
      const events = [...fabricatedRun(whole)];
      const recorder = open().record(from);
      for (const event of events) recorder.take(event);
      if (whole.isCut !== true) await recorder.end(reduce(events));
    }

    it("returns the findings of a playbook's verifies, in the order of their start", async () => {
      await keep({ number: 1, action: 'verify' });
      await keep({ number: 2 });
      await keep({ number: 3, action: 'verify', playbook: 'other' });
      await keep({ number: 4, action: 'verify', failing: new Set(['ns2']) });
      await keep({ number: 5, action: 'verify', isCut: true }, gone);
      const until = '2026-11-28T05:00:04.001Z';
      const found = await open().findings('demo', until);
      expect(found.map(({ runId }) => runId)).toEqual([idOf(1), idOf(4)]);
      expect(found[1]?.found.map(({ kind, step, hosts }) => [kind, step, hosts])).toEqual([
        ['step', 'two', 'ns2'],
      ]);
      expect(found[1]?.looked).toMatchObject({ 'step one': 'ns[1-2]', values: 'ns[1-2]' });
      expect((await open().findings('demo', '2026-11-28T05:00:03.000Z')).map(({ runId }) => runId)).toEqual([
        idOf(1),
      ]);
    });

    it('keeps baselines for their owner alone, until they are dropped', async () => {
      await keep({ number: 1, action: 'verify' });
      const { baselines } = open();
      expect(await baselines.list()).toEqual([]);
      await baselines.save('spring', idOf(1));
      await expect(baselines.save('spring', idOf(1))).rejects.toMatchObject({ code: 'BASELINE_EXISTS' });
      for (const name of ['', '../x', '.x', 'a/b', 'a b'])
        await expect(baselines.save(name, idOf(1))).rejects.toMatchObject({ code: 'BASELINE_NAME' });
      expect(statSync(join(directory, 'baselines')).mode & 0o777).toBe(0o700);
      for (const file of readdirSync(join(directory, 'baselines')))
        expect(statSync(join(directory, 'baselines', file)).mode & 0o077).toBe(0);
      await open().prune({ keepRuns: 1, keepDays: 0 }, new Date('2030-01-01T00:00:00.000Z'));
      rmSync(join(directory, `${idOf(1)}.ndjson.gz`), { force: true });
      const { result, summary } = await open().baselines.read('spring');
      expect([result.runId, summary.runId, summary.state]).toEqual([idOf(1), idOf(1), 'ended']);
      expect(await baselines.list()).toMatchObject([{ name: 'spring', summary: { runId: idOf(1) } }]);
      await baselines.drop('spring');
      await expect(baselines.drop('spring')).rejects.toMatchObject({ code: 'BASELINE' });
      expect(readdirSync(join(directory, 'baselines'))).toEqual([]);
    });

    const idsIn = async (history: History = open()): Promise<readonly string[]> =>
      (await history.list({})).runs.map(({ runId }) => runId);

    it('returns a run unchanged', async () => {
      await keep({ number: 1, failing: new Set(['ns2']) });
      const events: RunEvent[] = [];
      const { result, summary } = await open().read(idOf(1), (event) => events.push(event));
      const started = new Date('2026-11-28T05:00:01.000Z');
      const written = [
        ...fabricatedRun({
          ...{ runId: idOf(1), hosts: ['ns1', 'ns2'], steps: ['one', 'two'], started },
          failing: new Set(['ns2']),
        }),
      ];
      expect(events).toEqual(written);
      expect(result).toEqual(reduce(written));
      expect(summary).toMatchObject({
        ...{ runId: idOf(1), action: 'apply', playbook: 'demo', state: 'ended', word: 'failed', exitCode: 1 },
        ...{ steps: 2, hosts: { changed: 'ns1', failed: 'ns2' }, origin },
      });
      expect((await open().list({})).runs).toEqual([summary]);
    });

    it('lists the newest first, by verb, playbook, time and how it ended', async () => {
      await keep({ number: 1 });
      await keep({ number: 2, playbook: 'other' });
      await keep({ number: 3, failing: new Set(['ns1']) });
      expect(await idsIn()).toEqual([3, 2, 1].map(idOf));
      const ids = async (query: Parameters<History['list']>[0]): Promise<string[]> =>
        (await open().list(query)).runs.map(({ runId }) => runId);
      expect(await ids({ playbook: 'demo' })).toEqual([3, 1].map(idOf));
      expect(await ids({ failed: true })).toEqual([idOf(3)]);
      expect(await ids({ since: '2026-11-28T05:00:02.000Z' })).toEqual([3, 2].map(idOf));
      expect(await ids({ action: 'verify' })).toEqual([]);
      expect(await ids({ action: 'apply', playbook: "'; DROP TABLE runs; --" })).toEqual([]);
      expect(await idsIn()).toHaveLength(3);
    });

    it('is readable for its owner only', async () => {
      await keep({ number: 1 });
      await idsIn();
      expect(statSync(directory).mode & 0o777).toBe(0o700);
      for (const file of readdirSync(directory)) expect(statSync(join(directory, file)).mode & 0o077).toBe(0);
      chmodSync(directory, 0o755);
      await keep({ number: 2 });
      expect(said).toEqual([expect.stringContaining('this run is not recorded: ')]);
      expect(said[0]).toContain('yours alone');
      await expect(idsIn()).rejects.toThrow('yours alone');
    });

    it('is the same however often its index was built, and by which program', async () => {
      for (const number of [1, 2, 3]) await keep({ number });
      const first = await open().list({});
      rmSync(join(directory, engine().file));
      expect(await open().list({})).toEqual(first);
      await Promise.all(Array.from({ length: 8 }, async () => await open().list({})));
      expect(await open().list({})).toEqual(first);
    });

    it(
      'survives eight processes that write at once and are killed at random moments',
      { tags: 'long' },
      async () => {
        const reported = new Map<string, number>();
        const children = Array.from({ length: 8 }, (_, index) =>
          startWriter([directory, `${String(index)}a`], reported),
        );
        const ended = children.map(async (child) => {
          await endOf(child);
        });
        for (const [index, child] of children.entries()) {
          await until(() => reported.size > 8 + index * 2);
          child.kill('SIGKILL');
          // Somebody asks while the others write.
          expect((await open().list({})).runs.length).toBeGreaterThan(0);
        }
        await Promise.all(ended);
        expect(reported.size).toBeGreaterThan(20);
        for (const [runId, last] of reported) {
          const sequences: number[] = [];
          const { summary } = await open().read(runId, ({ sequence }) => {
            sequences.push(sequence);
          });
          expect(sequences.length, runId).toBeGreaterThanOrEqual(last);
          expect(sequences.slice(0, last), runId).toEqual(
            Array.from({ length: last }, (_unused, at) => at + 1),
          );
          expect(['ended', 'never-ended']).toContain(summary.state);
        }
        const { runs, unreadable } = await open().list({});
        expect(runs.length + unreadable.size).toBeGreaterThanOrEqual(reported.size);
        for (const runId of unreadable.keys()) expect(reported.has(runId), runId).toBe(false);
        await keep({ number: 0xffff });
        expect(said).toEqual([]);
        expect(await idsIn()).toContain(idOf(0xffff));
      },
    );

    it('reports a run as active while its controller lives, and as never ended if it was killed', async () => {
      const reported = new Map<string, number>();
      const child = startWriter([directory, '0b', 'hang'], reported);
      await until(() => [...reported.values()].some((sequence) => sequence > 40));
      const [runId = ''] = reported.keys();
      expect((await open().list({})).runs).toMatchObject([{ runId, state: 'at-work' }]);
      expect(await open().takeNeverEnded()).toEqual([]);
      const ended = endOf(child);
      child.kill('SIGKILL');
      await ended;
      expect((await open().list({ failed: true })).runs).toMatchObject([
        { runId, state: 'never-ended', hosts: { unknown: 'ns2', ok: 'ns1' }, exitCode: 4 },
      ]);
      expect(await open().takeNeverEnded()).toMatchObject([{ runId, state: 'never-ended' }]);
      expect(await open().takeNeverEnded()).toEqual([]);
      expect((await open().read(runId)).result.hosts).toMatchObject([
        { host: 'ns1', outcome: 'ok' },
        { host: 'ns2', outcome: 'unknown', reason: expect.stringContaining('ends before') as string },
      ]);
    }, 60_000);

    it.skipIf(process.getuid?.() !== 0)('keeps what fits if the disk is full, and says so once', async () => {
      const disk = join(directory, '../disk');
      mkdirSync(disk);
      expect(spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k,mode=700', 'tmpfs', disk]).status).toBe(0);
      try {
        const run = {
          runId: idOf(1),
          hosts: Array.from({ length: 40 }, (_, at) => `ns${String(at)}`),
          steps: ['one'],
        };
        const events = [...fabricatedRun(run)];
        const history = open(disk);
        const recorder = history.record(gone);
        for (const event of events) recorder.take(event);
        await recorder.end(reduce(events));
        expect(said).toEqual([
          expect.stringMatching(/^only the beginning of this run is recorded: .*no space left on device/),
        ]);
        const { runs } = await history.list({});
        expect(runs).toMatchObject([{ runId: idOf(1), cut: 'no space left on device' }]);
        const kept: RunEvent[] = [];
        await history.read(idOf(1), (event) => kept.push(event));
        expect(kept.length).toBeGreaterThan(50);
        expect(kept.slice(0, -1)).toEqual(events.slice(0, kept.length - 1));
        expect(kept.at(-1)).toMatchObject({ type: 'notice' });
      } finally {
        spawnSync('umount', ['-l', disk]);
      }
    });

    it('records nothing if nothing can be written, says so once, and accepts the whole run', async () => {
      const file = join(directory, '..', 'file');
      writeFileSync(file, '');
      const events = [...fabricatedRun({ runId: idOf(1), hosts: ['ns1'], steps: ['one'] })];
      const recorder = open(join(file, 'history')).record(origin);
      for (const event of events) recorder.take(event);
      await recorder.end(reduce(events));
      expect(said).toEqual([expect.stringMatching(/^this run is not recorded: /)]);
    });

    it.skipIf(process.getuid?.() !== 0)('answers from a directory that is read-only', async () => {
      await keep({ number: 1 });
      // Root writes everywhere but where nobody can.
      const line = `mount --bind '${directory}' '${directory}' && mount -o remount,bind,ro '${directory}'`;
      expect(spawnSync('sh', ['-c', line]).status).toBe(0);
      try {
        expect(await idsIn()).toEqual([idOf(1)]);
        await keep({ number: 2 });
        expect(said).toEqual([expect.stringContaining('read-only file system')]);
        expect(await idsIn()).toEqual([idOf(1)]);
      } finally {
        spawnSync('umount', ['-l', directory]);
      }
    });

    it.each([
      ['no database', 'no database at all'],
      ['empty', ''],
      ['one page of another', `SQLite format 3\0${'x'.repeat(4096)}`],
    ])('rebuilds a damaged index: %s', async (_, text) => {
      await keep({ number: 1 });
      await idsIn();
      writeFileSync(join(directory, engine().file), text);
      expect(await idsIn()).toEqual([idOf(1)]);
      expect(await idsIn()).toEqual([idOf(1)]);
    });

    it('rebuilds an index that ends in the middle', async () => {
      for (const number of [1, 2, 3, 4, 5, 6, 7, 8, 9]) await keep({ number });
      await idsIn();
      const index = join(directory, engine().file);
      truncateSync(index, statSync(index).size - 6000);
      expect(await idsIn()).toHaveLength(9);
      expect(await idsIn()).toHaveLength(9);
    });

    it('skips a damaged record, names it, and shows the others', async () => {
      await keep({ number: 1 });
      await keep({ number: 2 });
      rmSync(join(directory, `${idOf(1)}.json`));
      truncateSync(join(directory, `${idOf(1)}.ndjson.gz`), 100);
      const { runs, unreadable } = await open().list({});
      expect(runs).toMatchObject([{ runId: idOf(2) }]);
      expect([...unreadable.keys()]).toEqual([idOf(1)]);
      await expect(open().read(idOf(1))).rejects.toThrow(
        `${idOf(1)}.ndjson.gz cannot be read: unexpected end of file`,
      );
    });

    it('reads from the record what an unfinished summary lacks', async () => {
      await keep({ number: 1 });
      const path = join(directory, `${idOf(1)}.json`);
      const before = (await open().list({})).runs;
      for (const text of ['', '{"version":1}', '{"version":99}']) {
        writeFileSync(path, text);
        rmSync(join(directory, engine().file));
        expect((await open().list({})).runs).toEqual(before);
      }
    });

    it('finishes what a controller left that was killed between two files', async () => {
      await keep({ number: 1 }, gone);
      const before = (await open().list({})).runs;
      const packed = join(directory, `${idOf(1)}.ndjson.gz`);
      writeFileSync(join(directory, `${idOf(1)}.ndjson`), gunzipSync(readFileSync(packed)));
      expect((await open().list({})).runs).toEqual(before);
      rmSync(packed);
      rmSync(join(directory, `${idOf(1)}.json`));
      rmSync(join(directory, engine().file));
      expect((await open().list({})).runs).toEqual(before);
    });

    it('leaves the index of a newer muster unchanged, and answers without it', async () => {
      await keep({ number: 1 });
      await idsIn();
      const path = join(directory, engine().file);
      const newer = engine().open(path);
      newer.run('UPDATE muster_history SET version = $1', [tablesVersion + 1]);
      newer.close();
      const before = readFileSync(path);
      expect(await idsIn()).toEqual([idOf(1)]);
      expect(readFileSync(path).equals(before)).toBe(true);
    });

    it.each(Array.from({ length: tablesVersion + 1 }, (_, version) => version))(
      'upgrades tables of version %i, and keeps their content',
      async (version) => {
        await keep({ number: 1 });
        const path = join(directory, engine().file);
        const older = engine().open(path);
        migrate(older, version);
        older.close();
        expect(await idsIn()).toEqual([idOf(1)]);
        const now = engine().open(path);
        expect(now.all('SELECT version FROM muster_history')).toMatchObject([{ version: tablesVersion }]);
        now.close();
      },
    );

    it('removes what exceeds its policy, but never the newest good run of a playbook or an active run', async () => {
      await keep({ number: 1, playbook: 'once' });
      for (const number of [2, 3, 4]) await keep({ number });
      for (const number of [5, 6]) await keep({ number, failing: new Set(['ns1']) });
      await keep({ number: 7, isCut: true });
      await keep({ number: 8, isCut: true }, gone);
      const policy = { keepRuns: 2, keepDays: 30 };
      const wanted = [2, 3, 5, 6].map(idOf);
      expect((await open().prune(policy, now, true)).toSorted()).toEqual(wanted);
      expect(await idsIn()).toHaveLength(8);
      expect((await open().prune(policy, now)).toSorted()).toEqual(wanted);
      expect((await idsIn()).toSorted()).toEqual([1, 4, 7, 8].map(idOf));
      const left = readdirSync(directory).filter((file) => wanted.some((id) => file.startsWith(id)));
      expect(left).toEqual([]);
      const later = new Date(now.getTime() + 31 * 24 * 3_600_000);
      expect(await open().prune({ keepRuns: 100, keepDays: 30 }, later)).toEqual([idOf(8)]);
      expect(await open().prune({ keepRuns: 100, keepDays: 30 }, later)).toEqual([]);
    });

    it('is empty before the first run, and a query creates nothing', async () => {
      expect(await open().list({})).toEqual({ runs: [], unreadable: new Map() });
      expect(existsSync(directory)).toBe(false);
    });

    it('refuses a second run of the same id', async () => {
      await keep({ number: 1, isCut: true });
      await keep({ number: 1 });
      expect(said).toEqual([expect.stringContaining('file already exists')]);
    });
  });
}

function startWriter(args: readonly string[], reported: Map<string, number>): ChildProcess {
  const child = spawn(process.execPath, ['--import', typescript, writer, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let rest = '';
  child.stdout.on('data', (bytes: Buffer) => {
    const lines = (rest + bytes.toString()).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      const [runId = '', sequence = ''] = line.split(' ');
      reported.set(runId, Number(sequence));
    }
  });
  return child;
}

async function endOf(child: ChildProcess): Promise<void> {
  await new Promise((resolve) => child.on('close', resolve));
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 5));
}
