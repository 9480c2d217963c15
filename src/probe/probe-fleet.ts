// The playbook's probes: what a verify asks each host from outside is recorded as facts of that host. What does not hold is asked
// again while its probe has time.
import { setTimeout as sleep } from 'node:timers/promises';
import pLimit from 'p-limit';
import { compareSerials, groupBy } from '../compare/index.ts';
import type { AskOptions, DnsQuery, DnsReply } from './dns.ts';
import type { FactListener, ProbeCheck } from '../model/index.ts';
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
 * Asks, and tells each question's last answer when all of them are in, in the order of the questions: what is asked again
 * depends on what the others said.
 */
export async function probeFleet(
  questions: readonly ProbeQuestion[],
  deps: ProbeDeps,
  ask: Ask,
  tell: FactListener,
): Promise<void> {
  if (questions.length === 0) return;
  const hosts = [...new Set(questions.map(({ host }) => host))];
  tell({ type: 'probes-started', hosts, questions: questions.length });
  for (const judged of await askInRounds(questions, deps, ask)) {
    const [serial] = servedSerials([judged]);
    tell({
      type: 'probe',
      host: judged.question.host,
      result: toCheck(judged),
      ...(serial === undefined ? {} : { serial: { key: serial.key, serial: serial.serial } }),
    });
  }
}

function toCheck({ question, problem }: JudgedReply): ProbeCheck {
  return {
    kind: 'probe',
    probe: question.probe.id,
    name: question.asked,
    holds: problem === '',
    message: problem,
  };
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
