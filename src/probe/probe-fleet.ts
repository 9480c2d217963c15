// The playbook's probes: what a verify asks each host from outside becomes checks of that host, and the serials of the
// fleet a comparison. What does not hold is asked again while its probe has time.
import { setTimeout as sleep } from 'node:timers/promises';
import pLimit from 'p-limit';
import type { KeyComparison } from '../compare/index.ts';
import { compareSerials, groupBy } from '../compare/index.ts';
import type { AskOptions, DnsQuery, DnsReply } from './dns.ts';
import type { CheckResult, HostResult } from '../model/index.ts';
import { type JudgedReply, judgeReply, serialKey, servedSerials } from './judge-reply.ts';
import type { ProbeQuestion } from './questions.ts';

type Ask = (query: DnsQuery, options: AskOptions) => Promise<DnsReply>;

interface ProbeDeps {
  readonly signals: {
    readonly stop: AbortSignal;
    readonly cancel: AbortSignal;
    readonly abandon: AbortSignal;
  };
  /** Hosts that are asked at the same time. */
  readonly concurrency: number;
  readonly clock: () => Date;
}

/** Questions under way to one host; enough that a silent one does not hold up the others for long. */
const questionsPerHost = 8;
/** Between two rounds of what does not hold yet. */
const pauseMs = 500;

/**
 * Asks, and adds the answers to the hosts' results. A host that was not reached over SSH is asked too and stays what it
 * is; one that was skipped is not. `serials` has a comparison for each zone that is to converge.
 */
export async function probeFleet(
  results: readonly HostResult[],
  questions: readonly ProbeQuestion[],
  deps: ProbeDeps,
  ask: Ask,
): Promise<{ readonly hosts: readonly HostResult[]; readonly serials: readonly KeyComparison[] }> {
  const skipped = new Set(results.filter(({ outcome }) => outcome === 'skipped').map(({ host }) => host));
  const judged = await askInRounds(
    questions.filter(({ host }) => !skipped.has(host)),
    deps,
    ask,
  );
  const checksByHost = new Map(
    groupBy(judged, ({ question }) => question.host).map((own) => [own[0].question.host, own.map(toCheck)]),
  );
  return {
    hosts: results.map((result) => withChecks(result, checksByHost.get(result.host) ?? [])),
    serials: compareSerials(servedSerials(judged)),
  };
}

function toCheck({ question, problem }: JudgedReply): CheckResult {
  return {
    step: `probe ${question.probe.id}`,
    name: question.asked,
    holds: problem === '',
    message: problem,
  };
}

function withChecks(result: HostResult, probed: readonly CheckResult[]): HostResult {
  const checks = [...result.checks, ...probed];
  const broken = checks.filter(({ holds }) => !holds);
  if (broken.length === 0 || (result.outcome !== 'ok' && result.outcome !== 'changed')) {
    return { ...result, checks };
  }
  const reason = `${broken.length} of ${checks.length} checks do not hold`;
  return { ...result, checks, outcome: 'failed', reason };
}

/** All questions once, then those that are not settled again, until they are or their time is over. */
async function askInRounds(
  questions: readonly ProbeQuestion[],
  deps: ProbeDeps,
  ask: Ask,
): Promise<readonly JudgedReply[]> {
  const { stop } = deps.signals;
  const begun = deps.clock().getTime();
  const hasTime = ({ probe }: ProbeQuestion): boolean => deps.clock().getTime() - begun < probe.withinMs;
  const first = await askOnce(questions, deps, ask, {});
  const judgedByQuestion = new Map(first.map((judged) => [judged.question, judged]));
  for (;;) {
    const judged = questions.flatMap((question) => judgedByQuestion.get(question) ?? []);
    const open = unsettled(judged).filter(hasTime);
    if (open.length === 0 || stop.aborted) return judged;
    await sleep(pauseMs, undefined, { signal: stop }).catch(() => undefined);
    const again = await askOnce(open.filter(hasTime), deps, ask, { tries: 1 });
    for (const one of again) judgedByQuestion.set(one.question, one);
  }
}

/** What does not hold, and every question about a zone whose serials differ. */
function unsettled(judged: readonly JudgedReply[]): readonly ProbeQuestion[] {
  const differing = new Set(
    compareSerials(servedSerials(judged))
      .filter(({ outliers }) => outliers.length > 0)
      .map(({ key }) => key),
  );
  return judged
    .filter(
      ({ question, problem }) =>
        problem !== '' || (question.probe.converge !== undefined && differing.has(serialKey(question))),
    )
    .map(({ question }) => question);
}

/** Asks as many hosts at a time as a run works on. What the operator stopped has no reply. */
async function askOnce(
  questions: readonly ProbeQuestion[],
  { signals, concurrency }: ProbeDeps,
  ask: Ask,
  options: AskOptions,
): Promise<readonly JudgedReply[]> {
  const limit = pLimit(concurrency);
  const ofHosts = groupBy(questions, ({ host }) => host);
  const judged = await Promise.all(
    ofHosts.map((own) => limit(() => askHost(own, ask, { ...options, signal: signals.stop }))),
  );
  return judged.flat();
}

/** Asks one host, some questions at a time. */
async function askHost(
  questions: readonly ProbeQuestion[],
  ask: Ask,
  options: AskOptions & { readonly signal: AbortSignal },
): Promise<readonly JudgedReply[]> {
  const limit = pLimit(questionsPerHost);
  const silent = new Set<string>();
  const isStopped = (): boolean => options.signal.aborted;
  const askOne = async (question: ProbeQuestion): Promise<readonly JudgedReply[]> => {
    if (isStopped()) return [];
    const { address, transport } = question.query;
    const server = `${transport} ${address}`;
    // One that let three tries pass is most likely down, and there may be many zones to ask it for.
    const reply = await ask(question.query, silent.has(server) ? { ...options, tries: 1 } : options);
    if (reply.kind === 'silence') silent.add(server);
    return reply.kind === 'silence' && isStopped() ? [] : [judgeReply(question, reply)];
  };
  return (await Promise.all(questions.map((question) => limit(() => askOne(question))))).flat();
}
