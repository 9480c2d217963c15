// The history as a list of runs, and what a run says of where it came from.
import { expandHostNames, type RunSummary } from '../model/index.ts';
import { escapeTerminal } from './escape.ts';
import { count, displayWidth, padEnd, widest } from './layout.ts';
import { type Mark, paint, type Style, symbol } from './style.ts';

const marks: Readonly<Record<string, Mark>> = {
  good: 'good',
  failed: 'bad',
  drift: 'changed',
  incomplete: 'unknown',
  interrupted: 'unknown',
};
const quiet: ReadonlySet<string> = new Set(['ok', 'changed', 'rolled-back']);
/** Hosts in trouble are named as long as that takes no more characters. */
const mostNames = 40;

/** One line a run: when, what, on how many hosts, what came of it, and who. */
export function renderHistory(runs: readonly RunSummary[], style: Style): string {
  const rows = runs.map((run) => [
    escapeTerminal(run.runId),
    took(run),
    escapeTerminal(titleOf(run)),
    cameTo(run),
    escapeTerminal(run.origin?.operator ?? ''),
  ]);
  const widths = [0, 1, 2, 3].map((column) => widest(rows.map((row) => displayWidth(row[column] ?? ''))));
  const lines = rows.map((row, index) => {
    const run = runs[index];
    const cells = row.map((cell, column) => padEnd(cell, widths[column] ?? 0));
    return `${run === undefined ? '' : symbol(style, markOf(run))} ${cells.join('  ')}`.trimEnd();
  });
  return `${[...lines, paint(style, 'dim', count(runs.length, 'run'))].join('\n')}\n`;
}

/** The operator, the time and the sources; a line each, not escaped. */
export function originLines(run: RunSummary): readonly string[] {
  const { runId, started, state, origin, cut } = run;
  const unknown = cut === undefined ? 'it never ended' : 'how it ended was not recorded';
  const ends = { ended: `took ${took(run)}`, 'at-work': 'it is at work', 'never-ended': unknown }[state];
  const by =
    origin === undefined
      ? ''
      : ` by ${origin.operator}${origin.client === undefined ? '' : ` (from ${origin.client})`}`;
  return [
    `run ${runId}: ${titleOf(run)}${by}, begun ${started}, ${ends}`,
    ...(origin === undefined ? [] : fileLines(origin)),
    ...(state === 'never-ended' && cut === undefined
      ? ['its controller ended: the result shows what was known of each host then']
      : []),
    ...(cut === undefined ? [] : [`its record is not complete: ${cut}`]),
  ];
}

function fileLines({
  argv,
  directory,
  muster,
  inventory,
  playbook,
}: NonNullable<RunSummary['origin']>): string[] {
  const commit =
    playbook?.commit === undefined
      ? ''
      : `, commit ${playbook.commit.slice(0, 12)}${playbook.dirty === true ? ', changed since' : ''}`;
  return [
    `in ${directory}: muster ${argv.join(' ')}   (muster ${muster})`,
    ...(playbook === undefined
      ? []
      : [`playbook ${playbook.file} (${playbook.digest.slice(0, 12)}${commit})`]),
    ...(inventory === undefined ? [] : [`inventory ${inventory.file} (${inventory.digest.slice(0, 12)})`]),
  ];
}

/** What was run. Not escaped. */
export function titleOf({ action, playbook, preview, origin }: RunSummary): string {
  if (action === 'exec') return `exec ${commandOf(origin?.argv ?? [])}`.trimEnd();
  const verb = preview ? `${action} (preview)` : action;
  return playbook === '' ? verb : `${verb} ${playbook}`;
}

const mostCommand = 40;

/** As many of the last words as there is room for; a line of sh that is one word is cut at its end. */
function commandOf(argv: readonly string[]): string {
  const words = argv.slice(argv.indexOf('exec') + 1);
  const last = words.pop() ?? '';
  if (last.length > mostCommand) return `${last.slice(0, mostCommand)}...`;
  let command = last;
  for (let word = words.pop(); word !== undefined && !last.includes(' '); word = words.pop()) {
    if (command.length + word.length >= mostCommand) return `... ${command}`;
    command = `${word} ${command}`;
  }
  return command;
}

/** The sign of what it came to. */
export function markOf({ state, word, cut }: RunSummary): Mark {
  if (state === 'at-work') return 'running';
  return state === 'never-ended' && cut === undefined ? 'bad' : (marks[word] ?? 'unknown');
}

/** What became of its hosts; names are escaped. */
export function cameTo({ state, word, hosts, cut }: RunSummary): string {
  const groups = Object.entries(hosts).map(([outcome, folded]) => {
    const number = folded.split(/,(?![^[]*\])/).flatMap(expandHostNames).length;
    const names = quiet.has(outcome) || folded.length > mostNames ? '' : ` (${escapeTerminal(folded)})`;
    return { number, text: `${number} ${escapeTerminal(outcome)}${names}` };
  });
  const total = count(
    groups.reduce((sum, { number }) => sum + number, 0),
    'host',
  );
  if (state === 'at-work') return `${total}, at work`;
  const said = {
    'never-ended': cut === undefined ? ', never ended' : ', recorded in part',
    ended: word === 'drift' ? ', drift' : '',
  }[state];
  return `${total}: ${groups.map(({ text }) => text).join(', ')}${word === 'interrupted' ? ', interrupted' : said}`;
}

/** `41s`, `12m05s`, `3h07m`; nothing for a run of which no end is known. */
export function took({ started, finished }: RunSummary): string {
  if (finished === undefined) return '-';
  const seconds = Math.max(0, Math.round((Date.parse(finished) - Date.parse(started)) / 1000));
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  const two = (number: number): string => String(number).padStart(2, '0');
  if (hours > 0) return `${hours}h${two(minutes)}m`;
  return minutes > 0 ? `${minutes}m${two(seconds % 60)}s` : `${seconds}s`;
}
