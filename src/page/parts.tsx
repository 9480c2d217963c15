// Small pieces that all views are made of.
import type { ComponentChildren, JSX } from 'preact';
import { foldHostNames } from '../model/host-names.ts';
import type { PageSince, PageTrouble } from '../report/html/page-data.ts';
import type { Fleet, Host, State } from './model.ts';
import { linkTo, type Place } from './place.ts';

interface Look {
  /** A shape of its own, for who does not see colours. */
  readonly sign: string;
  readonly word: string;
}

export const looks: Readonly<Record<State, Look>> = {
  bad: { sign: '✕', word: 'failed' },
  lost: { sign: '?', word: 'not seen' },
  differs: { sign: '≠', word: 'differs' },
  drift: { sign: '△', word: 'drifted' },
  skipped: { sign: '–', word: 'skipped' },
  change: { sign: '◇', word: 'would change' },
  changed: { sign: '◆', word: 'changed' },
  open: { sign: '…', word: 'not done yet' },
  good: { sign: '✓', word: 'good' },
  none: { sign: '·', word: 'not asked' },
};

/** Colour and shape of a state, and its word for who hears the page. */
export function Mark({
  state,
  word = true,
}: {
  readonly state: State;
  readonly word?: boolean;
}): JSX.Element {
  const look = looks[state];
  return (
    <span class={`mark ${state}`}>
      <span aria-hidden="true">{look.sign}</span>
      {word ? <span class="heard">{look.word}</span> : null}
    </span>
  );
}

/** Lines of a unified diff. */
export function Diff({ text, label }: { readonly text: string; readonly label: string }): JSX.Element | null {
  if (text === '') return null;
  const kinds: Readonly<Partial<Record<string, string>>> = { '+': 'plus', '-': 'minus', '@': 'at' };
  return (
    <pre class="diff" tabIndex={0} role="group" aria-label={label}>
      {text.split('\n').map((line, at) => (
        <span key={at} class={kinds[line[0] ?? '']}>{`${line}\n`}</span>
      ))}
    </pre>
  );
}

/** What was printed. */
export function Output({
  text,
  label,
}: {
  readonly text: string;
  readonly label: string;
}): JSX.Element | null {
  if (text === '') return null;
  return (
    <figure class="output">
      <figcaption>{label}</figcaption>
      <pre tabIndex={0} role="group" aria-label={label}>
        {text}
      </pre>
    </figure>
  );
}

const mostLinks = 12;

/** Hosts in short form, each with a way to its page. */
export function Hosts({
  hosts,
  place,
}: {
  readonly hosts: readonly Host[];
  readonly place: Place;
}): JSX.Element {
  const [only] = hosts;
  if (only !== undefined && hosts.length === 1) return <HostLink host={only} place={place} />;
  const names = foldHostNames(hosts.map(({ name }) => name));
  const links = hosts.map((host) => (
    <li key={host.name}>
      <HostLink host={host} place={place} />
    </li>
  ));
  if (hosts.length <= mostLinks) return <ul class="names">{links}</ul>;
  return (
    <details class="names">
      <summary>
        {hosts.length} hosts: <span class="folded">{names}</span>
      </summary>
      <ul class="names">{links}</ul>
    </details>
  );
}

export function HostLink({
  host,
  place,
  check,
}: {
  readonly host: Host;
  readonly place: Place;
  readonly check?: string;
}): JSX.Element {
  return (
    <a class="host" href={linkTo({ ...place, host: host.name, check, key: undefined })}>
      {host.name}
    </a>
  );
}

/** Since when something is so, as far as runs are known. */
/** Since when something is so, as the terminal says it: a line for each story that its hosts have. */
export function Since({
  trouble,
  fleet,
  hosts,
  place,
}: {
  readonly trouble: PageTrouble;
  readonly fleet: Fleet;
  readonly hosts: readonly Host[];
  readonly place: Place;
}): JSX.Element | null {
  const stories = (trouble.since ?? []).flatMap((story) => {
    const members = story.hosts === undefined ? undefined : new Set(story.hosts);
    const whose = members === undefined ? [] : hosts.filter(({ index }) => members.has(index));
    return members !== undefined && whose.length === 0 ? [] : [{ story, whose }];
  });
  if (stories.length === 0) return null;
  return (
    <ul class="stories">
      {stories.map(({ story, whose }, at) => (
        <li key={at}>
          {whose.length === 0 ? null : <Hosts {...{ place }} hosts={whose} />}{' '}
          <Story story={story} fleet={fleet} />
        </li>
      ))}
    </ul>
  );
}

function Story({ story, fleet }: { readonly story: PageSince; readonly fleet: Fleet }): JSX.Element {
  const { first, last, runs, of, returns } = story;
  if (last === undefined)
    return <span class="since new">new: not in the {of === 2 ? 'run' : `${of - 1} runs`} before</span>;
  return (
    <span class="since">
      since <Time iso={first.started} /> (run <RunLink runId={first.runId} fleet={fleet} />
      ), in {runs} of {of} runs
      {returns === 0 ? null : (
        <>
          , came back {returns} {returns === 1 ? 'time' : 'times'}, last <Time iso={last.started} />
        </>
      )}
    </span>
  );
}

/** The id of a run, and where runs have pages of their own, the way there. */
export function RunLink({ runId, fleet }: { readonly runId: string; readonly fleet: Fleet }): JSX.Element {
  const id = <code>{runId}</code>;
  const { served } = fleet.data;
  return served === undefined || runId === fleet.data.runId ? id : <a href={`/run/${runId}`}>{id}</a>;
}

/** A moment in the reader's zone, to the minute. */
export function Time({ iso }: { readonly iso: string }): JSX.Element {
  return (
    <time dateTime={iso} title={iso}>
      {timeWords(iso)}
    </time>
  );
}

export function timeWords(iso: string): string {
  const time = new Date(iso);
  if (Number.isNaN(time.getTime())) return iso;
  const two = (number: number): string => String(number).padStart(2, '0');
  const day = [time.getFullYear(), two(time.getMonth() + 1), two(time.getDate())].join('-');
  return `${day} ${two(time.getHours())}:${two(time.getMinutes())}`;
}

export function Section({
  id,
  title,
  note,
  children,
}: {
  readonly id: string;
  readonly title: string;
  readonly note?: string | undefined;
  readonly children: ComponentChildren;
}): JSX.Element {
  return (
    <section aria-labelledby={id}>
      <h2 id={id}>
        {title} {note === undefined ? null : <small>{note}</small>}
      </h2>
      {children}
    </section>
  );
}

/** The hosts of these numbers. */
export function hostsAt(fleet: Fleet, numbers: readonly number[]): readonly Host[] {
  return numbers.flatMap((at) => fleet.hosts[at] ?? []);
}
