// plan, apply and verify: the commands that take a playbook to a fleet.
import { apply, plan, type PlaybookTarget, type RunPlan, verify } from '../../actions/index.ts';
import { changesBetween, verdict } from '../../compare/index.ts';
import { savePlan } from '../../compile/index.ts';
import { exitCodes, type RunResult, UsageError } from '../../model/index.ts';
import { renderChanges, renderResult } from '../../report/index.ts';
import { confirm, requireOperator } from '../confirm.ts';
import type { PlaybookOptions } from '../options.ts';
import { shown, writeOut } from '../outputs.ts';
import { proveReports } from '../report-file.ts';
import { type ReportOptions, reportsOf } from '../report-options.ts';
import { rememberPlan } from '../own-plans.ts';
import { isPlanFile, provePlanFile, writePlanFile } from '../plan-file.ts';
import { type FleetSession, openFleet, operatorName } from '../session.ts';
import { newestVerify } from '../stored-runs.ts';
import { holdWords, takeFiles, tell } from '../taken-fleet.ts';
import { existingHistory } from './history.ts';
import { applySaved } from './apply-saved.ts';
import { type ApplyOptions, openTarget } from './target.ts';

type PlanOptions = PlaybookOptions &
  ReportOptions & {
    readonly out?: string;
  };

type VerifyOptions = PlaybookOptions &
  ReportOptions & {
    readonly sinceLast?: boolean;
    readonly expectClean?: boolean;
  };

/** `muster plan PLAYBOOK`; with --out FILE the plan is saved, when every host could be planned. */
export async function planCommand(directory: string, options: PlanOptions): Promise<number> {
  const { out } = options;
  if (out !== undefined && (options.inventory?.length ?? 0) > 1)
    throw new UsageError('PLAN_INVENTORIES', 'a saved plan has one inventory, and you named several', {
      hint: 'put them into a directory, and name that',
    });
  if (out !== undefined) await provePlanFile(out);
  await proveReports(reportsOf(options));
  const session = await openFleet(options);
  const target = await openTarget(directory, options, session);
  const compiled = await session.compile(target);
  const { result } = await session.follow((deps) => plan(compiled, deps));
  const code = await session.print(result);
  if (out !== undefined && code === exitCodes.good) await save(out, compiled, result, target, session);
  else if (out !== undefined) tell(`${out} was not written, because not every host could be planned`);
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
  if (options.dryRun === true) return await planCommand(directory, options);
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
  const code = await session.print(result);
  await session.report(reportsOf(options), result);
  return code;
}

/** `muster verify PLAYBOOK`. With --expect-clean nothing at all is said of a good run. */
export async function verifyCommand(directory: string, options: VerifyOptions): Promise<number> {
  if (options.expectClean !== true) return await verifyAndTell(directory, options);
  const release = holdWords();
  let code: number | undefined;
  try {
    code = await verifyAndTell(directory, { ...options, quiet: true });
  } finally {
    release(code !== exitCodes.good);
  }
  return code;
}

async function verifyAndTell(directory: string, options: VerifyOptions): Promise<number> {
  await proveReports(reportsOf(options));
  const session = await openFleet(options);
  const target = await openTarget(directory, options, session);
  const { result } = await session.follow((deps) => verify(target, deps));
  const { exitCode } = verdict(result);
  if (options.expectClean !== true || exitCode !== exitCodes.good || session.json) {
    if (options.sinceLast === true && !session.json) await printSinceLast(result, options, session);
    else await session.print(result);
  }
  await session.report(reportsOf(options), result);
  return exitCode;
}

/** What is another thing than in the verify before; all of it when there was none. */
async function printSinceLast(
  result: RunResult,
  options: VerifyOptions,
  session: FleetSession,
): Promise<void> {
  const history = session.history ?? existingHistory(await takeFiles(options)).history;
  const { playbook, started } = result;
  const before = await newestVerify(history, { playbook, before: started });
  if (before === undefined) {
    tell(`there is no verify of ${playbook} before this one, so this is the whole result`);
    await session.print(result);
    return;
  }
  const earlier = (await history.read(before.runId)).result;
  writeOut(renderChanges(changesBetween(earlier, result), session.style));
}
