// plan, apply, verify and compare: the commands that take a playbook to a fleet.
import type { PlaybookTarget } from '../../actions/index.ts';
import { apply, compare, plan, verify } from '../../actions/index.ts';
import { exitCodes } from '../../model/index.ts';
import { renderResult } from '../../report/index.ts';
import { confirm, requireOperator } from '../confirm.ts';
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
  const { result } = await session.follow((deps) => plan(target, deps));
  return session.print(result);
}

/** `muster apply PLAYBOOK`: shows the plan and asks, unless --yes; then brings the hosts there. */
export async function applyCommand(directory: string, options: ApplyOptions): Promise<number> {
  const session = await openFleet(options);
  const target = await openTarget(directory, options, session);
  if (options.yes !== true) {
    requireOperator(session.json);
    const planned = await session.follow((deps) => plan(target, deps));
    writeOut(renderResult(planned.result, session.style));
    if (planned.result.interrupted) return exitCodes.interrupted;
    await shown();
    if (!(await confirm('Apply this?'))) return exitCodes.usage;
  }
  const { result } = await session.follow((deps) =>
    apply(target, { allowIrreversible: options.allowIrreversible === true }, deps),
  );
  return session.print(result);
}

/** `muster verify PLAYBOOK`. */
export async function verifyCommand(directory: string, options: VerifyOptions): Promise<number> {
  await proveReports(options.report ?? []);
  const session = await openFleet(options);
  const target = await openTarget(directory, options, session);
  const { result } = await session.follow((deps) => verify(target, deps));
  const code = session.print(result);
  await writeReports(options.report ?? [], result);
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

async function openTarget(
  directory: string,
  options: PlaybookOptions,
  session: FleetSession,
): Promise<PlaybookTarget> {
  return {
    playbook: await session.openPlaybook(directory),
    inventory: session.inventory,
    hosts: session.hosts,
    selection: {
      ...(options.tags === undefined ? {} : { tags: options.tags }),
      ...(options.skipTags === undefined ? {} : { skipTags: options.skipTags }),
      ...(options.from === undefined ? {} : { from: options.from }),
    },
  };
}
