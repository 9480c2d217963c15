// The text of a run for a terminal, by its verb. A run that is read back is rendered by the same function as a live one.
import { comparisonOf } from '../compare/index.ts';
import type { RunResult } from '../model/index.ts';
import { renderApply, renderRollback } from './render-apply.ts';
import { renderCompare } from './render-compare.ts';
import { renderExec } from './render-exec.ts';
import { renderFacts, renderPing } from './render-hosts.ts';
import { renderPlan } from './render-plan.ts';
import { renderUndo } from './render-undo.ts';
import { renderVerify } from './render-verify.ts';
import type { Style } from './style.ts';

export interface RenderOptions {
  /** compare: also what does not differ. */
  readonly all?: boolean;
}

/** The text of the result, with a line end at its end. */
export function renderResult(result: RunResult, style: Style, options: RenderOptions = {}): string {
  switch (result.action) {
    case 'plan':
      return renderPlan(result, style, { waves: result.waves });
    case 'apply':
      return renderApply(result, style);
    case 'verify':
      return renderVerify(result, style, { divergences: comparisonOf(result).divergences });
    case 'compare': {
      const view = { all: options.all === true, looked: result.hosts };
      return renderCompare(comparisonOf(result), style, view);
    }
    case 'rollback':
      return result.preview ? renderUndo(result.hosts, style) : renderRollback(result, style);
    case 'exec':
      return renderExec(result, style);
    case 'facts':
      return renderFacts(result, style);
    case 'ping':
      return renderPing(result, style);
  }
}
