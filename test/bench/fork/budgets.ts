// What each action may cost a host, and the table that shows what it does cost.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { grouped, spreadOf, table, type Spread } from '../figures.ts';
import type { ActionName } from './actions.ts';
import type { Figures } from './rounds.ts';

/** Processes that an action starts on one host. */
export interface Budget {
  /** A test fails beyond this. If you make an action cheaper, lower it. */
  readonly budget: number;
  /** Where it is to come to. */
  readonly goal: number;
}
export type Budgets = Readonly<Partial<Record<ActionName, Budget>>>;

/** What was measured, round by round. */
export type AllFigures = ReadonlyMap<ActionName, readonly Figures[]>;

const file = join(import.meta.dirname, '..', '..', 'budgets.json');

/** The budgets of test/budgets.json. */
export async function readBudgets(): Promise<Budgets> {
  return JSON.parse(await readFile(file, 'utf8')) as Budgets;
}

/** The figures of each action beside its budget and goal: the least and the most processes, else the middle of all rounds. */
export function tableOfActions(figures: AllFigures, budgets: Budgets): string {
  const rows = [...figures].map(([name, all]) => {
    const of = (key: keyof Figures): Spread => spreadOf(all.map((one) => one[key]));
    const { least, most } = of('processes');
    const { budget, goal } = budgets[name] ?? {};
    const rest = (['upBytes', 'downBytes', 'wallMs', 'controllerCpuMs', 'hostCpuMs'] as const).map((key) =>
      grouped(of(key).middle),
    );
    return [name, ...[least, most, budget, goal].map((count) => String(count ?? '')), ...rest];
  });
  const head = 'action|processes|at most|budget|goal|bytes up|bytes down|ms|ms CPU here|ms CPU there';
  return table(head.split('|'), rows);
}

/** The actions that cost more than they may even in their cheapest round, each with its figures. */
export function overBudget(figures: AllFigures, budgets: Budgets): string[] {
  return [...figures].flatMap(([name, all]) => {
    const { least } = spreadOf(all.map(({ processes }) => processes));
    const most = budgets[name]?.budget ?? Number.POSITIVE_INFINITY;
    return least > most ? [`${name}: ${least} processes, and its budget is ${most}`] : [];
  });
}
