// Small pieces that all views are made of.
import type { ComponentChildren, JSX } from 'preact';
import { foldHostNames } from '../model/host-names.ts';
import type { PageSince } from '../report/html/page-data.ts';
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
export function Since({ since }: { readonly since: PageSince | undefined }): JSX.Element | null {
  if (since === undefined) return null;
  if (since.runs === 1) return since.atLeast ? null : <span class="since new">new in this run</span>;
  return (
    <span class="since">
      {since.atLeast ? 'since before ' : 'since '}
      <Time iso={since.started} /> ({since.runs} runs, {since.atLeast ? 'the oldest known' : 'first'}{' '}
      <code>{since.runId}</code>)
    </span>
  );
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
