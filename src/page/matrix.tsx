// The fleet against its steps and checks, from near and far: hosts that look the same as one row, every host, or a map.
import type { JSX } from 'preact';
import { useMemo, useRef } from 'preact/hooks';
import { columnName, type Fleet, type Host, type State, states } from './model.ts';
import { Hosts, looks, Mark } from './parts.tsx';
import { linkTo, type Place, type Zoom } from './place.ts';
import { arrowKeys } from './arrow-keys.ts';
import { Spark } from './timeline.tsx';
import { rowHeight, useWindow } from './window.ts';

interface Props {
  readonly fleet: Fleet;
  readonly place: Place;
  readonly hosts: readonly Host[];
  readonly move: (change: Partial<Place>) => void;
  /** On paper nothing can be scrolled to. */
  readonly isPaper: boolean;
}

/** More columns than that nobody can look at. */
const mostColumns = 120;

const zooms: readonly (readonly [Zoom, string])[] = [
  ['equal', 'equal hosts together'],
  ['hosts', 'every host'],
  ['map', 'map'],
];

export function Matrix(props: Props): JSX.Element {
  const { fleet, place, hosts, move } = props;
  const columns = useMemo(() => columnsOf(fleet, hosts, place.all), [fleet, hosts, place.all]);
  const hidden = fleet.data.columns.length - columns.length;
  return (
    <>
      <div class="bar">
        <fieldset>
          <legend class="heard">how near</legend>
          {zooms.map(([zoom, words]) => (
            <label key={zoom}>
              <input
                type="radio"
                name="zoom"
                checked={place.zoom === zoom}
                onChange={() => {
                  move({ zoom });
                }}
              />
              {words}
            </label>
          ))}
        </fieldset>
        {place.zoom === 'map' || (hidden === 0 && !place.all) ? null : (
          <label>
            <input
              type="checkbox"
              checked={place.all}
              onChange={() => {
                move({ all: !place.all });
              }}
            />
            all {fleet.data.columns.length} columns
          </label>
        )}
      </div>
      <Legend hosts={fleet.hosts} />
      {place.zoom === 'map' ? <FleetMap {...props} /> : <Table {...props} columns={columns} />}
      {hidden > 0 && place.zoom !== 'map' ? (
        <p class="aside">
          {hidden} columns are not shown
          {place.all ? `: a page holds ${mostColumns}` : ' in which all is well'}.
        </p>
      ) : null}
    </>
  );
}

/** Numbers of the columns to show: those with trouble when there is some, unless all are wanted. */
function columnsOf({ data }: Fleet, hosts: readonly Host[], all: boolean): readonly number[] {
  const numbers = data.columns.map((_, at) => at);
  const quiet: ReadonlySet<State | undefined> = new Set(['good', 'none', undefined]);
  const loud = numbers.filter((at) => hosts.some(({ cells }) => !quiet.has(cells[at])));
  return (all || loud.length === 0 ? numbers : loud).slice(0, mostColumns);
}

function Legend({ hosts }: { readonly hosts: readonly Host[] }): JSX.Element {
  const found = useMemo(() => new Set(hosts.flatMap(({ state, cells }) => [state, ...cells])), [hosts]);
  return (
    <ul class="legend" aria-label="signs">
      {states
        .filter((state) => found.has(state))
        .map((state) => (
          <li key={state}>
            <Mark state={state} word={false} /> {looks[state].word}
          </li>
        ))}
    </ul>
  );
}

interface Row {
  readonly first: Host;
  readonly hosts: readonly Host[];
}

function rowsOf(hosts: readonly Host[], zoom: Zoom): readonly Row[] {
  if (zoom !== 'equal') return hosts.map((first) => ({ first, hosts: [first] }));
  const byLooks = new Map<string, Host[]>();
  for (const host of hosts) byLooks.set(host.looks, [...(byLooks.get(host.looks) ?? []), host]);
  const rows = [...byLooks.values()].flatMap((members) => {
    const [first] = members;
    return first === undefined ? [] : [{ first, hosts: members }];
  });
  const rank = ({ first }: Row): number => states.indexOf(first.state);
  return rows.sort((a, b) => rank(a) - rank(b) || b.hosts.length - a.hosts.length);
}

