// Clients of a practice host, on the host itself: they ask from each of its addresses, with keys, many questions by one process.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Lab } from '../../../src/lab/index.ts';
import { inside } from '../muster.ts';
import type { Question } from './model.ts';

/** What came back. */
export interface Answer {
  readonly question: Question;
  /** As dig names it, e.g. `NOERROR`; `nothing` where no answer came. */
  readonly status: string;
  /** Of the SOA record in the answer. */
  readonly serial?: number;
  /** The keys in the answer, sorted. */
  readonly keys: readonly string[];
}

/** Whether the answer is what was asked for. */
export function isGood(answer: Answer): boolean {
  if (answer.status !== 'NOERROR') return false;
  return answer.question.type === 'SOA' ? answer.serial !== undefined : answer.keys.length > 0;
}

/** Names a question on one line. */
export function describeQuestion({ zone, type, view, at, port, from, key, transport }: Question): string {
  const client = `${from === undefined ? '' : ` from ${from}`}${key === undefined ? '' : ' with a key'}`;
  return `${zone} ${type} at ${at} port ${port} ${transport}${client}${view === '' ? '' : ` (view ${view})`}`;
}

const folder = '/tmp/asking';

/** Questions that are asked by one dig: it has one source address and one key. */
function groups(questions: readonly Question[]): Question[][] {
  const found = new Map<string, Question[]>();
  for (const question of questions) {
    const client = `${question.from ?? ''} ${question.key ?? ''}`;
    found.set(client, [...(found.get(client) ?? []), question]);
  }
  return [...found.values()];
}

function batchLine({ zone, type, at, port, isRecursive, transport }: Question): string {
  return `@${at} -p ${port} ${zone} ${type} +${isRecursive ? '' : 'no'}recurse +${transport === 'tcp' ? '' : 'no'}tcp +noall +comments +answer +nocookie +time=2 +tries=1`;
}

/** Writes the questions down on the host, and gives the commands that ask them, in the order of \`groups\`. */
async function writeDown(
  lab: Lab,
  host: string,
  set: string,
  questions: readonly Question[],
): Promise<string> {
  const all = groups(questions);
  const commands = all.map(([first], index) => {
    const client = `${first?.from === undefined ? '' : `-b ${first.from} `}${first?.key === undefined ? '' : `-y ${first.key} `}`;
    return `dig ${client}-f ${folder}/${set}.${index}`;
  });
  await inside(lab, host, `mkdir -p ${folder}`);
  for (const [index, group] of all.entries()) {
    const text = group.map(batchLine).join('\n');
    await inside(lab, host, `cat >${folder}/${set}.${index} <<'EOT'\n${text}\nEOT`);
  }
  return commands.join('; ');
}

/** What dig printed for these questions, in their order. Throws where the two do not fit. */
export function parseAnswers(questions: readonly Question[], output: string): Answer[] {
  const answers: { status: string; serial?: number; keys: string[] }[] = [];
  for (const line of output.split('\n')) {
    const status = /->>HEADER<<-.* status: (\w+)/.exec(line)?.[1];
    if (status !== undefined) answers.push({ status, keys: [] });
    else if (line.includes('no servers could be reached')) answers.push({ status: 'nothing', keys: [] });
    const last = answers.at(-1);
    const serial = /\sIN\s+SOA\s+\S+ \S+ (\d+)/.exec(line)?.[1];
    if (serial !== undefined && last !== undefined) last.serial = Number(serial);
    const key = /\sIN\s+DNSKEY\s+(.*)$/.exec(line)?.[1];
    if (key !== undefined && last !== undefined) last.keys.push(key);
  }
  if (answers.length !== questions.length)
    throw new Error(`${questions.length} questions, ${answers.length} answers: ${output.slice(0, 4000)}`);
  return questions.map((question, index) => {
    const { status = 'nothing', serial, keys = [] } = answers[index] ?? {};
    return { question, status, ...(serial === undefined ? {} : { serial }), keys: keys.toSorted() };
  });
}

