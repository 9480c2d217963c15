// compare: hosts against each other, against some of them, or against themselves as they were. What a playbook declares is
// verify's business.
import { statSync } from 'node:fs';
import { compare } from '../../actions/index.ts';
import {
  changesBetween,
  comparisonOf,
  type ComparisonView,
  type Reference,
  verdict,
  verdictOfChanges,
  verdictOfComparison,
} from '../../compare/index.ts';
import { selectHosts } from '../../inventory/index.ts';
import {
  didYouMean,
  exitCodes,
  foldHostNames,
  type RunResult,
  UsageError,
  type VerifyResult,
} from '../../model/index.ts';
import type { CompareResult } from '../../model/index.ts';
import {
  changesJson,
  fleetComparisonJson,
  renderChanges,
  renderCompare,
  stringifyJson,
  type Style,
  styleFor,
} from '../../report/index.ts';
import type { History } from '../../store/index.ts';
import { refuseUnknownMasks } from '../mask-list.ts';
import type { PlaybookOptions } from '../options.ts';
import { historyOf } from '../origin.ts';
import { writeOut } from '../outputs.ts';
import { colorEnvironment } from '../print-text.ts';
import { openFleet } from '../session.ts';
import { sightingsIn } from '../since.ts';
import {
  newestVerify,
  playbookMeant,
  readRecordFile,
  recordName,
  runIdOf,
  runsLike,
} from '../stored-runs.ts';
import { playbookDirectory } from '../own-playbooks.ts';
import { type TakenFiles, takeFiles, tell } from '../taken-fleet.ts';
import { parseTime } from '../times.ts';
import { neededHistory } from './history.ts';
import { openTarget } from './target.ts';

export interface CompareOptions extends PlaybookOptions {
  readonly all?: boolean;
  readonly now?: boolean;
  readonly golden?: string;
  readonly group?: string;
  readonly run?: string;
  readonly since?: string;
  readonly baseline?: string;
  readonly playbook?: string;
  readonly key?: readonly string[];
  /** False: no mask counts. */
  readonly mask?: string | false;
}

/** What `compare` has in its hands besides the options. */
interface Tools {
  readonly style: Style;
  /** Undefined where the configuration says that no run is recorded. */
  readonly history: History | undefined;
}

/** `muster compare [PLAYBOOK | RUN [RUN] | FILE [FILE]]`. */
export async function compareCommand(words: readonly string[], options: CompareOptions): Promise<number> {
  const [first, second] = words;
  refuseTogether(words, options);
  if (typeof options.mask === 'string') refuseUnknownMasks(options.mask);
  const taken = await takeFiles(options);
  const style = styleFor(colorEnvironment(taken.config), process.stdout);
  const tools = { style, history: historyOf(taken).history };
  const isPlaybook = first !== undefined && second === undefined && !(await isRecorded(first, taken, tools));
  if (isPlaybook && !isAgainst(options)) return await compareNow(first, options);
  if (second !== undefined && first !== undefined) {
    const [earlier, later] = [await recorded(first, tools), await recorded(second, tools)];
    return printChanges(limited(earlier, options), later, options, tools);
  }
  const subject =
    isPlaybook || options.now === true
      ? await observed(first, options, tools)
      : first === undefined
        ? await newest(options, tools)
        : await recorded(first, tools);
  const earlier = await earlierRun(subject, options, tools);
  if (earlier !== undefined) return printChanges(earlier, subject, options, tools);
  return await printComparison(comparable(subject), options, tools);
}

/** As it always was: the hosts are asked, and held against each other. */
async function compareNow(playbook: string, options: CompareOptions): Promise<number> {
  const session = await openFleet(options);
  const target = await openTarget(playbook, options, session);
  const { result } = await session.follow((deps) => compare(target, deps));
  return await session.print(result, { all: options.all === true });
}

/** Asks the hosts, with a playbook that the operator names, or that of the newest verify. */
async function observed(
  named: string | undefined,
  options: CompareOptions,
  tools: Tools,
): Promise<RunResult> {
  const playbook = named ?? (await playbookOfNewest(options, tools));
  const also =
    options.golden ?? (options.group === undefined ? undefined : `@${options.group.replace(/^@/, '')}`);
  const limit =
    options.limit === undefined || also === undefined ? options.limit : `${options.limit},${also}`;
  // What --json writes is the comparison alone.
  const asked = { ...options, json: false, ...(limit === undefined ? {} : { limit }) };
  const session = await openFleet(asked);
  const target = await openTarget(playbook, asked, session, named !== undefined);
  return (await session.follow((deps) => compare(target, deps))).result;
}

