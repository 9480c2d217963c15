// From a run to the data of its page.
import { type Sighting, verdict } from '../../compare/index.ts';
import {
  type AnyHostResult,
  expandHostNames,
  type HostOutcome,
  type RunResult,
  type RunSummary,
} from '../../model/index.ts';
import { originLines } from '../render-history.ts';
import { hostNotes } from './host-notes.ts';
import { keysOf } from './keys.ts';
import { type PageData, type PageHost, type PageRun, outcomeLetters } from './page-data.ts';
import { PageTables } from './page-tables.ts';
import { sentenceOf } from './sentence.ts';
import { type Kept, line, type Weight } from './tables.ts';
import { changesOf, changesTitleOf, troublesOf } from './troubles.ts';

/** How far a run that goes on is. */
export interface LiveRun {
  readonly version: number;
  /** Hosts whose verdict was not spoken. */
  readonly open: readonly string[];
}

/** What is known of a run beside its result. */
export interface PageContext {
  readonly summary?: RunSummary;
  /** Runs of its kind before it, the newest first. */
  readonly earlier?: readonly RunSummary[];
  /** Since when what is wrong is so. */
  readonly sightings?: readonly Sighting[];
  /** The page is served, where other runs have pages too; and the run goes on. */
  readonly served?: { readonly live?: LiveRun };
}

/** The data of the page of a run. */
export function encodePage(run: RunResult, context: PageContext = {}): PageData {
  const { live } = context.served ?? {};
  const open: ReadonlySet<string> = new Set(live?.open);
  const result = asFarAsKnown(run, open);
  const { runId, action, playbook, started, finished } = result;
  const all: readonly AnyHostResult[] = result.hosts;
  const tables = new PageTables(all);
  // What is wrong first: when the page is full, it is there.
  // A host that is not done has not said all yet: it does not differ for that.
  const keys = keysOf(without(result, open), tables);
  const troubles = troublesOf(result, tables, context.sightings ?? [], keys);
  const changes = changesOf(result, tables);
  const order = all.map((_, index) => index).sort((a, b) => weightOf(all[a]) - weightOf(all[b]));
  const encoded = new Map(order.map((index) => [index, hostOf(all[index], tables)]));
  const { word, exitCode } = verdict(
    live === undefined ? result : { ...without(result, open), finished: started },
  );
  return {
    version: 1,
    title: line([action, playbook].filter((part) => part !== '').join(' ')),
    sentence: sentenceOf(without(result, open), live === undefined ? undefined : open.size),
    ...{ word, exitCode, runId: line(runId), action, started },
    ...(finished === undefined ? {} : { finished }),
    origin: context.summary === undefined ? [] : originOf(context.summary),
    notes: [],
    ...servedOf(context, tables),
    groups:
      'groups' in result
        ? result.groups.map(({ name, hosts }) => ({ name: line(name), hosts: tables.numbersOf(hosts) }))
        : [],
    columns: tables.columns,
    hosts: all.flatMap((_, index) => encoded.get(index) ?? []),
    ...{ troubles, changes, keys, changesTitle: changesTitleOf(result) },
    runs: [
      ...(context.earlier ?? [])
        .slice(0, mostRuns)
        .toReversed()
        .map((run) => earlierRun(run, tables)),
      thisRun(result),
    ],
    ...{ texts: tables.texts.rows, steps: tables.steps.rows, resources: tables.resources.rows },
    ...{ checks: tables.checks.rows, values: tables.values.rows },
  };
}

/** A host that is not done is not lost: what is known of it by now counts. */
function asFarAsKnown(result: RunResult, open: ReadonlySet<string>): RunResult {
  const hosts = (result.hosts as readonly AnyHostResult[]).map((host) =>
    open.has(host.host) ? { ...host, outcome: 'ok' as const, reason: '' } : host,
  );
  return open.size === 0 ? result : { ...result, hosts };
}

function without(result: RunResult, open: ReadonlySet<string>): RunResult {
  const hosts = (result.hosts as readonly AnyHostResult[]).filter(({ host }) => !open.has(host));
  return open.size === 0 ? result : { ...result, hosts };
}

function servedOf({ served }: PageContext, tables: PageTables): Pick<PageData, 'served'> {
  if (served === undefined) return {};
  const { live } = served;
  return live === undefined
    ? { served: {} }
    : { served: { live: { version: live.version, open: tables.numbersOf(live.open) } } };
}

const mostRuns = 29;

function weightOf(host: AnyHostResult | undefined): number {
  return host === undefined || host.outcome === 'ok' ? 1 : 0;
}

