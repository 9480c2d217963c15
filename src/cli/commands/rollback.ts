// rollback: shows what would be undone, asks, undoes.
import { rollback } from '../../actions/index.ts';
import { renderPlan, renderRollback } from '../../report/index.ts';
import { confirm, requireOperator } from '../confirm.ts';
import { exitCodeOf, exitCodes } from '../exit-code.ts';
import type { FleetOptions } from '../options.ts';
import { openFleet, writeOut } from '../session.ts';

interface RollbackCommandOptions extends FleetOptions {
  readonly yes?: boolean;
  readonly run?: string;
  readonly force?: boolean;
}

/** `muster rollback`. */
export async function rollbackCommand(options: RollbackCommandOptions): Promise<number> {
  const session = await openFleet(options);
  const choice = {
    force: options.force === true,
    ...(options.run === undefined ? {} : { targetRun: options.run }),
  };
  if (options.yes !== true) {
    requireOperator(session.json);
    const shown = await session.follow((deps) => rollback(session.hosts, { ...choice, preview: true }, deps));
    writeOut(renderPlan(shown.result, session.style));
    for (const { result, receipt } of shown.runs) {
      if (receipt === undefined) continue;
      const { runId, playbook, operator, started, entries } = receipt;
      writeOut(
        `${result.host}: undo run ${runId} (${playbook}, applied ${started} by ${operator}), ${entries} entries\n`,
      );
    }
    if (shown.result.interrupted) return exitCodes.interrupted;
    if (!(await confirm('Go on?'))) return exitCodes.usage;
  }
  const { result, runs } = await session.follow((deps) =>
    rollback(session.hosts, { ...choice, preview: false }, deps),
  );
  session.print(result, renderRollback(result, session.style) + proofText(runs));
  return exitCodeOf(result);
}

function proofText(runs: Awaited<ReturnType<typeof rollback>>['runs']): string {
  return runs
    .flatMap(({ result, proof }) =>
      proof === undefined
        ? []
        : [`${result.host}: ${proof.same} of ${proof.paths} paths proved identical to before\n`],
    )
    .join('');
}