const against = ['golden', 'group', 'run', 'since', 'baseline'] as const;

function isAgainst(options: CompareOptions): boolean {
  return (
    against.some((name) => options[name] !== undefined) ||
    options.key !== undefined ||
    options.mask !== undefined
  );
}

function refuseTogether(words: readonly string[], options: CompareOptions): void {
  const named = against.filter((name) => options[name] !== undefined).map((name) => `--${name}`);
  const all = words.length === 2 ? ['two runs', ...named] : named;
  if (all.length > 1) throw new UsageError('COMPARE', `compare takes one of ${all.join(' and ')}`);
  if (words.length === 2 && options.now === true)
    throw new UsageError(
      'COMPARE',
      '--now cannot be given with two runs, which are compared as they were recorded',
    );
}

/** False for a playbook: a directory, or what no file and no run is called. */
async function isRecorded(word: string, { config }: TakenFiles, { history }: Tools): Promise<boolean> {
  if (isDirectory(playbookDirectory(word, config)) || isDirectory(word)) return false;
  if (word === '-' || statSync(word, { throwIfNoEntry: false }) !== undefined) return true;
  if (history === undefined) return false;
  return word === 'newest' || (/^[0-9a-f-]+$/.test(word) && (await runsLike(history, word)).length > 0);
}

function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

/** A run by its file, or by its id. */
async function recorded(word: string, tools: Tools): Promise<RunResult> {
  if (isDirectory(word))
    throw new UsageError('COMPARE', `${word} is a directory; a run is an id or a file`, {
      hint: 'only one playbook can be given; --run, --since or --baseline compares it with an earlier run',
    });
  if (word !== '-' && statSync(word, { throwIfNoEntry: false }) === undefined) {
    const history = neededHistory(tools.history);
    return (await history.read(await runIdOf(history, word))).result;
  }
  const { result, isCut } = await readRecordFile(word);
  if (isCut) tell(`${recordName(word)} ends before the run did`);
  return result;
}

async function newest({ playbook }: CompareOptions, tools: Tools): Promise<RunResult> {
  const history = neededHistory(tools.history);
  const summary = await newestVerify(history, { playbook });
  if (summary === undefined) throw await noVerify(history, playbook);
  tell(`verify ${summary.playbook} of ${summary.started}, run ${summary.runId}; --now asks the hosts`);
  return (await history.read(summary.runId)).result;
}

async function playbookOfNewest({ playbook }: CompareOptions, tools: Tools): Promise<string> {
  const history = neededHistory(tools.history);
  const file = (await newestVerify(history, { playbook }))?.origin?.playbook?.file;
  if (file === undefined) throw await noVerify(history, playbook);
  return file;
}

async function noVerify(history: History, playbook: string | undefined): Promise<UsageError> {
  const what = playbook === undefined ? 'verify' : `verify of ${playbook}`;
  return new UsageError('COMPARE_NONE', `there is no ${what} in ${history.place}`, {
    hint: (await playbookMeant(history, playbook)) ?? 'muster compare PLAYBOOK asks the hosts now',
  });
}

/** The run that the options name, with the hosts that are wanted; undefined when hosts are to be held against hosts. */
async function earlierRun(
  subject: RunResult,
  options: CompareOptions,
  tools: Tools,
): Promise<RunResult | undefined> {
  const { run, since, baseline } = options;
  if (run === undefined && since === undefined && baseline === undefined) return undefined;
  const history = neededHistory(tools.history);
  if (run !== undefined) return limited((await history.read(await runIdOf(history, run))).result, options);
  if (baseline !== undefined) return limited((await history.baselines.read(baseline)).result, options);
  if (since === undefined) return undefined;
  const { playbook, started } = subject;
  const moment = parseTime(since, new Date());
  const found = await newestVerify(history, { playbook, by: moment, before: started });
  const { runs } = await history.list({ action: 'verify', playbook, since: moment });
  const chosen = found ?? runs.findLast((one) => one.state === 'ended' && one.started < started);
  if (chosen === undefined) throw await noVerify(history, `${playbook} before ${started}`);
  tell(`since verify ${playbook} of ${chosen.started}, run ${chosen.runId}`);
  return limited((await history.read(chosen.runId)).result, options);
}

