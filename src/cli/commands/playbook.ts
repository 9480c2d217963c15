// plan, apply, verify and compare: the commands that take a playbook to a fleet.
import { apply, compare, plan, type PlaybookTarget, type RunPlan, verify } from '../../actions/index.ts';
import { savePlan } from '../../compile/index.ts';
import { exitCodes, type RunResult } from '../../model/index.ts';
import { renderResult } from '../../report/index.ts';
import { confirm, requireOperator } from '../confirm.ts';
import type { PlaybookOptions } from '../options.ts';
import { shown, writeOut } from '../outputs.ts';
import { proveReports } from '../report-file.ts';
import { type ReportOptions, reportsOf } from '../report-options.ts';
import { rememberPlan } from '../own-plans.ts';
import { isPlanFile, provePlanFile, writePlanFile } from '../plan-file.ts';
import { type FleetSession, openFleet, operatorName } from '../session.ts';
import { tell } from '../taken-fleet.ts';
import { applySaved } from './apply-saved.ts';
import { type ApplyOptions, openTarget } from './target.ts';

type PlanOptions = PlaybookOptions &
  ReportOptions & {
    readonly out?: string;
  };

/** `muster plan PLAYBOOK`; with --out FILE the plan is saved, when every host could be planned. */
export async function planCommand(directory: string, options: PlanOptions): Promise<number> {
  const { out } = options;
  if (out !== undefined) await provePlanFile(out);
  await proveReports(reportsOf(options));
  const session = await openFleet(options);
  const target = await openTarget(directory, options, session);
  const compiled = await session.compile(target);
  const { result } = await session.follow((deps) => plan(compiled, deps));
  const code = session.print(result);
  if (out !== undefined && code === exitCodes.good) await save(out, compiled, result, target, session);
  else if (out !== undefined)
    tell(`${out} was not written: a saved plan is of hosts that all could be planned`);
  await session.report(reportsOf(options), result);
  return code;
}

async function save(
  out: string,
  compiled: RunPlan,
  { hosts, runId }: RunResult,
  target: PlaybookTarget,
  session: FleetSession,
): Promise<void> {
  const made = {
    at: new Date().toISOString(),
    runId,
    operator: operatorName(),
    directory: process.cwd(),
    inventoryBy: session.sources.inventory?.by ?? 'named',
  };
  const saved = savePlan(compiled, hosts, made);
  await writePlanFile(out, saved);
  await rememberPlan(out, saved, target);
  tell(`the plan is saved: muster apply ${out}`);
}

/**
 * `muster apply PLAYBOOK`: shows the plan and asks, unless --yes; then applies that very plan. `muster apply FILE` does so
 * with one that was saved.
 */
export async function applyCommand(directory: string, options: ApplyOptions): Promise<number> {
  await proveReports(reportsOf(options));
  if (await isPlanFile(directory)) return await applySaved(directory, options);
  const session = await openFleet(options);
  const target = await openTarget(directory, options, session);
  if (options.yes !== true) requireOperator(session.json);
  await session.tellNeverEnded();
  const compiled = await session.compile(target);
  if (options.yes !== true) {
    const planned = await session.follow((deps) => plan(compiled, deps));
    writeOut(renderResult(planned.result, session.style));
    if (planned.result.interrupted) return exitCodes.interrupted;
    await shown();
    if (!(await confirm('Apply this?'))) return exitCodes.usage;
  }
  const { result } = await session.follow((deps) =>
    apply(compiled, { allowIrreversible: options.allowIrreversible === true }, deps),
  );
  const code = session.print(result);
  await session.report(reportsOf(options), result);
  return code;
}

/** `muster verify PLAYBOOK`. */
export async function verifyCommand(
  directory: string,
  options: PlaybookOptions & ReportOptions,
): Promise<number> {
  await proveReports(reportsOf(options));
  const session = await openFleet(options);
  const target = await openTarget(directory, options, session);
  const { result } = await session.follow((deps) => verify(target, deps));
  const code = session.print(result);
  await session.report(reportsOf(options), result);
  return code;
}

/** `muster compare PLAYBOOK`: who differs from the majority, and how. Drift and checks are verify's business. */
export async function compareCommand(
  directory: string,
  options: PlaybookOptions & { readonly all?: boolean },
): Promise<number> {
  const session = await openFleet(options);
  const target = await openTarget(directory, options, session);
  const { result } = await session.follow((deps) => compare(target, deps));
  return session.print(result, { all: options.all === true });
}
