// Commands that change the host where only resources may: `state` looks in a plan too, and a change that no resource
// makes has no undo.
import type { Complaint } from '../complaint.ts';
import { wrong } from '../complaint.ts';
import type { Invocation } from '../../sh/index.ts';
import { invocationsOf } from '../../sh/index.ts';
import type { Redirect, Script, Word } from '../../sh/index.ts';

/** Which words of a command name what it changes. */
type Targets = (args: readonly Word[]) => readonly Word[];

const allOf: Targets = (args) => args.filter((word, at) => isOperand(word) && args[at - 1]?.value !== '-m');
const lastOf: Targets = (args) => args.filter(isOperand).slice(-1);
const behindFirst: Targets = (args) => args.filter(isOperand).slice(1);
/** Not files: whatever its arguments, it changes the host. */
const host = undefined;

const changers: Readonly<Record<string, readonly [targets: Targets | undefined, hint: string]>> = {
  rm: [allOf, 'use `absent`'],
  rmdir: [allOf, 'use `absent`'],
  unlink: [allOf, 'use `absent`'],
  mv: [allOf, 'use `copy` and `absent`'],
  cp: [lastOf, 'use `copy`'],
  ln: [lastOf, 'use `symlink`'],
  install: [lastOf, 'use `file`, `copy` or `directory`'],
  mkdir: [allOf, 'use `directory`'],
  touch: [lastOf, "use `file PATH --content '' --once`"],
  tee: [allOf, 'use `file`, `line` or `block`'],
  chmod: [behindFirst, 'use `mode_owner`'],
  chown: [behindFirst, 'use `mode_owner`'],
  chgrp: [behindFirst, 'use `mode_owner`'],
  dd: [(args) => args.filter(({ prefix }) => prefix.startsWith('of=')), 'use `file` or `copy`'],
  mknod: [lastOf, 'write a resource in lib/ that records it (m_journal_path)'],
  mkfifo: [allOf, 'write a resource in lib/ that records it (m_journal_path)'],
  chflags: [behindFirst, 'write it as a `command` with --undo'],
  pwd_mkdb: [lastOf, 'use `user`'],
  useradd: [host, 'use `user`'],
  usermod: [host, 'use `user`'],
  userdel: [host, 'use `command` with --undo'],
  groupadd: [host, 'use `group`'],
  groupmod: [host, 'use `command` with --undo'],
  groupdel: [host, 'use `command` with --undo'],
  pkg_add: [host, 'use `package`'],
  pkg_delete: [host, 'use `command` with --undo'],
  pkgin: [host, 'use `package`'],
  kill: [host, 'use `service_running NAME --state stopped`'],
  pkill: [host, 'use `service_running NAME --state stopped`'],
  service: [host, 'use `service_running` or `restart`'],
  mount: [host, 'use `command` with --undo'],
  umount: [host, 'use `command` with --undo'],
  reboot: [host, 'a step does not reboot its host'],
  shutdown: [host, 'a step does not reboot its host'],
};

/** Functions that frame a change so that it is planned, recorded and looked at again. */
const framers = new Set([
  'm_begin',
  'm_begin_path',
  'as_one',
  'm_record_command',
  'm_record_made',
  'm_record_service',
  'm_journal_path',
  'm_journal_tree',
]);
const roots = ['state', 'verify', 'applies'];
const rcVerb = /^(?:one|force|fast)?(?:start|stop|restart|reload)$/;

/** What a step's functions (and those of lib that they call) change with their own hands, by text. */
export function findRawChanges(step: Script, libs: readonly Script[]): Map<Script, Complaint[]> {
  const scripts = [step, ...libs];
  const reached = reachedFrom(roots, scripts);
  const isPrivate = privateNames(scripts);
  return new Map(
    scripts.map((script) => [
      script,
      script.commands
        .filter(({ inside }) => inside !== undefined && reached.has(inside))
        .flatMap((command) => [
          ...invocationsOf(command).flatMap((invocation) => judge(invocation, isPrivate)),
          ...command.redirects.flatMap((redirect) => judgeRedirect(redirect, isPrivate)),
        ]),
    ]),
  );
}

/** The functions that run by their own: a function that is a resource is not entered, nor what only it calls. */
function reachedFrom(names: readonly string[], scripts: readonly Script[]): ReadonlySet<string> {
  const calls = new Map<string, Set<string>>();
  for (const command of scripts.flatMap(({ commands }) => commands)) {
    if (command.inside === undefined) continue;
    const known = calls.get(command.inside) ?? new Set();
    for (const { name } of invocationsOf(command)) if (name !== undefined) known.add(name);
    calls.set(command.inside, known);
  }
  const reached = new Set<string>();
  const waiting = [...names];
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    const called = calls.get(name);
    if (called === undefined || reached.has(name)) continue;
    if (!roots.includes(name) && [...called].some((each) => framers.has(each))) continue;
    reached.add(name);
    waiting.push(...called);
  }
  return reached;
}

/** Names that only ever hold paths in the run's private directory. */
function privateNames(scripts: readonly Script[]): (name: string) => boolean {
  const safe = new Map<string, boolean>([['m_work', true]]);
  for (const { name, value } of scripts.flatMap(({ assignments }) => assignments)) {
    const isSafe = value?.leading !== undefined && safe.get(value.leading) === true;
    safe.set(name, isSafe && safe.get(name) !== false);
  }
  return (name) => safe.get(name) === true;
}

function judge({ name, word, args }: Invocation, isPrivate: (name: string) => boolean): Complaint[] {
  const rc = [word, ...args].findIndex(({ prefix }) => /\/rc\.d\/\w*$/.test(prefix));
  const isSh = name === 'sh' || name === '/bin/sh';
  if ((rc === 0 || isSh) && rcVerb.test(args[isSh ? 1 : 0]?.value ?? '')) {
    return [
      raw(word, `${args[isSh ? 1 : 0]?.value ?? ''} of a service`, 'use `service_running` or `restart`'),
    ];
  }
  if (name === undefined || !Object.hasOwn(changers, name)) return [];
  if (name === 'kill' && args[0]?.value === '-0') return [];
  const [targets, hint] = changers[name] ?? [allOf, ''];
  const touched = targets?.(args) ?? [word];
  const isHarmless = touched.every(({ leading }) => leading !== undefined && isPrivate(leading));
  return isHarmless ? [] : [raw(word, `\`${name}\``, hint)];
}

function judgeRedirect(
  { start, operator, target }: Redirect,
  isPrivate: (name: string) => boolean,
): Complaint[] {
  if (operator === '<' || operator === '<&') return [];
  const { value, leading } = target;
  const isDescriptor = operator === '>&' && /^(?:\d+|-)$/.test(value ?? target.bare);
  const isSink = /^\/dev\/(?:null|stdout|stderr|tty)$/.test(value ?? '');
  if (isDescriptor || isSink || (leading !== undefined && isPrivate(leading))) return [];
  return [
    raw(
      { start },
      `\`${operator}\` into a file`,
      'use `file`, `line` or `block`; "$m_work/..." is free to use',
    ),
  ];
}

function raw({ start }: Pick<Word, 'start'>, what: string, hint: string): Complaint {
  return wrong(
    'RAW_CHANGE',
    start,
    `${what} outside of a resource: a plan would run it, and no undo reverses it`,
    hint,
  );
}

function isOperand({ prefix, value }: Word): boolean {
  return !prefix.startsWith('-') || value === '-';
}