function printChanges(
  earlier: RunResult,
  subject: RunResult,
  options: CompareOptions,
  { style }: Tools,
): number {
  const changes = changesBetween(earlier, limited(subject, options), {
    ...(options.key === undefined ? {} : { keys: options.key }),
    ...maskOf(options),
  });
  if (options.json === true) writeOut(`${stringifyJson(changesJson(changes, options.baseline))}\n`);
  else writeOut(renderChanges(changes, style));
  return verdictOfChanges(changes).exitCode;
}

async function printComparison(
  subject: VerifyResult | CompareResult,
  options: CompareOptions,
  { style, history }: Tools,
): Promise<number> {
  const reference = referenceOf(subject, options);
  const wanted = limitedTo(subject, options, reference?.hosts ?? []);
  const view: ComparisonView = {
    ...(reference === undefined ? {} : { reference }),
    ...(options.key === undefined ? {} : { keys: options.key }),
    ...maskOf(options),
  };
  const comparison = comparisonOf(wanted, view);
  refuseUnseen(reference, comparison.unseen, subject.runId);
  const isPlain = reference === undefined && options.mask === undefined;
  const sightings = isPlain ? await sightingsIn(history, subject) : [];
  const extra = { all: options.all === true, looked: wanted.hosts, sightings };
  if (options.json === true) writeOut(`${stringifyJson(fleetComparisonJson(subject, comparison))}\n`);
  else writeOut(renderCompare(comparison, style, extra));
  const { interrupted, finished } = subject;
  if (interrupted || finished === undefined) return verdict(subject).exitCode || exitCodes.incomplete;
  return verdictOfComparison(comparison).exitCode;
}

function referenceOf(
  { hosts, groups, runId }: VerifyResult | CompareResult,
  { golden, group }: CompareOptions,
): Reference | undefined {
  if (golden !== undefined) {
    if (hosts.some(({ host }) => host === golden)) return { name: golden, hosts: [golden] };
    const names = hosts.map(({ host }) => host);
    throw new UsageError('COMPARE_GOLDEN', `run ${runId} had no host ${golden}`, {
      hint: didYouMean(golden, names) ?? `it had ${foldHostNames(names)}`,
    });
  }
  if (group === undefined) return undefined;
  const name = group.replace(/^@/, '');
  const found = groups.find((one) => one.name === name);
  if (found !== undefined) return { name: `group ${name}`, hosts: found.hosts };
  const names = groups.map((one) => one.name);
  throw new UsageError('COMPARE_GROUP', `run ${runId} had no group ${name}`, {
    hint: didYouMean(name, names) ?? `it had ${names.join(', ') || 'none'}`,
  });
}

function refuseUnseen(reference: Reference | undefined, unseen: readonly string[], runId: string): void {
  if (reference === undefined || !reference.hosts.every((host) => unseen.includes(host))) return;
  throw new UsageError('COMPARE_UNSEEN', `${reference.name} was not seen in run ${runId}`, {
    hint: `muster show ${runId} says why`,
  });
}

function maskOf({ mask }: CompareOptions): { readonly mask?: string } {
  return mask === undefined ? {} : { mask: mask === false ? 'none' : mask };
}

function comparable(result: RunResult): VerifyResult | CompareResult {
  if (result.action === 'verify' || result.action === 'compare') return result;
  throw new UsageError(
    'COMPARE',
    `run ${result.runId} is of ${result.action}, which records no observations of hosts`,
    {
      hint: 'compare it with another run: muster compare RUN RUN',
    },
  );
}

/** The run with the wanted hosts alone. */
function limited(result: RunResult, options: CompareOptions): RunResult {
  return limitedTo(result, options, []);
}

function limitedTo<R extends RunResult>(result: R, { limit }: CompareOptions, also: readonly string[]): R {
  if (limit === undefined) return result;
  const names = result.hosts.map(({ host }) => host);
  const groups = 'groups' in result ? result.groups : [];
  const chosen = selectHosts(
    {
      file: `run ${result.runId}`,
      hosts: new Map(names.map((name) => [name, { name }])),
      groups: new Map([['all', names], ...groups.map(({ name, hosts }) => [name, hosts] as const)]),
    },
    limit,
  );
  const wanted = new Set([...chosen.map(({ name }) => name), ...also]);
  return { ...result, hosts: result.hosts.filter(({ host }) => wanted.has(host)) };
}