function hostOf(host: AnyHostResult | undefined, tables: PageTables): PageHost[] {
  if (host === undefined) return [];
  const { texts } = tables;
  const weigh = (isWrong: boolean): Weight => (isWrong ? 'wrong' : 'plain');
  const steps = host.steps.map((step) => {
    const weight = weigh(step.outcome === 'failed');
    const [stdout, stderr] = [texts.add(step.stdout, weight), texts.add(step.stderr, weight)];
    return tables.steps.add({
      column: tables.column('step', step.id),
      ...{ outcome: step.outcome, reason: line(step.reason), stdout: stdout.row, stderr: stderr.row },
      ...cutWords([stdout, stderr], step.cut),
    });
  });
  const resources = host.resources.map(({ step, resource, target, status, reason, diff, irreversible }) =>
    tables.resources.add({
      ...{
        step: line(step),
        name: line(`${resource} ${target}`),
        status,
        reason: line(reason),
        irreversible,
      },
      diff: texts.add(diff.join('\n'), weigh(status !== 'ok')).row,
    }),
  );
  const checks = host.checks.map((check) =>
    tables.checks.add({
      column:
        check.kind === 'step'
          ? tables.column('check', check.step, check.name)
          : tables.column('probe', check.probe, check.name),
      ...{ holds: check.holds, message: line(check.message) },
    }),
  );
  const values = (map: ReadonlyMap<string, string>): number[] =>
    [...map].map(([key, value]) => tables.values.add([line(key), texts.add(value).row]));
  return [
    {
      ...{ name: line(host.host), outcome: host.outcome, reason: line(host.reason) },
      ...(host.hint === undefined ? {} : { hint: line(host.hint) }),
      notes: hostNotes(host).map(line),
      ...{ steps, seconds: host.steps.map(({ seconds }) => seconds), resources, checks },
      ...{ observations: values(host.observations), facts: values(host.facts) },
      ...outputOf(host, tables),
    },
  ];
}

function outputOf({ command, outcome }: AnyHostResult, { texts }: PageTables): Pick<PageHost, 'output'> {
  if (command === undefined) return {};
  const weight = outcome === 'ok' ? 'plain' : 'wrong';
  const [stdout, stderr] = [texts.add(command.stdout, weight), texts.add(command.stderr, weight)];
  return { output: { stdout: stdout.row, stderr: stderr.row, ...cutWords([stdout, stderr], command.cut) } };
}

function cutWords(kept: readonly Kept[], streams: readonly string[] | undefined): { readonly cut?: string } {
  const found = kept.flatMap(({ cut }) => cut ?? []);
  const words =
    streams === undefined || streams.length === 0 ? found : [...found, 'the run kept only its end'];
  const [first] = words;
  return first === undefined ? {} : { cut: first };
}

function originOf(summary: RunSummary): PageData['origin'] {
  const { origin } = summary;
  if (origin === undefined) return [];
  const commit = origin.playbook?.commit;
  const file = (one: { readonly file: string; readonly digest: string } | undefined): string =>
    one === undefined ? '' : `${one.file} (SHA-256 ${one.digest})`;
  const pairs: readonly (readonly [string, string])[] = [
    ['who', origin.client === undefined ? origin.operator : `${origin.operator}, from ${origin.client}`],
    ['command', `muster ${origin.argv.join(' ')}`],
    ['directory', origin.directory],
    ['playbook', file(origin.playbook)],
    [
      'commit',
      commit === undefined ? '' : `${commit}${origin.playbook?.dirty === true ? ', changed since' : ''}`,
    ],
    ['inventory', file(origin.inventory)],
    ['muster', origin.muster],
    [
      'record',
      originLines(summary)
        .slice(1)
        .filter((words) => words.startsWith('not all'))
        .join(' '),
    ],
  ];
  return pairs.filter(([, words]) => words !== '').map(([name, words]) => [name, line(words)]);
}

function earlierRun({ runId, started, state, word, hosts }: RunSummary, tables: PageTables): PageRun {
  const letters = Array.from({ length: tables.hosts.size }, () => '.');
  const counts: Partial<Record<HostOutcome, number>> = {};
  for (const [outcome, folded] of Object.entries(hosts)) {
    const names = folded.split(/,(?![^[]*\])/).flatMap(expandHostNames);
    counts[outcome as HostOutcome] = names.length;
    for (const at of tables.numbersOf(names)) letters[at] = outcomeLetters[outcome as HostOutcome];
  }
  return { runId: line(runId), started, state, word, counts, letters: letters.join('') };
}

function thisRun(result: RunResult): PageRun {
  const { runId, started, hosts, finished } = result;
  const counts: Partial<Record<HostOutcome, number>> = {};
  for (const { outcome } of hosts) counts[outcome] = (counts[outcome] ?? 0) + 1;
  const letters = hosts.map(({ outcome }) => outcomeLetters[outcome]).join('');
  const state = finished === undefined ? 'never-ended' : 'ended';
  return { runId: line(runId), started, state, word: verdict(result).word, counts, letters };
}
