// rollback: shows what would be undone, asks, undoes.
import { rollback } from '../../actions/index.ts';
import { renderResult } from '../../report/index.ts';
import { verdict } from '../../compare/index.ts';
import { exitCodes } from '../../model/index.ts';
import { confirm, requireOperator } from '../confirm.ts';
import type { FleetOptions } from '../options.ts';
import { shown, writeOut } from '../outputs.ts';
import { openFleet } from '../session.ts';

interface RollbackCommandOptions extends FleetOptions {
  readonly yes?: boolean;
  readonly run?: string;
  readonly force?: boolean;
}

/** `muster rollback`. */
export async function rollbackCommand(options: RollbackCommandOptions): Promise<number> {
  const session = await openFleet(options);
  await session.tellNeverEnded();
  const choice = {
    force: options.force === true,
    ...(options.run === undefined ? {} : { targetRun: options.run }),
  };
  if (options.yes !== true) {
    requireOperator(session.json);
    const preview = await session.follow((deps) =>
      rollback(session.hosts, { ...choice, preview: true }, deps),
    );
    writeOut(renderResult(preview.result, session.style));
    if (preview.result.hosts.every(({ receipt }) => receipt === undefined))
      return verdict(preview.result).exitCode;
    if (preview.result.interrupted) return exitCodes.interrupted;
    await shown();
    if (!(await confirm('Go on?'))) return exitCodes.usage;
  }
  const { result } = await session.follow((deps) =>
    rollback(session.hosts, { ...choice, preview: false }, deps),
  );
  return await session.print(result);
}
