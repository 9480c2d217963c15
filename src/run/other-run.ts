// Another run on a host, as the host's driver reports it.
import type { HostLine } from '../protocol/index.ts';
import type { OtherRun } from '../model/index.ts';

const states = ['at-work', 'was-at-work', 'died'] as const;

/** The line as a value. A state that a newer host says is taken for the one that warns most. */
export function otherRunOf(line: Extract<HostLine, { kind: 'other' }>): OtherRun {
  const { runId, action, playbook, operator, since } = line;
  return {
    state: states.find((state) => state === line.state) ?? 'at-work',
    runId,
    action,
    playbook,
    operator,
    since,
  };
}
