// What is wrong, each thing once: where, with whom, since when, how it is against how it should be, and what to do.
import type { JSX } from 'preact';
import type { PageTrouble } from '../report/html/page-data.ts';
import { columnName, type Fleet, type Host } from './model.ts';
import { Diff, Hosts, hostsAt, looks, Mark, Output, Since } from './parts.tsx';
import { linkTo, type Place } from './place.ts';

interface Props {
  readonly fleet: Fleet;
  readonly place: Place;
  readonly troubles: readonly PageTrouble[];
  /** Only of these hosts; default all. */
  readonly shown?: ReadonlySet<Host>;
}

/** So many are shown at once; the rest unfolds. */
const mostAtOnce = 25;

export function Troubles({ fleet, place, troubles, shown }: Props): JSX.Element {
  const wanted = troubles.flatMap((trouble) => {
    const hosts = hostsAt(fleet, trouble.hosts).filter((host) => shown?.has(host) ?? true);
    return hosts.length === 0 ? [] : [{ trouble, hosts }];
  });
  const items = wanted.map(({ trouble, hosts }, at) => (
    <Trouble key={at} {...{ fleet, place, trouble, hosts }} isOpen={at < 3} />
  ));
  if (items.length <= mostAtOnce) return <ol class="troubles">{items}</ol>;
  return (
    <>
      <ol class="troubles">{items.slice(0, mostAtOnce)}</ol>
      <details>
        <summary>{items.length - mostAtOnce} more</summary>
        <ol class="troubles">{items.slice(mostAtOnce)}</ol>
      </details>
    </>
  );
}

const againsts: Readonly<Partial<Record<PageTrouble['state'], string>>> = {
  ...{ differs: 'difference from the majority', changed: 'the change', change: 'the change' },
};

function Trouble({
  fleet,
  place,
  trouble,
  hosts,
  isOpen,
}: {
  readonly fleet: Fleet;
  readonly place: Place;
  readonly trouble: PageTrouble;
  readonly hosts: readonly Host[];
  readonly isOpen: boolean;
}): JSX.Element {
  const { state, message, diff, stderr, hint, others } = trouble;
  const evidence = fleet.text(diff) !== '' || fleet.text(stderr) !== '';
  const against = againsts[state] ?? 'how it is, and how it should be';
  return (
    <li class={`trouble ${state}`}>
      <p class="what">
        <Mark state={state} /> <strong>{looks[state].word}</strong> <Where {...{ fleet, place, trouble }} />
        {message === '' ? null : <span class="message">{message}</span>}
        {others === undefined ? null : (
          <small>
            {' '}
            (reported by {fleet.hosts[trouble.hosts[0] ?? -1]?.name}; {others})
          </small>
        )}
      </p>
      <div class="whom">
        <Hosts hosts={hosts} place={place} />
        <Since {...{ trouble, fleet, hosts, place }} />
      </div>
      {evidence ? (
        <details open={isOpen}>
          <summary>{fleet.text(diff) === '' ? 'what was printed' : against}</summary>
          <Diff text={fleet.text(diff)} label={against} />
          <Output text={fleet.text(stderr)} label="standard error" />
        </details>
      ) : null}
      {hint === undefined ? null : (
        <p class="hint">
          do: <code>{hint}</code>
        </p>
      )}
    </li>
  );
}

function Where({
  fleet,
  place,
  trouble,
}: {
  readonly fleet: Fleet;
  readonly place: Place;
  readonly trouble: PageTrouble;
}): JSX.Element {
  const column = trouble.column === undefined ? undefined : fleet.data.columns[trouble.column];
  const key = trouble.key === undefined ? undefined : fleet.data.keys[trouble.key];
  const base = { ...place, host: undefined, check: undefined, key: undefined };
  if (column !== undefined)
    return (
      <a class="place" href={linkTo({ ...base, check: columnName(column) })}>
        {trouble.place}
      </a>
    );
  if (key !== undefined)
    return (
      <a class="place" href={linkTo({ ...base, key: key.key })}>
        {trouble.place}
      </a>
    );
  return <span class="place">{trouble.place}</span>;
}
