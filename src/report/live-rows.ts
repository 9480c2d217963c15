// The rows of the live view: a pure picture of where a run stands that fits a 24-line terminal with any fleet.
import { escapeTerminal } from './escape.ts';
import { count, displayWidth, padEnd, truncate } from './layout.ts';
import type { HostProgress, Progress } from './progress.ts';
import { type Mark, type Style, symbol } from './style.ts';
import { withReason } from './trouble.ts';

/** Up to this many hosts have a row each; above, rows count, and only running and failed hosts are named. */
const maxHostRows = 10;
/** How many running, and how many failed or lost, hosts are named in a big fleet. */
const maxNamed = 5;

/**
 * A headline, then a row per host or, for more than ten hosts, counters with a few names. No row is wider than the
 * style's columns; at most `maxRows` rows.
 */
export function liveRows(progress: Progress, style: Style, maxRows = 23): readonly string[] {
  const hosts = [...progress.hosts.values()];
  const done = hosts.filter(({ state }) => isDone(state)).length;
  const asking = hosts.some(({ state }) => state === 'probing') ? ', asking from outside' : '';
  const name = [progress.action, progress.playbook]
    .filter((word) => word !== '')
    .map((word) => escapeTerminal(word));
  const rows = [
    cut(`${name.join(' ')}: ${done} of ${count(hosts.length, 'host')} done${asking}`, style),
    ...(hosts.length <= maxHostRows ? hostRows(hosts, progress, style) : fleetRows(hosts, progress, style)),
    ...(progress.notice === '' ? [] : [cut(`! ${escapeTerminal(progress.notice)}`, style)]),
  ];
  return rows.slice(0, Math.max(1, maxRows));
}

/** One column stays free: some terminals wrap when the last one is written. */
function cut(row: string, style: Style): string {
  return truncate(row, style.columns - 1, style);
}

function fleetRows(hosts: readonly HostProgress[], progress: Progress, style: Style): string[] {
  const inState = (...states: readonly HostProgress['state'][]): HostProgress[] =>
    hosts.filter(({ state }) => states.includes(state));
  const running = inState('running');
  const troubled = inState('failed', 'unreachable', 'unknown');
  const counters: [string, number][] = [
    ['done', inState('ok', 'changed', 'rolled-back').length],
    ['changed', inState('changed').length],
    ['failed', inState('failed').length],
    ['unreachable', inState('unreachable').length],
    ['unknown', inState('unknown').length],
    ['skipped', inState('skipped').length],
    ['running', running.length],
    ['asked', inState('probing').length],
    ['waiting', inState('waiting').length],
  ];
  const shown = counters.filter(
    ([word, number]) => number > 0 || ['done', 'changed', 'failed'].includes(word),
  );
  const line = `  ${shown.map(([word, number]) => `${word} ${number}`).join('  ')}`;
  return [
    cut(line, style),
    ...hostRows(running.slice(0, maxNamed), progress, style),
    ...more(running, 'running'),
    ...hostRows(troubled.slice(0, maxNamed), progress, style),
    ...more(troubled, 'in trouble'),
  ];
}

function more(hosts: readonly HostProgress[], word: string): string[] {
  return hosts.length <= maxNamed ? [] : [`    +${hosts.length - maxNamed} more ${word}`];
}

function hostRows(hosts: readonly HostProgress[], progress: Progress, style: Style): string[] {
  const width = Math.min(24, Math.max(0, ...hosts.map(({ host }) => displayWidth(escapeTerminal(host)))));
  return hosts.map((host) => {
    const name = padEnd(truncate(escapeTerminal(host.host), width, style), width);
    const text = `${name}  ${hostText(host, progress.stepTotal)}`;
    return `  ${symbol(style, markOf(host.state))} ${truncate(text, style.columns - 5, style)}`.trimEnd();
  });
}

function hostText(host: HostProgress, stepTotal: number): string {
  const { state, step, steps } = host;
  const finished = Object.values(steps).reduce((sum, number) => sum + number, 0);
  const counts = `ok ${steps.ok}  changed ${steps.changed}`;
  switch (state) {
    case 'waiting':
      return 'waiting';
    case 'running': {
      if (step === '') return 'connecting';
      const position = stepTotal === 0 ? '' : ` (${Math.min(finished + 1, stepTotal)} of ${stepTotal})`;
      return `${escapeTerminal(step)}${position}  ${counts}`;
    }
    case 'probing':
      return `is asked from outside  ${counts}`;
    case 'failed':
      return step === ''
        ? withReason('failed', host.reason)
        : withReason(`failed in ${escapeTerminal(step)}`, host.reason);
    case 'unreachable':
    case 'unknown':
    case 'skipped':
      return withReason(state, host.reason);
    case 'ok':
    case 'changed':
    case 'rolled-back':
      return finished === 0 ? state : `done  ${counts}`;
  }
}

function isDone(state: HostProgress['state']): boolean {
  return state !== 'waiting' && state !== 'running' && state !== 'probing';
}

function markOf(state: HostProgress['state']): Mark {
  const marks = {
    waiting: 'waiting',
    running: 'running',
    probing: 'running',
    ok: 'good',
    changed: 'good',
    'rolled-back': 'good',
    failed: 'bad',
    skipped: 'skipped',
    unreachable: 'unknown',
    unknown: 'unknown',
  } as const;
  return marks[state];
}
