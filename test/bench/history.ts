// A history of 200 runs of 1,000 hosts with 20 steps each, and how long questions to it take: which runs, what of one, since
// when, a page of it; and how long equal answers take to be folded. It prints figures and judges nothing. MUSTER_RUNS,
// MUSTER_HOSTS and MUSTER_STEPS make it smaller. npm run bench:history
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { it } from 'vitest';
import { findingsOf, foldAnswers, sightingsOf } from '../../src/compare/index.ts';
import { reduce, type RunOrigin } from '../../src/model/index.ts';
import { fileHistory, thisController } from '../../src/store/index.ts';
import { fabricatedRun } from '../support/fabricated-run.ts';

const sizeOf = (name: string, usual: number): number => Number(process.env[name] ?? usual);
const [runs, hosts, steps] = [
  sizeOf('MUSTER_RUNS', 200),
  sizeOf('MUSTER_HOSTS', 1000),
  sizeOf('MUSTER_STEPS', 20),
];
const main = join(import.meta.dirname, '../../dist/cli/main.js');
const names = (stem: string, count: number): string[] =>
  Array.from({ length: count }, (_, at) => `${stem}${String(at + 1)}`);
const say = (text: string): boolean => process.stdout.write(`${text}\n`);

it('answers', async () => {
  const state = mkdtempSync(join(tmpdir(), 'muster-bench-history-'));
  try {
    const directory = join(state, 'muster/history');
    await record(directory);
    await askSince(directory);
    measure(state, directory);
  } finally {
    rmSync(state, { recursive: true });
  }
});

/** Runs that are recorded event by event; the others are made from their files, which is quicker. */
const recorded = Math.min(runs, 5);

async function record(directory: string): Promise<void> {
  const history = fileHistory({ directory, clock: () => new Date(), say });
  const origin: RunOrigin = {
    ...{ operator: 'ops@bastion', directory: '/srv', argv: ['apply', 'demo'], muster: '0.1.0' },
    ...{ controller: thisController(), selection: {} },
  };
  const spent = { take: 0, end: 0, events: 0 };
  for (let run = 0; run < recorded; run++) {
    const { runId, started } = stampOf(run);
    const fleet = { hosts: names('ns', hosts), steps: names('step', steps), started };
    // Applies and verifies of one playbook by turns; two hosts fail in some of them.
    const action = run % 2 === 0 ? 'verify' : 'apply';
    const failing = new Set(run % 4 === 0 ? ['ns1', 'ns7'] : []);
    const events = [...fabricatedRun({ runId, action, playbook: 'caged-bind', ...fleet, failing })];
    const recorder = history.record(origin);
    const before = process.cpuUsage();
    for (const event of events) recorder.take(event);
    spent.take += msSince(before);
    const result = reduce(events);
    const after = process.cpuUsage();
    await recorder.end(result);
    spent.end += msSince(after);
    spent.events += events.length;
  }
  for (let run = recorded; run < runs; run++) copy(directory, stampOf(run % recorded), stampOf(run));
  say(
    `${runs} runs of ${hosts} hosts with ${steps} steps, ${spent.events / recorded} events each; CPU time to record:`,
  );
  say(
    `  ${((spent.take / spent.events) * 1000).toFixed(1)} us an event, ${(spent.end / recorded).toFixed(0)} ms at the end of a run`,
  );
}

interface RunStamp {
  readonly runId: string;
  readonly started: Date;
}

function stampOf(run: number): RunStamp {
  const started = new Date(Date.parse('2026-01-01T00:00:00.000Z') + run * 12 * 3_600_000);
  const digits = started.toISOString().replaceAll(/[-:T]/g, '');
  return {
    runId: `${digits.slice(0, 8)}-${digits.slice(8, 14)}-${run.toString(16).padStart(4, '0')}`,
    started,
  };
}

/** The files of a run as if it had been another one, 12 hours or more later. */
function copy(directory: string, from: RunStamp, to: RunStamp): void {
  const renamed = (text: string): string =>
    text
      .replaceAll(from.runId, to.runId)
      .replaceAll(from.started.toISOString().slice(0, 14), to.started.toISOString().slice(0, 14));
  const [packed, summary] = ['ndjson.gz', 'json'].map((ending) =>
    readFileSync(join(directory, `${from.runId}.${ending}`)),
  );
  if (packed === undefined || summary === undefined) throw new Error(`${from.runId} was not recorded`);
  const record = renamed(gunzipSync(packed).toString('latin1'));
  writeFileSync(
    join(directory, `${to.runId}.ndjson.gz`),
    gzipSync(Buffer.from(record, 'latin1'), { level: 5 }),
  );
  writeFileSync(join(directory, `${to.runId}.json`), renamed(summary.toString()));
}

/** Since when what the newest verify found is wrong, in this process: without the time that Node takes to begin. */
async function askSince(directory: string): Promise<void> {
  const history = fileHistory({ directory, clock: () => new Date(), say });
  const [newest] = (await history.list({ action: 'verify' })).runs;
  if (newest === undefined) return;
  const findings = findingsOf((await history.read(newest.runId)).result);
  const [before, cpu] = [performance.now(), process.cpuUsage()];
  const earlier = await history.findings('caged-bind', newest.started);
  const sightings = sightingsOf([...earlier.filter(({ runId }) => runId !== newest.runId), findings]);
  const ms = performance.now() - before;
  say(
    `since when, ${sightings.length} stories over ${earlier.length} runs: ${ms.toFixed(0)} ms, ${msSince(cpu).toFixed(0)} ms of CPU`,
  );
}

it('folds', () => {
  const lines = Array.from({ length: 1024 }, (_, at) =>
    `line ${String(at)} of what a command said`.padEnd(63),
  );
  const answers = names('ns', 1000).map((host, at) => ({
    host,
    facts: new Map<string, string>(),
    command: { status: 0, stdout: `${lines.join('\n')}\n${at % 100 === 0 ? host : ''}`, stderr: '' },
  }));
  const [before, cpu] = [performance.now(), process.cpuUsage()];
  const folds = foldAnswers(answers);
  const ms = performance.now() - before;
  say(
    `1,000 answers of 64 KiB folded to ${folds.length}: ${ms.toFixed(0)} ms, ${msSince(cpu).toFixed(0)} ms of CPU`,
  );
});

function msSince(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

function measure(state: string, directory: string): void {
  const bytes = readdirSync(directory).reduce((sum, file) => sum + statSync(join(directory, file)).size, 0);
  say(`on disk: ${(bytes / 1024 ** 2).toFixed(1)} MiB, ${(bytes / runs / 1024).toFixed(0)} KiB a run`);
  for (const args of [
    ['history'],
    ['history'],
    ['history', '--host', 'ns7', '--failed'],
    ['show'],
    ['show', 'newest', 'ns7'],
    ['report', '--html', join(state, 'fleet.html')],
  ]) {
    const before = performance.now();
    const { status, stdout } = spawnSync(process.execPath, [main, ...args], {
      env: { ...process.env, XDG_STATE_HOME: state },
      maxBuffer: 1024 ** 3,
    });
    const ms = performance.now() - before;
    say(
      `${args.join(' ').padEnd(28)} ${ms.toFixed(0)} ms   (exit ${String(status)}, ${String(stdout.length)} bytes)`,
    );
  }
  say(`the page: ${(statSync(join(state, 'fleet.html')).size / 1024).toFixed(0)} KiB`);
  const index = readdirSync(directory).filter((file) => file.startsWith('index'));
  for (const file of index) say(`${file}: ${(statSync(join(directory, file)).size / 1024).toFixed(0)} KiB`);
}
