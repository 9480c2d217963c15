// Other runs on the hosts that a run looked at, before what it saw: what is half done is not the last word.
import { groupBy } from '../compare/index.ts';
import type { HostResult, OtherRun } from '../model/index.ts';
import { escapeTerminal } from './escape.ts';
import { type Row, hostLabel } from './layout.ts';

/** A row for each other run, with the hosts that it is on. */
export function otherRunRows(hosts: readonly HostResult[]): Row[] {
  const found = hosts.flatMap(({ host, otherRun }) => (otherRun === undefined ? [] : [{ host, otherRun }]));
  // A run does not begin on all of its hosts at once.
  const runs = groupBy(found, ({ otherRun }) => JSON.stringify({ ...otherRun, since: '' }));
  return runs.map((members) => {
    const [{ otherRun }] = members;
    const since = members.map((member) => member.otherRun.since).toSorted()[0] ?? '';
    return {
      mark: otherRun.state === 'died' ? 'bad' : 'unknown',
      label: hostLabel(members.map(({ host }) => host)),
      text: escapeTerminal(textOf({ ...otherRun, since })),
      ...(otherRun.state === 'died'
        ? { below: [`do: apply again, or roll it back (--run ${escapeTerminal(otherRun.runId)})`] }
        : {}),
    };
  });
}

function textOf({ state, runId, action, playbook, operator, since }: OtherRun): string {
  const what = [action, playbook].filter((word) => word !== '').join(' of ') || 'unknown action';
  const who = `${what}, run ${runId} by ${operator}, since ${since}`;
  switch (state) {
    case 'at-work':
      return `another run is at work here: ${who}; so this result is a snapshot (--wait waits for its end)`;
    case 'was-at-work':
      return `another run was at work here meanwhile: ${who}; so this result is a snapshot`;
    case 'died':
      return `an earlier run was killed here: ${who}; its journal records what it changed`;
  }
}
