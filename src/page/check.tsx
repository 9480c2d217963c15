// One step or check over the fleet: who said what, and what is wrong with it.
import type { JSX } from 'preact';
import { type Fleet, type Host, type State, states } from './model.ts';
import { Hosts, looks, Mark, Section } from './parts.tsx';
import type { Place } from './place.ts';
import { Troubles } from './troubles.tsx';

export function CheckPage({
  fleet,
  place,
  column,
  hosts,
}: {
  readonly fleet: Fleet;
  readonly place: Place;
  readonly column: number;
  readonly hosts: readonly Host[];
}): JSX.Element {
  const troubles = [...fleet.data.troubles, ...fleet.data.changes].filter(
    (trouble) => trouble.column === column,
  );
  const byState = states.flatMap((state): readonly (readonly [State, readonly Host[]])[] => {
    const members = hosts.filter(({ cells }) => cells[column] === state);
    return members.length === 0 ? [] : [[state, members]];
  });
  return (
    <>
      <ul class="states">
        {byState.map(([state, members]) => (
          <li key={state}>
            <Mark state={state} /> {looks[state].word}:{' '}
            <Hosts hosts={members} place={{ ...place, check: undefined }} />
          </li>
        ))}
      </ul>
      {troubles.length === 0 ? null : (
        <Section id="wrong" title="What was found">
          <Troubles {...{ fleet, place, troubles }} shown={new Set(hosts)} />
        </Section>
      )}
    </>
  );
}
