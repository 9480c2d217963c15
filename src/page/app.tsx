// The page: a header that says how the fleet is, filters, and below them the fleet, a host, a check or a key.
import type { JSX } from 'preact';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { PageData, PageServed } from '../report/html/page-data.ts';
import { CheckPage } from './check.tsx';
import { Filters } from './filters.tsx';
import { FleetPage } from './fleet.tsx';
import { HostPage } from './host.tsx';
import { columnName, type Fleet, type Host, type State } from './model.ts';
import { Mark, Section, Time } from './parts.tsx';
import { linkTo, type Place, usePlace } from './place.ts';
import { Folds } from './values.tsx';

export function App({ fleet, isSilent }: { readonly fleet: Fleet; readonly isSilent: boolean }): JSX.Element {
  const [place, move] = usePlace();
  const hosts = useMemo(() => shownHosts(fleet, place), [fleet, place.q, place.group, place.state]);
  const isPaper = usePaper();
  const theme = useTheme();
  const title = titleOf(place, fleet);
  useTitle(title);
  useKeys(place, hosts, move);
  const isFleet = title === fleet.data.title;
  return (
    <>
      <a
        class="skip"
        href="#main"
        onClick={(event) => {
          event.preventDefault();
          document.getElementById('main')?.focus();
        }}
      >
        to the content
      </a>
      <Header {...{ fleet, place, title, isFleet, isSilent }} />
      <main id="main" tabIndex={-1}>
        {isFleet ? <Filters {...{ fleet, place, hosts, move }} /> : null}
        <View {...{ fleet, place, hosts, move, isPaper, theme, isFleet }} />
      </main>
      <Footer fleet={fleet} />
    </>
  );
}

interface ViewProps {
  readonly fleet: Fleet;
  readonly place: Place;
  readonly hosts: readonly Host[];
  readonly move: (change: Partial<Place>) => void;
  readonly isPaper: boolean;
  readonly theme: string;
  readonly isFleet: boolean;
}

function View(props: ViewProps): JSX.Element {
  const { fleet, place, hosts, isFleet } = props;
  if (isFleet) return <FleetPage {...props} />;
  const host = place.host === undefined ? undefined : fleet.byName.get(place.host);
  if (host !== undefined) return <HostPage {...{ fleet, place, host }} />;
  const column = fleet.data.columns.findIndex((one) => columnName(one) === place.check);
  if (column >= 0) return <CheckPage {...{ fleet, place, column, hosts }} />;
  const keys = fleet.data.keys.filter(({ key }) => key === place.key);
  if (keys.length > 0)
    return (
      <>
        {keys.map((key, at) => (
          <Section
            key={at}
            id={`group-${at}`}
            title={key.group === 'all' ? 'All hosts' : `Group ${key.group}`}
          >
            <Folds {...{ fleet, place }} of={key} />
          </Section>
        ))}
      </>
    );
  return <p class="lead">This run has nothing of this name.</p>;
}

function titleOf({ host, check, key }: Place, { data }: Fleet): string {
  if (host !== undefined) return check === undefined ? host : `${host}: ${check}`;
  return check ?? key ?? data.title;
}

function Header({
  fleet,
  place,
  title,
  isFleet,
  isSilent,
}: Pick<ViewProps, 'fleet' | 'place' | 'isFleet'> & {
  readonly title: string;
  readonly isSilent: boolean;
}): JSX.Element {
  const { data } = fleet;
  const state = sentenceState(data);
  return (
    <header>
      {isFleet && data.served === undefined ? null : (
        <nav aria-label="way back">
          {data.served === undefined ? null : <a href="/">← all runs</a>}
          {isFleet ? null : (
            <a href={linkTo({ ...place, host: undefined, check: undefined, key: undefined })}>
              ← {data.title}
            </a>
          )}
          {place.host !== undefined && place.check !== undefined ? (
            <a href={linkTo({ ...place, host: undefined })}>{place.check} on all hosts</a>
          ) : null}
        </nav>
      )}
      <h1 tabIndex={-1}>{title}</h1>
      {isFleet ? (
        <p class={`sentence ${state}`}>
          <Mark state={state} word={false} /> {data.sentence}
        </p>
      ) : null}
      <LiveWords live={data.served?.live} isSilent={isSilent} />
      <p class="run">
        run <code>{data.runId}</code>, <Time iso={data.started} />
        {data.finished === undefined ? '' : `, took ${tookWords(data.started, data.finished)}`},{' '}
        {data.served?.live === undefined ? `exit code ${data.exitCode} (${data.word})` : 'it goes on'}
      </p>
    </header>
  );
}

function sentenceState({ word, served }: PageData): State {
  if (word === 'good') return served?.live === undefined ? 'good' : 'open';
  return word === 'drift' ? 'drift' : 'bad';
}

