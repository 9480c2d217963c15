// The data of the page with its numbers followed, and the state of every host and cell worked out once.
import type { PageColumn, PageData, PageHost, PageStep, PageTrouble } from '../report/html/page-data.ts';

/** How a host, or a cell of it, is. The order is that of how much it matters. */
export const states = [
  'bad',
  'lost',
  'differs',
  'drift',
  'skipped',
  'change',
  'changed',
  'open',
  'good',
  'none',
] as const;
export type State = (typeof states)[number];

/** A step of a host. */
export type Step = Omit<PageStep, 'column'> & { readonly column: number; readonly seconds: number };

export interface Host {
  readonly index: number;
  readonly data: PageHost;
  readonly name: string;
  readonly state: State;
  /** By column. */
  readonly cells: readonly State[];
  /** What it has in common with the hosts that look the same. */
  readonly looks: string;
  /** What a search looks into. */
  readonly words: string;
}

export interface Fleet {
  readonly data: PageData;
  readonly hosts: readonly Host[];
  readonly byName: ReadonlyMap<string, Host>;
  /** Troubles and changes of each host. */
  readonly troublesOf: (host: Host) => readonly PageTrouble[];
  readonly text: (row: number) => string;
}

/** Names a column in links: `step`, `step:check`, `probe step:check`. */
export function columnName({ kind, step, name }: PageColumn): string {
  if (kind === 'step') return step;
  return `${kind === 'probe' ? 'probe ' : ''}${step}:${name}`;
}

export function readFleet(data: PageData): Fleet {
  const troublesByHost: PageTrouble[][] = data.hosts.map(() => []);
  for (const trouble of [...data.troubles, ...data.changes])
    for (const at of trouble.hosts) troublesByHost[at]?.push(trouble);
  const open = new Set(data.served?.live?.open);
  const hosts = data.hosts.map((host, index) =>
    hostOf(host, { index, data, isOpen: open.has(index), troubles: troublesByHost[index] ?? [] }),
  );
  return {
    data,
    hosts,
    byName: new Map(hosts.map((host) => [host.name, host])),
    troublesOf: ({ index }) => troublesByHost[index] ?? [],
    text: (row) => data.texts[row] ?? '',
  };
}

interface AroundHost {
  readonly index: number;
  readonly data: PageData;
  /** Its verdict was not spoken. */
  readonly isOpen: boolean;
  readonly troubles: readonly PageTrouble[];
}

function hostOf(host: PageHost, { index, data, isOpen, troubles }: AroundHost): Host {
  const cells = cellsOf(host, data, isOpen);
  const own = isOpen ? 'open' : outcomeState(host, data);
  const state = worst([own, ...troubles.map((trouble) => trouble.state)]);
  const words = [
    host.name,
    host.outcome,
    host.reason,
    ...troubles.flatMap(({ place, message }) => [place, message]),
  ];
  return {
    ...{ index, data: host, name: host.name, state, cells },
    looks: [state, ...cells].join(' '),
    words: words.join('\n').toLowerCase(),
  };
}

/** What matters most of several. */
export function worst(some: readonly State[]): State {
  return states.find((state) => some.includes(state)) ?? 'none';
}

function outcomeState({ outcome }: PageHost, { action }: PageData): State {
  switch (outcome) {
    case 'ok':
      return 'good';
    case 'changed':
      return changeState(action);
    case 'rolled-back':
      return 'changed';
    case 'failed':
      return 'bad';
    case 'skipped':
      return 'skipped';
    case 'unreachable':
    case 'unknown':
      return 'lost';
  }
}

/** What is not as declared: drift in a verify, what is to come in a plan, what was done otherwise. */
export function changeState(action: string): State {
  return action === 'verify' ? 'drift' : action === 'plan' ? 'change' : 'changed';
}

const stepStates = { ok: 'good', failed: 'bad', skipped: 'skipped', 'rolled-back': 'changed' } as const;
const resourceStates: Readonly<Partial<Record<string, State>>> = {
  ...{ failed: 'bad', conflict: 'bad', changed: 'changed', undone: 'changed' },
};

function cellsOf(host: PageHost, data: PageData, isOpen: boolean): State[] {
  const cells: State[] = data.columns.map(() => 'none');
  const put = (column: number, state: State): void => {
    const known = cells[column];
    if (known !== undefined) cells[column] = worst([known, state]);
  };
  const changed = changeState(data.action);
  const columnByStep = new Map<string, number>();
  for (const [at, row] of host.steps.entries()) {
    const step = data.steps[row];
    if (step === undefined) continue;
    columnByStep.set(data.columns[step.column]?.step ?? '', step.column);
    const isNow = isOpen && at === host.steps.length - 1 && step.outcome === 'skipped';
    put(step.column, isNow ? 'open' : step.outcome === 'changed' ? changed : stepStates[step.outcome]);
  }
  for (const row of host.resources) {
    const { step, status } = data.resources[row] ?? { step: '', status: '' };
    const column = columnByStep.get(step);
    const state = status === 'change' ? changed : resourceStates[status];
    if (column !== undefined && state !== undefined) put(column, state);
  }
  for (const row of host.checks) {
    const check = data.checks[row];
    if (check !== undefined) put(check.column, check.holds ? 'good' : 'bad');
  }
  return cells;
}

/** The steps of a host with what they took. */
export function stepsOf({ data: host }: Host, { data }: Fleet): readonly Step[] {
  return host.steps.flatMap((row, at) => {
    const step = data.steps[row];
    return step === undefined ? [] : [{ ...step, seconds: host.seconds[at] ?? 0 }];
  });
}
