// plan, apply, verify and compare: the commands that take a playbook to a fleet.
import type { PlaybookTarget } from '../../actions/index.ts';
import { apply, compare, plan, verify } from '../../actions/index.ts';
import { renderApply, renderCompare, renderPlan, renderVerify } from '../../report/index.ts';
import { confirm, requireOperator } from '../confirm.ts';
import { exitCodeOf, exitCodes } from '../exit-code.ts';
import type { PlaybookOptions } from '../options.ts';
import { shown, writeOut } from '../outputs.ts';
import { proveReports, writeReports } from '../report-file.ts';
import type { FleetSession } from '../session.ts';
import { openFleet } from '../session.ts';

interface ApplyOptions extends PlaybookOptions {
  readonly yes?: boolean;
  readonly allowIrreversible?: boolean;
}

interface VerifyOptions extends PlaybookOptions {
  readonly report?: readonly string[];
}

/** `muster plan PLAYBOOK`. */
export async function planCommand(directory: string, options: PlaybookOptions): Promise<number> {
  const session = await openFleet(options);
  const target = await openTarget(directory, options, session);
  const compiled = await session.compile(target);
  const { result } = await session.follow((deps) => plan(compiled, deps));
  session.print(result, () => renderPlan(result, session.style, compiled));
  return exitCodeOf(result);
}

/** `muster apply PLAYBOOK`: shows the plan and asks, unless --yes; then brings the hosts there. */
export async function applyCommand(directory: string, options: ApplyOptions): Promise<number> {
  const session = await openFleet(options);
  const target = await openTarget(directory, options, session);
  if (options.yes !== true) requireOperator(session.json);
  const compiled = await session.compile(target);
  if (options.yes !== true) {
    const planned = await session.follow((deps) => plan(compiled, deps));
    writeOut(renderPlan(planned.result, session.style, compiled));
    if (planned.result.interrupted) return exitCodes.interrupted;
    await shown();
    if (!(await confirm('Apply this?'))) return exitCodes.usage;
  }
  const { result } = await session.follow((deps) =>
    apply(compiled, { allowIrreversible: options.allowIrreversible === true }, deps),
  );
  session.print(result, () => renderApply(result, session.style));
  return exitCodeOf(result);
}

/** `muster verify PLAYBOOK`. */
export async function verifyCommand(directory: string, options: VerifyOptions): Promise<number> {
  await proveReports(options.report ?? []);
  const session = await openFleet(options);
  const target = await openTarget(directory, options, session);
  const { result, comparison } = await session.follow((deps) => verify(target, deps));
  const { divergences } = comparison;
  session.print(result, () => renderVerify(result, session.style, { divergences }), { comparison });
  await writeReports(options.report ?? [], result, divergences);
  return exitCodeOf(result, divergences.length);
}

/** `muster compare PLAYBOOK`: who differs from the majority, and how. Drift and checks are verify's business. */
export async function compareCommand(
  directory: string,
  options: PlaybookOptions & { readonly all?: boolean },
): Promise<number> {
  const session = await openFleet(options);
  const target = await openTarget(directory, options, session);
  const { result, comparison } = await session.follow((deps) => compare(target, deps));
  const view = { all: options.all === true, looked: result.hosts };
  session.print(result, () => renderCompare(comparison, session.style, view), { comparison });
  if (result.interrupted) return exitCodes.interrupted;
  if (comparison.unseen.length > 0) return exitCodes.incomplete;
  return comparison.divergences.length > 0 ? exitCodes.drift : exitCodes.good;
}

async function openTarget(
  directory: string,
  options: PlaybookOptions,
  session: FleetSession,
): Promise<PlaybookTarget> {
  return {
    playbook: await session.openPlaybook(directory),
    inventory: session.inventory,
    hosts: session.hosts,
    ...(options.limit === undefined ? {} : { limit: options.limit }),
    selection: {
      ...(options.tags === undefined ? {} : { tags: options.tags }),
      ...(options.skipTags === undefined ? {} : { skipTags: options.skipTags }),
      ...(options.from === undefined ? {} : { from: options.from }),
    },
  };
}
