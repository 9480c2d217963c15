// What became of the fleet from one run to another: what is new first, then what changed, then what is gone.
import { type AlikeFold, type Change, diffLines, type RunChanges, type RunName } from '../compare/index.ts';
import { escapeTerminal } from './escape.ts';
import { count, hostLabel, layOut, type Row } from './layout.ts';
import { type Style, paint } from './style.ts';
import { alikeNote, diffBlock, failureText } from './trouble.ts';

/** So many entries are shown; the others are counted. */
const mostRows = 60;
const maxDiffLines = 12;
const order = ['new', 'changed', 'gone'] as const;
const marks = { new: 'bad', changed: 'changed', gone: 'good' } as const;

/** The text, with a line end at its end. */
export function renderChanges(changes: RunChanges, style: Style): string {
  const folds = order.flatMap((word) => changes.changes.filter(({ value }) => value.change === word));
  const left = folds.length - mostRows;
  const lines = [
    ...layOut(
      folds.slice(0, mostRows).map((fold) => changeRow(fold, style)),
      style,
    ),
    ...(left > 0
      ? [paint(style, 'dim', `... ${count(left, 'more entry', 'more entries')}: --json shows them`)]
      : []),
    ...layOut(hostRows(changes), style),
    totalOf(changes, folds),
  ];
  return `${lines.join('\n')}\n`;
}

function totalOf({ hosts, earlier, later }: RunChanges, folds: readonly AlikeFold<Change>[]): string {
  const counts = order.flatMap((word) => {
    const number = folds.filter(({ value }) => value.change === word).length;
    return number === 0 ? [] : [`${number} ${word}`];
  });
  const said = counts.length === 0 ? 'nothing is new, gone or changed' : counts.join(', ');
  return `${count(hosts.length, 'host')}, from ${runText(earlier)} to ${runText(later)}: ${said}`;
}

function runText({ runId, action, playbook }: RunName): string {
  return `run ${escapeTerminal(runId)} (${escapeTerminal(`${action} ${playbook}`.trim())})`;
}

function hostRows({ unseen, onlyEarlier, onlyLater }: RunChanges): Row[] {
  const rows: readonly (readonly [readonly string[], string])[] = [
    [unseen, 'not seen in one of the runs, so not compared'],
    [onlyEarlier, 'only in the earlier run'],
    [onlyLater, 'only in the later run'],
  ];
  return rows.flatMap(([hosts, text]) =>
    hosts.length === 0 ? [] : [{ mark: 'unknown' as const, label: hostLabel(hosts), text }],
  );
}

function changeRow({ hosts, value, ...fold }: AlikeFold<Change>, style: Style): Row {
  const { change, kind } = value;
  const isValue = kind === 'observation' || kind === 'fact' || kind === 'answer';
  const { text, below } = isValue ? valueRow(value, style) : wrongRow(value, style);
  return {
    mark: isValue ? 'changed' : marks[change],
    label: hostLabel(hosts),
    text: `${change}: ${text}${alikeNote(hosts, fold)}`,
    below,
  };
}

interface Said {
  readonly text: string;
  readonly below: readonly string[];
}

/** A value as `key: then -> now`, or as a diff when it has several lines. */
function valueRow({ kind, subject, before, after }: Change, style: Style): Said {
  const name =
    kind === 'answer' ? 'the answer' : `${kind === 'fact' ? 'fact ' : ''}${escapeTerminal(subject)}`;
  const isShort = [before, after].every((text) => text?.replace(/\n$/, '').includes('\n') !== true);
  if (!isShort)
    return { text: name, below: diffBlock(diffLines(before ?? '', after ?? ''), style, maxDiffLines) };
  return { text: `${name}: ${shown(before)} -> ${shown(after)}`, below: [] };
}

function shown(text: string | undefined): string {
  if (text === undefined) return '(missing)';
  return text === '' || text.startsWith('(') ? `"${escapeTerminal(text)}"` : escapeTerminal(text);
}

function wrongRow({ change, kind, step, subject, before, after }: Change, style: Style): Said {
  const said = after ?? before ?? '';
  const [message = '', ...diff] = said.split('\n');
  if (kind === 'lost' || kind === 'observation' || kind === 'fact' || kind === 'answer')
    return {
      text: change === 'gone' ? `seen again; was ${escapeTerminal(message)}` : escapeTerminal(message),
      below: [],
    };
  const text = failureText({ kind, step, subject, message });
  if (change === 'gone') return { text, below: [] };
  const lines = change === 'changed' ? diffLines(before ?? '', said) : diff;
  return { text, below: diffBlock(lines, style, maxDiffLines) };
}