function Table({
  fleet,
  place,
  hosts,
  columns,
  isPaper,
}: Props & { readonly columns: readonly number[] }): JSX.Element {
  const rows = useMemo(() => rowsOf(hosts, place.zoom), [hosts, place.zoom]);
  const frame = useRef<HTMLDivElement>(null);
  // Rows of equal hosts unfold, so that only rows of one host have a height that is known.
  const isWhole = isPaper || place.zoom === 'equal';
  const { from, to } = useWindow(frame, rows.length, isWhole);
  const hasRuns = place.zoom === 'hosts' && fleet.data.runs.length > 1;
  return (
    <div
      class={`frame ${place.zoom}`}
      ref={frame}
      tabIndex={0}
      role="group"
      aria-label="matrix of hosts and steps"
    >
      <table class="matrix" aria-rowcount={rows.length + 1} onKeyDown={arrowKeys}>
        <Head {...{ fleet, place, columns, hasRuns }} />
        <tbody>
          <Gap rows={from} />
          {rows.slice(from, to).map(({ first, hosts: members }, at) => (
            <tr key={first.name} aria-rowindex={from + at + 2}>
              <th scope="row">
                <Mark state={first.state} /> <Hosts hosts={members} place={place} />
              </th>
              {hasRuns ? (
                <td class="runs">
                  <Spark fleet={fleet} host={first} />
                </td>
              ) : null}
              {columns.map((column) => (
                <Cell key={column} {...{ fleet, place, column }} host={first} isLone={members.length === 1} />
              ))}
            </tr>
          ))}
          <Gap rows={rows.length - to} />
        </tbody>
      </table>
    </div>
  );
}

function Head({
  fleet,
  place,
  columns,
  hasRuns,
}: Pick<Props, 'fleet' | 'place'> & {
  readonly columns: readonly number[];
  readonly hasRuns: boolean;
}): JSX.Element {
  return (
    <thead>
      <tr aria-rowindex={1}>
        <th scope="col">hosts</th>
        {hasRuns ? <th scope="col">runs</th> : null}
        {columns.map((at) => {
          const column = fleet.data.columns[at];
          if (column === undefined) return null;
          const name = columnName(column);
          return (
            <th key={at} scope="col" class={`column ${column.kind}`}>
              <a href={linkTo({ ...place, host: undefined, key: undefined, check: name })} title={name}>
                {name}
              </a>
            </th>
          );
        })}
      </tr>
    </thead>
  );
}

function Cell({
  fleet,
  place,
  host,
  column,
  isLone,
}: Pick<Props, 'fleet' | 'place'> & {
  readonly host: Host;
  readonly column: number;
  readonly isLone: boolean;
}): JSX.Element {
  const state = host.cells[column] ?? 'none';
  const entry = fleet.data.columns[column];
  const check = entry === undefined ? '' : columnName(entry);
  const target = isLone ? { host: host.name, check } : { host: undefined, check, q: '' };
  return (
    <td>
      <a
        href={linkTo({ ...place, key: undefined, ...target })}
        title={`${host.name} ${check}: ${looks[state].word}`}
      >
        <Mark state={state} />
      </a>
    </td>
  );
}

function Gap({ rows }: { readonly rows: number }): JSX.Element | null {
  return rows <= 0 ? null : <tr aria-hidden="true" style={{ height: `${rows * rowHeight}px` }} />;
}

/** A tile for every host: where the trouble is, and how much of it. */
function FleetMap({ place, hosts }: Props): JSX.Element {
  return (
    <ul class="map" onKeyDown={arrowKeys}>
      {hosts.map((host) => (
        <li key={host.name}>
          <a href={linkTo({ ...place, host: host.name })} title={`${host.name}: ${looks[host.state].word}`}>
            <Mark state={host.state} word={false} />
            <span class="heard">{`${host.name}: ${looks[host.state].word}`}</span>
          </a>
        </li>
      ))}
    </ul>
  );
}
