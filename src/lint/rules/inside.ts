// The inside of the runtime, which any version may change: names that begin with m__, and those that older versions had.
import type { Script } from '../../sh/index.ts';
import { invocationsOf } from '../../sh/index.ts';
import type { Complaint } from '../complaint.ts';
import { wrong } from '../complaint.ts';

/** What to write for a name of the inside, by the part behind its prefix. */
const instead: Readonly<Record<string, string>> = {
  action: 'use in_plan',
  edit_value: 'write the value to a file in "$m_work"',
  emit: 'use notice, m_say or observe',
  find_unit: 'use m_with_journals COMMAND',
  hold_dir: 'use m_in_own DIRECTORY COMMAND',
  mode_run: 'use in_plan',
  note_change: 'use m_restarted SERVICE, or m_touched TOKEN',
  receipt: 'use m_made PATH, or m_with_journals COMMAND',
  record: 'use m_record_command or m_record_service',
  run_text: 'use the resource `command`',
  service_start: 'use the resource `service_running`',
  service_stop: 'use the resource `service_running` with --state stopped',
  state_dir: 'use m_with_journals COMMAND',
  unit: 'use m_with_journals COMMAND',
  w_through: 'use m_plain PATH and $m_plain_path',
};

const otherwise = 'docs/steps.md lists what a playbook may use, under "Names of the runtime"';

interface Named {
  readonly name: string;
  readonly start: number;
}

/** Names of the inside that a text calls, reads, sets or defines. `own` are the names that its playbook has defined. */
export function namesOfTheInside(script: Script, own: ReadonlySet<string>): readonly Named[] {
  const called = script.commands
    .flatMap((command) => invocationsOf(command))
    .map(({ name, word }) => ({ name: name ?? '', start: word.start }));
  return [...script.functions, ...script.assignments, ...script.uses, ...called]
    .filter(({ name }) => name.startsWith('m__') || (isOld(name) && !own.has(name)))
    .map(({ name, start }) => ({ name, start }));
}

function isOld(name: string): boolean {
  return /^m_[a-z]/.test(name) && Object.hasOwn(instead, name.slice(2));
}

/** Complains of each place. */
export function findInsideNames(names: readonly Named[]): Complaint[] {
  return names.map(({ name, start }) =>
    wrong(
      'RUNTIME_INSIDE',
      start,
      `${name} is private to the runtime, and a playbook must neither call nor set it`,
      instead[name.replace(/^m__?/, '')] ?? otherwise,
    ),
  );
}
