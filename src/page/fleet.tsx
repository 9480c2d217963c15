// The whole fleet: what is wrong first, then the matrix, what hosts said, and the runs before.
import type { JSX } from 'preact';
import { useMemo } from 'preact/hooks';
import { Matrix } from './matrix.tsx';
import type { Fleet, Host } from './model.ts';
import { Section } from './parts.tsx';
import type { Place } from './place.ts';
import { Timeline } from './timeline.tsx';
import { Troubles } from './troubles.tsx';
import { Values } from './values.tsx';

export function FleetPage({
  fleet,
  place,
  hosts,
  move,
  isPaper,
  theme,
}: {
  readonly fleet: Fleet;
  readonly place: Place;
  readonly hosts: readonly Host[];
  readonly move: (change: Partial<Place>) => void;
  readonly isPaper: boolean;
  readonly theme: string;
}): JSX.Element {
  const { troubles, changes, changesTitle, keys } = fleet.data;
  const shown = useMemo(() => new Set(hosts), [hosts]);
  return (
    <>
      {troubles.length === 0 ? null : (
        <Section id="wrong" title="What is wrong" note={`${troubles.length}`}>
          <Troubles {...{ fleet, place, troubles, shown }} />
        </Section>
      )}
      {changes.length === 0 ? null : (
        <Section id="changes" title={changesTitle} note={`${changes.length}`}>
          <Troubles {...{ fleet, place, shown }} troubles={changes} />
        </Section>
      )}
      <Section id="matrix" title="Hosts and steps">
        <Matrix {...{ fleet, place, hosts, move, isPaper }} />
      </Section>
      {keys.length === 0 ? null : (
        <Section id="keys" title="What hosts said" note="equal hosts together">
          <Values {...{ fleet, place }} />
        </Section>
      )}
      <Section id="runs" title="Runs before">
        <Timeline {...{ fleet, theme }} />
      </Section>
    </>
  );
}
