// What of the runtime an action needs on a host: the one list of it. A command is not to wait for what only an undo needs.
import type { RunSettings } from '../model/index.ts';

/** Each has what is before it, too. */
const levels = ['ask', 'facts', 'look', 'change'] as const;
type Level = (typeof levels)[number];

const levelOf: Readonly<Record<RunSettings['action'], Level>> = {
  exec: 'ask',
  facts: 'facts',
  plan: 'look',
  verify: 'look',
  compare: 'look',
  apply: 'change',
  rollback: 'change',
};

/** What the driver reads at its start, in this order; the resources, which a look needs, come last. */
const sourced: readonly (readonly [Level, string])[] = [
  ['ask', 'codec events wake paths'],
  ['look', 'looked ways held trees read journal place resource planned services switches programs accounts'],
  ['ask', 'lock dead'],
  ['facts', 'units other-runs'],
  ['look', 'archives expect'],
  ['facts', 'facts'],
  ['change', 'kept clear hand-back hand-plan prune undo undo-tree undo-system'],
  // A look at a package asks the functions that pack it, too.
  ['look', 'undo-package'],
  ['change', 'undo-registry journals rollback'],
];

/** What is started, or read by something else. boot.sh is not in a bundle: it comes before. */
const others: Readonly<Record<Level, string>> = {
  ask: 'start.sh driver.sh steps.sh follow.sh ticker.sh mask-files.awk',
  facts: '',
  look: 'block.awk diff.awk digested.awk line.awk looked.awk meaning.awk rc_conf.awk',
  change: 'console-head.sh console-main.sh',
};

/**
 * The runtime's files that an action needs, out of all of them, and `parts.sh`, which reads what the driver is to read.
 */
export function partsFor(
  action: RunSettings['action'],
  runtime: ReadonlyMap<string, Uint8Array>,
): ReadonlyMap<string, Uint8Array> {
  const has = (level: Level): boolean => levels.indexOf(level) <= levels.indexOf(levelOf[action]);
  const resources = [...runtime.keys()].filter((path) => path.startsWith('resources/') && has('look'));
  const read = [
    ...sourced.flatMap(([level, names]) => (has(level) ? wordsOf(names).map((name) => `${name}.sh`) : [])),
    ...resources,
  ];
  const needed = new Set([...read, ...levels.filter(has).flatMap((level) => wordsOf(others[level]))]);
  const parts = read.map((path) => `. "$m_work/runtime/${path}"\n`).join('');
  return new Map([
    ...[...runtime].filter(([path]) => needed.has(path)),
    ['parts.sh', new TextEncoder().encode(parts)],
  ]);
}

function wordsOf(text: string): readonly string[] {
  return text.split(' ').filter((word) => word !== '');
}
