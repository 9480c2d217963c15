// One more step at the end of a playbook.yaml; all other bytes of it stay.
import { isMap, isSeq, parseDocument } from 'yaml';
import type { SourceFile } from '../document/index.ts';
import { UsageError } from '../model/index.ts';

/** The text with `entry` behind the last step. Throws UsageError (NEW_EXISTS, NEW_STEPS). */
export function withStep({ file, text }: SourceFile, id: string, entry: readonly string[]): string {
  const steps = parseDocument(text).get('steps', true);
  const byHand = `add these lines by hand:\n      ${entry.join('\n      ')}`;
  if (!isSeq(steps) || steps.flow === true || steps.items.length === 0)
    throw new UsageError('NEW_STEPS', `the steps of ${file} are not a list with one line for each step`, {
      hint: byHand,
    });
  if (steps.items.some((item) => isMap(item) && item.get('id') === id))
    throw new UsageError('NEW_EXISTS', `${file} has a step ${id} already`, { hint: 'choose another name' });
  const first = steps.range?.[0] ?? 0;
  const indent = text.slice(text.lastIndexOf('\n', first) + 1, first);
  const lastItem = steps.items.at(-1);
  const end = isMap(lastItem) ? (lastItem.range?.[1] ?? text.length) : text.length;
  const lineEnd = text.indexOf('\n', end - 1);
  const head = lineEnd < 0 ? `${text}\n` : text.slice(0, lineEnd + 1);
  const added = entry.map((line) => `${indent}${line}\n`).join('');
  return `${head}${added}${text.slice(head.length)}`;
}
