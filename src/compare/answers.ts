// Answers of many hosts to one command: equal ones are one entry.
import { createHash } from 'node:crypto';
import type { CommandResult, ExecHostResult } from '../model/index.ts';
import type { MaskedFold } from './masked-fold.ts';
import { maskedKey, type MaskedSpan, maskedSpans, maskLabel, readMasks, selfOf } from './masks.ts';

/** Hosts with equal answers, outside of what is masked; the answer is that of the first one. */
export interface AnswerFold extends Omit<MaskedFold, 'value'> {
  readonly value: CommandResult;
}

/** A host that answered. */
export type AnsweringHost = Pick<ExecHostResult, 'host' | 'facts' | 'address'> & {
  readonly command: CommandResult;
};

/** Folds answers: the biggest group first, ties by whose first host comes first. `mask` is a list of masks. */
export function foldAnswers(hosts: readonly AnsweringHost[], mask = ''): readonly AnswerFold[] {
  const { masks } = readMasks(mask);
  const textId = numbering();
  const keyOf = masks.length === 0 ? (text: string) => text : maskedKey;
  const folds = new Map<
    string,
    { hosts: string[]; value: CommandResult; spans: Spans; masked: Set<string> }
  >();
  for (const host of hosts) {
    const { command } = host;
    const spans = masks.length === 0 ? noSpans : spansOf(host, masks);
    const ids = [keyOf(command.stdout, spans.stdout), keyOf(command.stderr, spans.stderr)].map(textId);
    const key = [command.status, ...ids, ...(command.cut ?? [])].join(' ');
    const fold = folds.get(key);
    if (fold === undefined) folds.set(key, { hosts: [host.host], value: command, spans, masked: new Set() });
    else {
      fold.hosts.push(host.host);
      noteMasked(fold, command, spans);
    }
  }
  return [...folds.values()]
    .map(({ hosts: names, value, masked }) => ({
      ...{ hosts: names, value },
      ...(masked.size === 0 ? {} : { masked: [...masked].map(maskLabel) }),
    }))
    .sort((a, b) => b.hosts.length - a.hosts.length);
}

interface Spans {
  readonly stdout: readonly MaskedSpan[];
  readonly stderr: readonly MaskedSpan[];
}

const noSpans: Spans = { stdout: [], stderr: [] };

function spansOf(host: AnsweringHost, masks: readonly string[]): Spans {
  const self = selfOf(host);
  const { stdout, stderr } = host.command;
  return { stdout: maskedSpans(stdout, masks, self), stderr: maskedSpans(stderr, masks, self) };
}

/** Notes which masks cover another text than in the fold's first answer. */
function noteMasked(
  fold: { readonly value: CommandResult; readonly spans: Spans; readonly masked: Set<string> },
  command: CommandResult,
  spans: Spans,
): void {
  for (const stream of ['stdout', 'stderr'] as const) {
    for (const [index, { start, end, mask }] of spans[stream].entries()) {
      const first = fold.spans[stream][index];
      if (fold.value[stream].slice(first?.start, first?.end) !== command[stream].slice(start, end))
        fold.masked.add(mask);
    }
  }
}

/** Equal texts get equal numbers. No text is kept twice. */
function numbering(): (text: string) => number {
  const known = new Map<string, number>();
  return (text) => {
    const key = text.length < longText ? text : digestOf(text);
    const id = known.get(key) ?? known.size;
    known.set(key, id);
    return id;
  };
}

/** A Map takes all longer texts of one length for the same place, and compares each with each. */
const longText = 16_000;

/** Of the text's units, because a byte that is no UTF-8 is half a surrogate pair. */
function digestOf(text: string): string {
  return `sha256 ${text.length} ${createHash('sha256').update(text, 'utf16le').digest('base64')}`;
}
