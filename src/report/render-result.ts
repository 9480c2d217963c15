// The text of a run for a terminal, by its verb. A run that is read back is rendered by the same function as a live one.
import { comparisonOf, type Sighting } from '../compare/index.ts';
import type { RunResult } from '../model/index.ts';
import { droppedLoginsLine } from './dropped-logins.ts';
import { renderApply, renderRollback } from './render-apply.ts';
import { renderCompare } from './render-compare.ts';
import { renderExec } from './render-exec.ts';
import { renderFacts, renderPing } from './render-hosts.ts';
import { renderPlan } from './render-plan.ts';
import { renderUndo } from './render-undo.ts';
import { renderVerify } from './render-verify.ts';
import type { Style } from './style.ts';

export interface RenderOptions {
  /** compare: also what does not differ; exec: every answer, however many different ones there are. */
  readonly all?: boolean;
  /** verify and compare: since when what is wrong is so. */
  readonly sightings?: readonly Sighting[];
  /** Logins that hosts dropped, and that were tried again, by host. */
  readonly droppedLogins?: ReadonlyMap<string, number>;
}

/** The text of the result, with a line end at its end. */
export function renderResult(result: RunResult, style: Style, options: RenderOptions = {}): string {
  return renderAction(result, style, options) + droppedLoginsLine(options.droppedLogins ?? new Map());
}

function renderAction(result: RunResult, style: Style, options: RenderOptions): string {
  const { sightings = [] } = options;
  switch (result.action) {
    case 'plan':
      return renderPlan(result, style, { waves: result.waves });
    case 'apply':
      return renderApply(result, style);
    case 'verify':
      return renderVerify(result, style, { divergences: comparisonOf(result).divergences, sightings });
    case 'compare': {
      const view = { all: options.all === true, looked: result.hosts, sightings };
      return renderCompare(comparisonOf(result), style, view);
    }
    case 'rollback':
      return result.preview ? renderUndo(result.hosts, style) : renderRollback(result, style);
    case 'exec':
      return renderExec(result, style, { all: options.all === true });
    case 'facts':
      return renderFacts(result, style);
    case 'ping':
      return renderPing(result, style);
  }
}
