// test: a playbook proved on practice hosts that are new, and gone afterwards.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { apply, plan, type PlaybookTarget, rollback, verify } from '../../actions/index.ts';
import { verdict } from '../../compare/index.ts';
import { chooseBackend, type Lab, prepareImage, startLab } from '../../lab/index.ts';
import { exitCodes, type RunResult } from '../../model/index.ts';
import { count, escapeTerminal, renderResult, stringifyJson } from '../../report/index.ts';
import { pictureDifference, pictureScript } from '../host-picture.ts';
import type { PlaybookOptions } from '../options.ts';
import { writeOut } from '../outputs.ts';
import { type FleetSession, openFleet } from '../session.ts';
import { backendNamed, releaseNamed } from './lab.ts';
import { openTarget } from './target.ts';

/** What `muster test` takes. */
export interface TestOptions extends PlaybookOptions {
  readonly number?: number;
  readonly backend?: string;
  readonly release?: string;
}

/** What one stage came to. */
interface Stage {
  readonly title: string;
  readonly good: boolean;
  readonly seconds: number;
  /** What is wrong, for a person. */
  readonly why: string;
}

interface Trial {
  readonly lab: Lab;
  readonly session: FleetSession;
  readonly target: PlaybookTarget;
  /** Applies that changed something: so many runs are to be undone. */
  changes: number;
}

/** What a stage found wrong; empty when it is good. */
type Check = (trial: Trial) => Promise<string>;

