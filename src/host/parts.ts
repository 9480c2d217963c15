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

/** `steps` is for what steps declare and expect: a rollback goes by the journal, here as at the console. */
type Need = Level | 'steps';
const withSteps: readonly RunSettings['action'][] = ['plan', 'verify', 'compare', 'apply'];

/** What the driver reads at its start, in this order; the resources come last. */
const sourced: readonly (readonly [Need, string])[] = [
  ['ask', 'codec events wake paths'],
  ['look', 'looked ways held trees read'],
  ['steps', 'journal place resource planned'],
  ['look', 'services switches'],
  ['steps', 'programs'],
  ['look', 'accounts'],
  ['ask', 'lock dead'],
  ['facts', 'units other-runs'],
  ['steps', 'archives expect'],
  ['facts', 'facts'],
  ['change', 'kept clear hand-back hand-plan prune undo undo-tree undo-system'],
  // A look at a package asks the functions that pack it, too.
  ['look', 'undo-package'],
  ['change', 'undo-registry journals rollback'],
];

/** What is started, or read by something else. boot.sh is not in a bundle: it comes before. */
const others: Readonly<Record<Need, string>> = {
  ask: 'start.sh driver.sh steps.sh follow.sh ticker.sh mask-files.awk',
  facts: '',
  look: 'diff.awk digested.awk looked.awk',
  steps: 'block.awk line.awk meaning.awk rc_conf.awk',
  change: 'console-head.sh console-main.sh',
};

/**
 * The runtime's files that an action needs, out of all of them, and `parts.sh`, which reads what the driver is to read.
 */
export function partsFor(
  action: RunSettings['action'],
  runtime: ReadonlyMap<string, Uint8Array>,
): ReadonlyMap<string, Uint8Array> {
  const has = (need: Need): boolean =>
    need === 'steps' ? withSteps.includes(action) : levels.indexOf(need) <= levels.indexOf(levelOf[action]);
  const resources = [...runtime.keys()].filter((path) => path.startsWith('resources/') && has('steps'));
  const read = [
    ...sourced.flatMap(([need, names]) => (has(need) ? wordsOf(names).map((name) => `${name}.sh`) : [])),
    ...resources,
  ];
  const started = [...levels, 'steps' as const].filter(has).flatMap((need) => wordsOf(others[need]));
  const needed = new Set([...read, ...started]);
  const parts = read.map((path) => `. "$m_work/runtime/${path}"\n`).join('');
  return new Map([
    ...[...runtime].filter(([path]) => needed.has(path)),
    ['parts.sh', new TextEncoder().encode(parts)],
  ]);
}

function wordsOf(text: string): readonly string[] {
  return text.split(' ').filter((word) => word !== '');
}
