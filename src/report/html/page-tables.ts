// The tables of one page, and the columns of its matrix.
import type { AnyHostResult } from '../../model/index.ts';
import type { PageColumn, PageData } from './page-data.ts';
import { line, Table, Texts } from './tables.ts';

/** Everything in tables, by which rows are named. */
export class PageTables {
  readonly texts = new Texts();
  readonly steps = new Table<PageData['steps'][number]>();
  readonly resources = new Table<PageData['resources'][number]>();
  readonly checks = new Table<PageData['checks'][number]>();
  readonly values = new Table<PageData['values'][number]>();
  readonly columns: readonly PageColumn[];
  readonly #numbers: ReadonlyMap<string, number>;
  /** A host's number by its name. */
  readonly hosts: ReadonlyMap<string, number>;

  constructor(hosts: readonly AnyHostResult[]) {
    this.hosts = new Map(hosts.map(({ host }, index) => [host, index]));
    this.columns = columnsOf(hosts);
    this.#numbers = new Map(this.columns.map((column, index) => [JSON.stringify(column), index]));
  }

  column(kind: PageColumn['kind'], step: string, name = ''): number {
    return this.#numbers.get(JSON.stringify({ kind, step: line(step), name: line(name) })) ?? -1;
  }

  numbersOf(names: readonly string[]): readonly number[] {
    return names.flatMap((name) => this.hosts.get(name) ?? []);
  }
}

/** Steps in their order, the checks of each behind it, then the probes. */
function columnsOf(hosts: readonly AnyHostResult[]): readonly PageColumn[] {
  const namesByStep = new Map<string, Set<string>>();
  const probes = new Table<PageColumn>();
  for (const { steps, checks } of hosts) {
    for (const { id } of steps) if (!namesByStep.has(id)) namesByStep.set(id, new Set());
    for (const check of checks) {
      if (check.kind === 'probe')
        probes.add({ kind: 'probe', step: line(check.probe), name: line(check.name) });
      else namesByStep.set(check.step, (namesByStep.get(check.step) ?? new Set()).add(check.name));
    }
  }
  const columns = new Table<PageColumn>();
  for (const [step, names] of namesByStep) {
    columns.add({ kind: 'step', step: line(step), name: '' });
    for (const name of names) columns.add({ kind: 'check', step: line(step), name: line(name) });
  }
  return [...columns.rows, ...probes.rows];
}