/** The clients of one host. */
export class Clients {
  readonly #questions: readonly Question[];
  readonly #ask: () => Promise<string>;

  private constructor(questions: readonly Question[], ask: () => Promise<string>) {
    this.#questions = groups(questions).flat();
    this.#ask = ask;
  }

  /** Clients with these questions; the host must be there. */
  static async of(lab: Lab, host: string, questions: readonly Question[]): Promise<Clients> {
    const commands = await writeDown(lab, host, 'all', questions);
    return new Clients(questions, () => inside(lab, host, `{ ${commands}; } 2>&1; :`));
  }

  /** Asks everything once. */
  async ask(): Promise<Answer[]> {
    return parseAnswers(this.#questions, await this.#ask());
  }

  /** Asks until every answer satisfies; the last answers, whether they do or not. */
  async askUntil(satisfies: (answer: Answer) => boolean, timeoutMs: number): Promise<Answer[]> {
    const end = performance.now() + timeoutMs;
    for (;;) {
      const answers = await this.ask();
      if (answers.every(satisfies) || performance.now() > end) return answers;
      await sleep(200);
    }
  }
}

/** What clients saw who asked while something happened. */
export interface Watched {
  readonly rounds: number;
  /** Seconds from the first to the last round of the longest row of rounds in which something was not answered well. */
  readonly longestGapS: number;
  /** Answers that are worse than no answer: a serial below the one of before. */
  readonly wrong: readonly string[];
}

const watchedAtOnce = 6;

/** Some of the questions: as many kinds of clients, zones and places as there can be. */
function someOf(questions: readonly Question[]): Question[] {
  const asked = questions.filter(({ type, transport }) => type === 'SOA' && transport === 'udp');
  const step = Math.max(1, Math.floor(asked.length / watchedAtOnce));
  return asked.filter((_, index) => index % step === 0).slice(0, watchedAtOnce);
}

/** Asks some of the questions five times a second until `work` is over. */
export async function watch(
  lab: Lab,
  host: string,
  before: readonly Answer[],
  work: () => Promise<void>,
): Promise<Watched> {
  const questions = groups(someOf(before.map(({ question }) => question))).flat();
  const commands = await writeDown(lab, host, 'watched', questions);
  const loop = `cd ${folder}; rm -f stop ended; rounds=0
    while [ ! -f stop ] && [ $rounds -lt 1500 ]; do
      rounds=$((rounds + 1)); echo "round $(date +%s)"; ${commands}; sleep 0.2
    done >watched.log 2>&1; : >ended`;
  await inside(lab, host, `(${loop}) </dev/null >/dev/null 2>&1 &`);
  try {
    await work();
  } finally {
    await inside(
      lab,
      host,
      `: >${folder}/stop; i=0; until [ -f ${folder}/ended ] || [ $i -gt 200 ]; do i=$((i + 1)); sleep 0.1; done`,
    );
  }
  return judgeRounds(before, questions, await inside(lab, host, `cat ${folder}/watched.log`));
}

/** What the log of the asking loop says. */
export function judgeRounds(before: readonly Answer[], questions: readonly Question[], log: string): Watched {
  const serials = new Map(before.map(({ question, serial }) => [describeQuestion(question), serial ?? 0]));
  const wrong = new Set<string>();
  let [longestGapS, gapFrom, rounds] = [0, 0, 0];
  for (const text of log.split(/^round /m).slice(1)) {
    rounds++;
    const at = Number.parseInt(text, 10);
    const answers = parseAnswers(questions, text);
    for (const { question, serial } of answers) {
      const name = describeQuestion(question);
      if (serial !== undefined && serial < (serials.get(name) ?? 0))
        wrong.add(`during the switch, ${name}: serial ${serial}, before ${serials.get(name) ?? 0}`);
    }
    if (answers.every(isGood)) gapFrom = 0;
    else gapFrom ||= at;
    if (gapFrom > 0) longestGapS = Math.max(longestGapS, at - gapFrom);
  }
  return { rounds, longestGapS, wrong: [...wrong] };
}
