// What a rollback would undo, before anybody says yes to it.
import type { RollbackHostResult } from '../model/index.ts';
import { escapeTerminal } from './escape.ts';
import { hintLines, layOut, sentenceLines } from './layout.ts';
import { otherRunRows } from './other-runs.ts';
import type { Style } from './style.ts';
import { paint } from './style.ts';

const maxTargets = 40;

/** One paragraph a host: which run, whose, and what of it, last change first; repeated targets once. */
export function renderUndo(hosts: readonly RollbackHostResult[], style: Style): string {
  const others = layOut(otherRunRows(hosts), style).map((line) => `${line}\n`);
  return [...others, ...hosts.map((host) => `${hostLines(host, style).join('\n')}\n`)].join('');
}

function hostLines(host: RollbackHostResult, style: Style): string[] {
  const { receipt } = host;
  const name = paint(style, 'bold', escapeTerminal(host.host));
  if (receipt === undefined) {
    const why =
      host.outcome === 'ok' ? host.reason || 'nothing to roll back' : `${host.outcome}: ${host.reason}`;
    const hint = hintLines(host.hint).flatMap((one) => sentenceLines(one, style.columns - 2));
    return [`${name}: ${escapeTerminal(why)}`, ...hint.map((line) => `  ${line}`)];
  }
  const { runId, playbook, operator, started, entries } = receipt;
  const targets = [...new Set(host.resources.map(({ resource, target }) => `${resource} ${target}`))];
  const shown = targets.slice(0, maxTargets).map((target) => `  - ${escapeTerminal(target)}`);
  return [
    `${name}: undo run ${escapeTerminal(`${runId} (${playbook}, applied ${started} by ${operator})`)}, ${entries} entries`,
    ...shown,
    ...(targets.length > maxTargets ? [`  ... ${targets.length - maxTargets} more`] : []),
  ];
}
