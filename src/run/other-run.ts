// Another run on a host, as the host's driver tells of it.
import type { HostLine } from '../protocol/index.ts';
import type { OtherRun } from '../result.ts';

const states = ['at-work', 'was-at-work', 'died'] as const;

/** The line as a value, its texts cleaned. A state that a newer host says is taken for the one that warns most. */
export function otherRunOf(
  line: Extract<HostLine, { kind: 'other' }>,
  clean: (text: string) => string,
): OtherRun {
  return {
    state: states.find((state) => state === line.state) ?? 'at-work',
    runId: clean(line.runId),
    action: clean(line.action),
    playbook: clean(line.playbook),
    operator: clean(line.operator),
    since: clean(line.since),
  };
}
