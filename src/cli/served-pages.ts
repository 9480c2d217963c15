// The pages of the whole history, for a browser: the list of runs, and each run as `muster report --html` has it. Of a run that
// goes on the page asks for what is new.
import { isMusterError } from '../model/index.ts';
import {
  encodePage,
  escapeTerminal,
  pageJson,
  pagePolicy,
  renderHtml,
  renderProblem,
  renderRuns,
} from '../report/index.ts';
import type { Reply, ServedPages } from '../serve/index.ts';
import { type History, type RunFollower, type RunView, StoreError } from '../store/index.ts';
import { contextOf } from './report-context.ts';
import { listRuns } from './run-list.ts';

/** Runs on the first page unless more are asked for. */
const usualNumber = 100;
/** A run that nobody looks at any more is read anew when somebody does. */
const mostFollowed = 8;

type Data = ReturnType<typeof encodePage>;

/** Pages without what they show. */
export interface PageTemplates {
  readonly run: string;
  readonly runs: string;
}

/** The pages of a history. */
export function servedPages(
  history: History,
  { run: runTemplate, runs: runsTemplate }: PageTemplates,
): ServedPages {
  const runs = new FollowedRuns(history);
  const problem = (error: unknown): Reply => problemOf(error, runsTemplate);
  return {
    list: async (asked) => await listPage(history, asked, runsTemplate).catch(problem),
    run: async (runId) => {
      try {
        const body = renderHtml(await runs.data(runId), runTemplate);
        return { status: 200, type: 'html', policy: pagePolicy(body[0] ?? ''), body };
      } catch (error) {
        return problem(error);
      }
    },
    data: async (runId, seen) => {
      try {
        const data = await runs.data(runId);
        const isSeen = seen !== undefined && String(data.served?.live?.version) === seen;
        return isSeen
          ? { status: 204, type: 'json', body: [] }
          : { status: 200, type: 'json', body: [pageJson(data)] };
      } catch (error) {
        return { status: statusOf(error), type: 'text', body: [`${wordsOf(error)}\n`] };
      }
    },
  };
}

/** Runs that somebody looks at. What several ask for at once, or again while nothing is new, is made once. */
class FollowedRuns {
  readonly #history: History;
  readonly #followers = new Map<string, RunFollower>();
  readonly #made = new Map<string, { readonly version: number; readonly data: Data }>();

  constructor(history: History) {
    this.#history = history;
  }

  /** Throws StoreError. */
  async data(runId: string): Promise<Data> {
    const follower = this.#followers.get(runId) ?? this.#history.follow(runId);
    this.#keep(runId, follower);
    const view = await follower.look();
    const isLive = view.summary.state === 'at-work';
    const known = this.#made.get(runId);
    if (isLive && known?.version === view.version) return known.data;
    const data = await this.#encode(view, isLive);
    if (isLive) this.#made.set(runId, { version: view.version, data });
    else this.#forget(runId);
    return data;
  }

  async #encode({ result, summary, version, open }: RunView, isLive: boolean): Promise<Data> {
    const context = await contextOf(this.#history, result, summary);
    return encodePage(result, { ...context, served: isLive ? { live: { version, open } } : {} });
  }

  /** The one that was asked for last is the last. */
  #keep(runId: string, follower: RunFollower): void {
    this.#followers.delete(runId);
    this.#followers.set(runId, follower);
    const [oldest] = this.#followers.keys();
    if (this.#followers.size > mostFollowed && oldest !== undefined) this.#forget(oldest);
  }

  #forget(runId: string): void {
    this.#followers.delete(runId);
    this.#made.delete(runId);
  }
}

async function listPage(history: History, words: URLSearchParams, template: string): Promise<Reply> {
  const asked = new Map([...words].filter(([, value]) => value.trim() !== ''));
  const page = { place: history.place, asked };
  const policy = pagePolicy(template);
  try {
    const number = numberOf(asked.get('number'));
    const filter = Object.fromEntries(
      ['host', 'playbook', 'verb', 'since'].flatMap((name) => {
        const value = asked.get(name)?.trim();
        return value === undefined ? [] : [[name, value]];
      }),
    );
    const { runs, unreadable } = await listRuns(history, {
      ...filter,
      ...(asked.has('failed') ? { failed: true } : {}),
    });
    const [shown, left] = [runs.slice(0, number), Math.max(0, runs.length - number)];
    const body = renderRuns({ ...page, runs: shown, left, unreadable }, template);
    return { status: 200, type: 'html', policy, body: [body] };
  } catch (error) {
    if (!isMusterError(error) || error instanceof StoreError) throw error;
    const none = { runs: [], left: 0, unreadable: new Map<string, string>() };
    const body = renderRuns({ ...page, ...none, problem: wordsOf(error) }, template);
    return { status: 400, type: 'html', policy, body: [body] };
  }
}

function numberOf(text: string | undefined): number {
  const number = Number(text ?? usualNumber);
  return Number.isInteger(number) && number > 0 ? number : usualNumber;
}

function problemOf(error: unknown, template: string): Reply {
  const status = statusOf(error);
  const title = status === 404 ? 'There is no such run' : 'This cannot be shown';
  const body = [renderProblem(title, wordsOf(error), template)];
  return { status, type: 'html', policy: pagePolicy(template), body };
}

function statusOf(error: unknown): number {
  return isMusterError(error) && error.code === 'STORE_RUN' ? 404 : 500;
}

/** The browser gets no details of a bug of ours. */
function wordsOf(error: unknown): string {
  if (!isMusterError(error)) return 'this is a bug of muster';
  return escapeTerminal(error.hint === undefined ? error.message : `${error.message} (${error.hint})`);
}
