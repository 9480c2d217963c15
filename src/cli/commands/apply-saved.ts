// apply of a saved plan: what it was made from is compiled anew and the hosts are looked at again; it is applied only when
// both are as they were.
import { relative } from 'node:path';
import { apply, plan } from '../../actions/index.ts';
import { planDifferences, recordPlan, type SavedPlan } from '../../compile/index.ts';
import { changesSince, verdict } from '../../compare/index.ts';
import { ConfigError, exitCodes, UsageError } from '../../model/index.ts';
import { renderResult } from '../../report/index.ts';
import { confirm, requireOperator } from '../confirm.ts';
import { shown, writeOut } from '../outputs.ts';
import { isOwnPlan } from '../own-plans.ts';
import { readPlanFile } from '../plan-file.ts';
import { reportsOf } from '../report-options.ts';
import { openFleet } from '../session.ts';
import { tell } from '../taken-fleet.ts';
import { type ApplyOptions, openTarget } from './target.ts';

/** `muster apply FILE`: 2 when what the plan was made from is another by now, 3 when a host is; nothing is touched then. */
export async function applySaved(file: string, options: ApplyOptions): Promise<number> {
  const { saved, taken } = await readPlanFile(file);
  refuseContradictions(file, saved, options);
  const { from, salt } = saved.plan;
  const chosen = { ...options, ...choiceOf(saved) };
  const isOwn = await isOwnPlan(saved);
  const planned = { inventory: from.inventory, by: saved.made.inventoryBy, isOwn, file: taken };
  const session = await openFleet(chosen, planned);
  const target = await openTarget(asPath(from.playbook), chosen, session);
  if (options.yes !== true) requireOperator(session.json);
  await session.tellNeverEnded();
  const compiled = await session.compile(target, salt);
  refuseOtherSources(file, planDifferences(saved.plan, recordPlan(compiled)));
  const { result: looked } = await session.follow((deps) => plan(compiled, deps));
  const others = changesSince(saved.changes, looked.hosts);
  const { exitCode: code } = verdict(looked);
  if (code !== exitCodes.good || others.length > 0) {
    await session.print(looked);
    if (code === exitCodes.good) others.forEach(tell);
    const why =
      code === exitCodes.good
        ? `the hosts have changed since ${file} was made`
        : 'not every host was planned';
    tell(`nothing was applied: ${why}; plan again`);
    return code === exitCodes.good ? exitCodes.drift : code;
  }
  if (options.yes !== true) {
    writeOut(renderResult(looked, session.style));
    await shown();
    if (!(await confirm('Apply this?'))) return exitCodes.usage;
  }
  const choice = { allowIrreversible: options.allowIrreversible === true };
  const { result } = await session.follow((deps) => apply(compiled, choice, deps));
  const exitCode = await session.print(result);
  await session.report(reportsOf(options), result);
  return exitCode;
}

/** What the plan says cannot be said otherwise on the command line; to say the same again is fine. */
function refuseContradictions(file: string, { plan: { from } }: SavedPlan, options: ApplyOptions): void {
  const { selection } = from;
  const pathOf = (path: string | undefined): string | undefined =>
    path === undefined ? undefined : relative('', path);
  const list = (words: readonly string[] | undefined): string | undefined => words?.join(',');
  const pairs: readonly (readonly [flag: string, given: string | undefined, planned: string | undefined])[] =
    [
      ['--inventory', options.inventory?.map((path) => relative('', path)).join(' '), pathOf(from.inventory)],
      ['--limit', options.limit, from.limit],
      ['--tags', list(options.tags), list(selection.tags)],
      ['--skip-tags', list(options.skipTags), list(selection.skipTags)],
      ['--from', options.from, selection.from],
    ];
  const wrong = pairs.find(([, given, planned]) => given !== undefined && given !== planned);
  if (wrong === undefined) return;
  const [flag, given = '', planned = 'no such option'] = wrong;
  throw new UsageError(
    'PLAN_OPTIONS',
    `${flag} ${given} contradicts ${file}, which was made with ${planned}`,
    {
      hint: `leave ${flag} out, or plan again with it`,
    },
  );
}

/** The hosts and steps that the plan is of, as options. */
function choiceOf({ plan: { from } }: SavedPlan): Pick<ApplyOptions, 'limit' | 'tags' | 'skipTags' | 'from'> {
  const { tags, skipTags, from: first } = from.selection;
  return {
    ...(from.limit === undefined ? {} : { limit: from.limit }),
    ...(tags === undefined ? {} : { tags }),
    ...(skipTags === undefined ? {} : { skipTags }),
    ...(first === undefined ? {} : { from: first }),
  };
}

function refuseOtherSources(file: string, differences: readonly string[]): void {
  if (differences.length === 0) return;
  const location = { file, line: 1, column: 1 };
  throw new ConfigError(
    differences.map((message, index) => ({
      code: 'PLAN_SOURCES',
      message,
      location,
      ...(index < differences.length - 1
        ? {}
        : { hint: 'what the plan was made from has changed: plan again' }),
    })),
  );
}

/** A directory, and no name that a configuration looks up. */
function asPath(directory: string): string {
  return directory.includes('/') ? directory : `./${directory}`;
}
