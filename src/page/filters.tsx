// Which hosts are shown: by words, group and state. What is chosen is in the address, so that it can be handed on.
import type { JSX } from 'preact';
import { type Fleet, type Host, type State, states } from './model.ts';
import { looks } from './parts.tsx';
import type { Place } from './place.ts';

export function Filters({
  fleet,
  place,
  hosts,
  move,
}: {
  readonly fleet: Fleet;
  readonly place: Place;
  readonly hosts: readonly Host[];
  readonly move: (change: Partial<Place>) => void;
}): JSX.Element {
  const { groups, keys } = fleet.data;
  const inGroup = [...new Set(keys.map(({ key }) => key))];
  const isAll = place.q === '' && place.group === '' && place.state === '';
  return (
    <form
      class="bar filters"
      role="search"
      onSubmit={(event) => {
        event.preventDefault();
      }}
    >
      <label>
        search{' '}
        <input
          type="search"
          value={place.q}
          placeholder="host, step, words"
          onInput={(event) => {
            move({ q: event.currentTarget.value });
          }}
        />
      </label>
      {groups.length < 2 ? null : (
        <label>
          group{' '}
          <select
            value={place.group}
            onChange={(event) => {
              move({ group: event.currentTarget.value });
            }}
          >
            <option value="">all</option>
            {groups.map(({ name }) => (
              <option key={name} value={name}>
                {name}
              </option>
            ))}
          </select>
        </label>
      )}
      <label>
        state{' '}
        <select
          value={place.state}
          onChange={(event) => {
            move({ state: event.currentTarget.value as State | '' });
          }}
        >
          <option value="">any</option>
          {states.slice(0, -1).map((state) => (
            <option key={state} value={state}>
              {looks[state].word}
            </option>
          ))}
        </select>
      </label>
      {inGroup.length === 0 ? null : (
        <label>
          key{' '}
          <select
            value=""
            onChange={(event) => {
              location.hash = `key=${encodeURIComponent(event.currentTarget.value)}`;
            }}
          >
            <option value="">...</option>
            {inGroup.map((key) => (
              <option key={key} value={key}>
                {key}
              </option>
            ))}
          </select>
        </label>
      )}
      <output aria-live="polite">
        {isAll ? `${hosts.length} hosts` : `${hosts.length} of ${fleet.hosts.length} hosts`}
      </output>
      {isAll ? null : (
        <button
          type="button"
          onClick={() => {
            move({ q: '', group: '', state: '' });
          }}
        >
          show all
        </button>
      )}
    </form>
  );
}