/** `muster test PLAYBOOK`: 0 when every stage is good, else 1. Throws UsageError and ConfigError. */
export async function testCommand(playbook: string, options: TestOptions): Promise<number> {
  const hosts = hostsOf(options);
  const { backend } = await chooseBackend(backendNamed(options.backend));
  const image = await prepareImage(backend, say);
  const directory = await mkdtemp(join(tmpdir(), 'muster-test-'));
  const stages: Stage[] = [];
  try {
    say(`starting ${count(hosts.length, 'practice host')}`);
    const lab = await startLab({ hosts, image, directory });
    try {
      const fleet = { ...options, inventory: [lab.inventoryFile], history: false, quiet: true, json: false };
      const session = await openFleet(fleet);
      const target = await openTarget(playbook, fleet, session);
      for await (const stage of run({ lab, session, target, changes: 0 })) {
        stages.push(stage);
        if (options.json !== true) writeOut(shown(stage));
      }
    } finally {
      await lab.stop();
    }
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
  return tell(playbook, hosts, stages, options.json === true);
}

function hostsOf({ number = 1, release }: TestOptions): { name: string; release: string }[] {
  const known = releaseNamed(release);
  return Array.from({ length: number }, (_, at) => ({ name: `ns${String(at + 1)}`, release: known }));
}

/** Stage by stage; none follows one that failed but the rollback, which shows whether there is a way back. */
async function* run(trial: Trial): AsyncGenerator<Stage> {
  const before = await pictures(trial.lab);
  let isGood = true;
  let isApplied = false;
  for (const [title, check] of stagesOf(before)) {
    if (!isGood && !(title === rolledBack && isApplied)) continue;
    const began = performance.now();
    const why = await check(trial);
    if (title === applied) isApplied = true;
    isGood &&= why === '';
    yield { title, good: why === '', seconds: (performance.now() - began) / 1000, why };
  }
}

const applied = 'apply brings the hosts to the declared state';
const rolledBack = 'rollback leaves the hosts exactly as they were';

function stagesOf(before: Pictures): readonly (readonly [title: string, check: Check])[] {
  const isSame = async (lab: Lab): Promise<string> => difference(before, await pictures(lab));
  return [
    [
      'plan succeeds, and touches nothing',
      async (trial) => (await judged(trial, 'plan')) || (await isSame(trial.lab)),
    ],
    [applied, async (trial) => await judged(trial, 'apply')],
    ['a second apply changes nothing', async (trial) => await judged(trial, 'again')],
    ['verify finds no drift, and every expectation holds', async (trial) => await judged(trial, 'verify')],
    [rolledBack, async (trial) => (await judged(trial, 'rollback')) || (await isSame(trial.lab))],
  ];
}

/** Runs one verb; what it says if it did not end well. */
async function judged(
  trial: Trial,
  verb: 'plan' | 'apply' | 'again' | 'verify' | 'rollback',
): Promise<string> {
  const { session, target } = trial;
  const result = await ran(trial, verb);
  if (result.action === 'apply' && result.hosts.some(({ outcome }) => outcome !== 'ok')) trial.changes += 1;
  if (verdict(result).exitCode !== exitCodes.good) return renderResult(result, session.style);
  const changed = result.hosts.filter(({ outcome }) => outcome === 'changed').map(({ host }) => host);
  if (verb === 'again' && changed.length > 0)
    return `${changed.join(', ')}: changed again\n${renderResult(result, session.style)}`;
  const missing = target.hosts.length - result.hosts.length;
  return missing === 0 ? '' : `${count(missing, 'host')} not seen`;
}

async function ran(
  trial: Trial,
  verb: 'plan' | 'apply' | 'again' | 'verify' | 'rollback',
): Promise<RunResult> {
  const { session, target } = trial;
  if (verb === 'verify') return (await session.follow((deps) => verify(target, deps))).result;
  if (verb === 'rollback') {
    return await undoAll(session, trial.changes);
  }
  const compiled = await session.compile(target);
  if (verb === 'plan') return (await session.follow((deps) => plan(compiled, deps))).result;
  return (await session.follow((deps) => apply(compiled, { allowIrreversible: false }, deps))).result;
}

/** A rollback undoes the newest run of a host, so there is one for each that changed something. */
async function undoAll(session: FleetSession, runs: number): Promise<RunResult> {
  const choice = { force: false, preview: false };
  const undo = async (): Promise<RunResult> =>
    (await session.follow((deps) => rollback(session.hosts, choice, deps))).result;
  let result = await undo();
  for (let done = 1; done < runs && verdict(result).exitCode === exitCodes.good; done += 1)
    result = await undo();
  return result;
}

type Pictures = ReadonlyMap<string, string>;

async function pictures(lab: Lab): Promise<Pictures> {
  const taken = lab.hosts.map(async ({ name }) => {
    const { stdout } = await lab.exec(name, ['/bin/sh', '-c', pictureScript]);
    return [name, stdout] as const;
  });
  return new Map(await Promise.all(taken));
}

/** The most lines that are shown of a host. */
const mostLines = 20;

function difference(before: Pictures, after: Pictures): string {
  return [...before]
    .flatMap(([host, picture]) => {
      const lines = pictureDifference(picture, after.get(host) ?? '');
      const more =
        lines.length > mostLines ? [`${host}: and ${count(lines.length - mostLines, 'more line')}`] : [];
      return [...lines.slice(0, mostLines).map((line) => `${host}: ${line}`), ...more];
    })
    .map((line) => `${line}\n`)
    .join('');
}

function shown({ title, good, seconds, why }: Stage): string {
  const head = `${good ? 'ok    ' : 'FAILED'}  ${title} (${seconds.toFixed(1)} s)\n`;
  return good ? head : head + escapeTerminal(why.replace(/^(?=.)/gm, '        '), 'tab-newline');
}

function tell(
  playbook: string,
  hosts: readonly { readonly name: string; readonly release: string }[],
  stages: readonly Stage[],
  json: boolean,
): number {
  const good = stages.length === 5 && stages.every((stage) => stage.good);
  if (json) writeOut(`${stringifyJson({ playbook, hosts, good, stages })}\n`);
  else {
    const on = `${count(hosts.length, 'practice host')}, NetBSD ${hosts[0]?.release ?? ''}`;
    const end = good ? 'good' : 'not good';
    writeOut(
      `${escapeTerminal(playbook)} is ${end}: ${stages.filter((stage) => stage.good).length} of 5 stages, on ${on}\n`,
    );
  }
  return good ? exitCodes.good : exitCodes.failed;
}

function say(line: string): void {
  process.stderr.write(`${escapeTerminal(line)}\n`);
}
