// The reader's place, as the part of the address behind `#`: every view, filter and cell has a link of its own.
import { useEffect, useState } from 'preact/hooks';
import { type State, states } from './model.ts';

export type Zoom = 'equal' | 'hosts' | 'map';

export interface Place {
  readonly host?: string | undefined;
  /** A column, as `columnName` gives it. */
  readonly check?: string | undefined;
  /** Something that hosts are compared by. */
  readonly key?: string | undefined;
  readonly q: string;
  readonly group: string;
  readonly state: State | '';
  readonly zoom: Zoom;
  /** Also columns in which all hosts are well. */
  readonly all: boolean;
}

const zooms: readonly string[] = ['equal', 'hosts', 'map'];

/** Words that mean nothing here are passed over. */
export function readPlace(hash: string): Place {
  const words = new URLSearchParams(hash.replace(/^#/, ''));
  const state = words.get('state') ?? '';
  const zoom = words.get('zoom') ?? '';
  return {
    ...{ host: words.get('host') ?? undefined, check: words.get('check') ?? undefined },
    ...{ key: words.get('key') ?? undefined, q: words.get('q') ?? '', group: words.get('group') ?? '' },
    state: (states as readonly string[]).includes(state) ? (state as State) : '',
    zoom: zooms.includes(zoom) ? (zoom as Zoom) : 'equal',
    all: words.has('all'),
  };
}

/** The address of a place; what is usual is left out. */
export function linkTo({ host, check, key, q, group, state, zoom, all }: Place): string {
  const pairs: readonly (readonly [string, string | undefined])[] = [
    ...([
      ['host', host],
      ['check', check],
      ['key', key],
      ['q', q],
      ['group', group],
      ['state', state],
    ] as const),
    ['zoom', zoom === 'equal' ? '' : zoom],
    ['all', all ? '1' : ''],
  ];
  const words = pairs.flatMap(([name, value]) =>
    value === undefined || value === ''
      ? []
      : [`${name}=${encodeURIComponent(value).replaceAll('%3A', ':').replaceAll('%20', '+')}`],
  );
  return `#${words.join('&')}`;
}

/** The place now, and a way to another one; typing in a filter makes no step in the browser's history. */
export function usePlace(): readonly [Place, (change: Partial<Place>) => void] {
  const [place, setPlace] = useState(() => readPlace(location.hash));
  useEffect(() => {
    const follow = (): void => {
      setPlace(readPlace(location.hash));
    };
    addEventListener('hashchange', follow);
    return () => {
      removeEventListener('hashchange', follow);
    };
  }, []);
  const change = (part: Partial<Place>): void => {
    const next = { ...readPlace(location.hash), ...part };
    history.replaceState(null, '', linkTo(next));
    setPlace(next);
  };
  return [place, change];
}
