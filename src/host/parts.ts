// What of the runtime an action needs on a host: the one list of it. A command is not to wait for what only an undo needs.
import type { RunSettings } from '../model/index.ts';
import { reachedOf } from './reached.ts';

type Action = RunSettings['action'];
type Entries = ReadonlyMap<string, Uint8Array>;

/** Each has what is before it, too. */
const levels = ['ask', 'facts', 'look', 'change'] as const;
type Level = (typeof levels)[number];

const levelOf: Readonly<Record<Action, Level>> = {
  exec: 'ask',
  facts: 'facts',
  plan: 'look',
  verify: 'look',
  compare: 'look',
  apply: 'change',
  rollback: 'change',
};

/**
 * `steps` is for what steps declare and expect: a rollback reads the journal only, here as at the console. `receipt` is for what only
 * an apply leaves on a host.
 */
type Need = Level | 'steps' | 'receipt';
const withSteps: readonly Action[] = ['plan', 'verify', 'compare', 'apply'];

/** What the driver reads at its start, in this order; the resources come last. */
const sourced: readonly (readonly [Need, string])[] = [
  ['ask', 'codec events wake paths'],
  ['look', 'looked confirm ways held trees read'],
  ['steps', 'journal place resource together make-together planned'],
  ['look', 'services switches'],
  ['steps', 'programs within'],
  ['look', 'accounts'],
  ['ask', 'lock dead'],
  ['facts', 'units other-runs'],
  ['steps', 'archives expect'],
  ['facts', 'facts'],
  ['change', 'kept clear hand-back hand-plan prune undo undo-bunch undo-tree undo-system'],
  // A look at a package asks the functions that pack it, too.
  ['look', 'undo-package'],
  ['change', 'undo-registry journals rollback'],
];

/** What undo.sh is made of, which an apply leaves on a host. The driver has the same list. */
const undo =
  'console-head codec events paths ways held trees read services switches accounts lock dead units kept clear hand-back hand-plan undo ' +
  'undo-bunch undo-tree undo-system undo-package undo-registry journals rollback private console-main';
const undoFiles: ReadonlySet<string> = new Set(wordsOf(undo).map((name) => `${name}.sh`));

/** Whether an apply leaves this file of the runtime on a host, where an admin may read it. */
export function staysOnHost(path: string): boolean {
  return undoFiles.has(path);
}

/** What is started, or read by something else. boot.sh is not in a bundle: it comes before. */
const others: Readonly<Record<Need, string>> = {
  ask: 'start.sh driver.sh steps.sh follow.sh ticker.sh mask-files.awk',
  facts: '',
  look: 'diff.awk digested.awk looked.awk',
  steps: 'block.awk line.awk meaning.awk rc_conf.awk',
  change: '',
  receipt: 'console-head.sh private.sh console-main.sh',
};

/**
 * What the parts of an action name and it never calls, because only another action does; what only these call is not sent either. A
 * look that comes to one of them fails, and changes nothing.
 */
const otherActions: readonly (readonly [(action: Action) => boolean, string])[] = [
  [(action) => action !== 'apply', 'm__open_state m__open_receipt m__close_receipt m__take_back'],
  [(action) => action !== 'rollback', 'm__find_receipt m__preview_rollback m__return_lent'],
  [(action) => levelOf[action] !== 'change', 'm__take_lock m__give_back_all'],
  [(action) => !withSteps.includes(action), 'm__run_steps'],
  [
    looks,
    `m__make_waiting m__let_wait m__resume_journal m__record m__note m_with_one_sync
     m_journal_path m_journal_tree m_record_made m_record_moved m_record_command m_record_service m_record_hand_back`,
  ],
];

function looks(action: Action): boolean {
  return levelOf[action] === 'look';
}

/**
 * The runtime's files that an action needs, out of all of them, each with the functions that it can come to, and `parts.sh`, which reads
 * what the driver is to read. Made once for each action.
 */
export function partsFor(action: Action, runtime: Entries): Entries {
  const made = madeBy.get(runtime) ?? new Map<Action, Entries>();
  madeBy.set(runtime, made);
  const parts = made.get(action) ?? makeParts(action, runtime);
  made.set(action, parts);
  return parts;
}

const madeBy = new WeakMap<Entries, Map<Action, Entries>>();

function makeParts(action: Action, runtime: Entries): Entries {
  const files = filesFor(action, [...runtime.keys()]);
  const texts = [...runtime].filter(([path]) => files.needed.has(path));
  const [decoder, encoder] = [new TextDecoder(), new TextEncoder()];
  const scripts = texts.filter(([path]) => path.endsWith('.sh'));
  const reached = reachedOf(new Map(scripts.map(([path, bytes]) => [path, decoder.decode(bytes)])), {
    // A step may call whatever has a public name, and may make that name of parts.
    given: (name) => withSteps.includes(action) && !name.startsWith('m__'),
    never: new Set(otherActions.flatMap(([applies, names]) => (applies(action) ? wordsOf(names) : []))),
    looks: looks(action),
  });
  const parts = files.read.map((path) => `. "$m_work/runtime/${path}"\n`).join('');
  return new Map([
    ...texts.map(([path, bytes]) => {
      const text = reached.get(path);
      return [path, text === undefined ? bytes : encoder.encode(text)] as const;
    }),
    ['parts.sh', encoder.encode(parts)],
  ]);
}

function filesFor(
  action: Action,
  paths: readonly string[],
): { readonly read: readonly string[]; readonly needed: ReadonlySet<string> } {
  const has = (need: Need): boolean => {
    if (need === 'steps') return withSteps.includes(action);
    if (need === 'receipt') return action === 'apply';
    return levels.indexOf(need) <= levels.indexOf(levelOf[action]);
  };
  const read = [
    ...sourced.flatMap(([need, names]) => (has(need) ? wordsOf(names).map((name) => `${name}.sh`) : [])),
    ...paths.filter((path) => path.startsWith('resources/') && has('steps')),
  ];
  const started = [...levels, 'steps' as const, 'receipt' as const]
    .filter(has)
    .flatMap((need) => wordsOf(others[need]));
  return { read, needed: new Set([...read, ...started]) };
}

function wordsOf(text: string): readonly string[] {
  return text.split(/\s+/).filter((word) => word !== '');
}