/** Said once when it changes: how far a run is changes every second. */
function LiveWords({
  live,
  isSilent,
}: {
  readonly live: PageServed['live'];
  readonly isSilent: boolean;
}): JSX.Element {
  const words =
    live === undefined
      ? ''
      : isSilent
        ? 'muster does not answer: the page shows what was known last.'
        : 'This run is still active; the page follows it.';
  return (
    <p role="status" class={isSilent ? 'live silent' : 'live'}>
      {words}
    </p>
  );
}

function tookWords(started: string, finished: string): string {
  const seconds = Math.max(0, Math.round((Date.parse(finished) - Date.parse(started)) / 1000));
  return seconds < 90 ? `${seconds} s` : `${Math.round(seconds / 60)} min`;
}

function Footer({ fleet }: { readonly fleet: Fleet }): JSX.Element {
  const { origin } = fleet.data;
  return (
    <footer>
      {origin.length === 0 ? null : (
        <dl class="pairs">
          {origin.map(([name, words]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{words}</dd>
            </div>
          ))}
        </dl>
      )}
      <p class="aside keys">
        Keys: <kbd>/</kbd> search, <kbd>Esc</kbd> back, arrows in the matrix, <kbd>j</kbd> and <kbd>k</kbd>{' '}
        next and previous host.{' '}
        {fleet.data.served?.live === undefined
          ? 'This page loads nothing from any network.'
          : 'This page loads nothing but news of this run, from the server that sent it.'}
      </p>
    </footer>
  );
}

function shownHosts({ hosts, data }: Fleet, { q, group, state }: Place): readonly Host[] {
  const members = data.groups.find(({ name }) => name === group)?.hosts;
  const inGroup = members === undefined ? undefined : new Set(members);
  const words = q
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  return hosts.filter(
    (host) =>
      (inGroup?.has(host.index) ?? true) &&
      (state === '' || host.state === state || host.cells.includes(state)) &&
      words.every((word) => host.words.includes(word)),
  );
}

/** True while the page is printed. */
function usePaper(): boolean {
  const [isPaper, setPaper] = useState(() => matchMedia('print').matches);
  useEffect(() => {
    const media = matchMedia('print');
    const follow = (): void => {
      setPaper(media.matches);
      unfold(media.matches);
    };
    media.addEventListener('change', follow);
    return () => {
      media.removeEventListener('change', follow);
    };
  }, []);
  return isPaper;
}

/** Nothing can be unfolded on paper. Lists of hosts stand there in short form. */
function unfold(isPaper: boolean): void {
  for (const element of document.querySelectorAll('details:not(.names)')) {
    if (isPaper && !element.hasAttribute('open')) element.setAttribute('data-folded', '');
    if (isPaper) element.setAttribute('open', '');
    else if (element.hasAttribute('data-folded')) element.removeAttribute('open');
    if (!isPaper) element.removeAttribute('data-folded');
  }
}

function useTheme(): string {
  const media = useMemo(() => matchMedia('(prefers-color-scheme: dark)'), []);
  const [isDark, setDark] = useState(media.matches);
  useEffect(() => {
    const follow = (): void => {
      setDark(media.matches);
    };
    media.addEventListener('change', follow);
    return () => {
      media.removeEventListener('change', follow);
    };
  }, [media]);
  return isDark ? 'dark' : 'light';
}

/** A screen reader announces the new place; a sighted reader begins at the top. */
function useTitle(title: string): void {
  const isFirst = useRef(true);
  useEffect(() => {
    document.title = `${title} - muster`;
    if (isFirst.current) {
      isFirst.current = false;
      return;
    }
    scrollTo(0, 0);
    document.querySelector('h1')?.focus();
  }, [title]);
}

function useKeys(place: Place, hosts: readonly Host[], move: ViewProps['move']): void {
  useEffect(() => {
    const press = (event: KeyboardEvent): void => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const isTyping = event.target instanceof HTMLInputElement || event.target instanceof HTMLSelectElement;
      if (event.key === 'Escape') {
        if (isTyping) event.target.blur();
        else location.hash = linkTo({ ...place, host: undefined, check: undefined, key: undefined });
      } else if (isTyping) return;
      else if (event.key === '/') {
        event.preventDefault();
        document.querySelector<HTMLInputElement>('input[type=search]')?.focus();
      } else if (event.key === 'j' || event.key === 'k') {
        const at = hosts.findIndex(({ name }) => name === place.host);
        const next = hosts[event.key === 'j' ? at + 1 : at - 1];
        if (next !== undefined) location.hash = linkTo({ ...place, host: next.name, key: undefined });
      }
    };
    addEventListener('keydown', press);
    return () => {
      removeEventListener('keydown', press);
    };
  }, [place, hosts, move]);
}
