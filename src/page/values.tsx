// Groups of equal hosts for each thing that is compared, or was asked for.
import type { JSX } from 'preact';
import type { PageKey } from '../report/html/page-data.ts';
import type { Fleet } from './model.ts';
import { Diff, Hosts, hostsAt, Output } from './parts.tsx';
import { linkTo, type Place } from './place.ts';

interface Props {
  readonly fleet: Fleet;
  readonly place: Place;
}

/** All of them; those with differences unfolded. */
export function Values({ fleet, place }: Props): JSX.Element {
  return (
    <ul class="keys">
      {fleet.data.keys.map((key, at) => (
        <li key={at}>
          <details open={isApart(key) || fleet.data.action === 'exec'}>
            <summary>
              <code>{key.key}</code>
              {key.group === 'all' ? null : <small> group {key.group}</small>} {noteOf(key)}
            </summary>
            <Folds {...{ fleet, place }} of={key} />
            <p>
              <a href={linkTo({ ...place, key: key.key, host: undefined, check: undefined })}>only this</a>
            </p>
          </details>
        </li>
      ))}
    </ul>
  );
}

/** What one key says, value by value, with who has it. */
export function Folds({ fleet, place, of }: Props & { readonly of: PageKey }): JSX.Element {
  return (
    <ol class="folds">
      {of.folds.map(({ text, diff, hosts }, at) => (
        <li key={at} class={at > 0 && of.compared ? 'other' : ''}>
          <div class="whom">
            <Hosts hosts={hostsAt(fleet, hosts)} place={place} />
          </div>
          <Value text={text === null ? undefined : fleet.text(text)} diff={fleet.text(diff)} />
        </li>
      ))}
    </ol>
  );
}

/** A value; a missing one differs from an empty one and from every value that a host could send. */
export function Value({
  text,
  diff = '',
}: {
  readonly text: string | undefined;
  readonly diff?: string;
}): JSX.Element {
  if (text === undefined) return <em>missing</em>;
  if (text === '') return <em>empty</em>;
  if (diff !== '') return <Diff text={diff} label="difference from the majority" />;
  return text.trimEnd().includes('\n') ? (
    <Output text={text} label="value" />
  ) : (
    <code class="value">{text.trimEnd()}</code>
  );
}

function isApart({ compared, folds }: PageKey): boolean {
  return compared && folds.length > 1;
}

function noteOf({ compared, tie, folds }: PageKey): string {
  if (folds.length < 2) return 'equal on all';
  const values = `${folds.length} values`;
  if (!compared) return `${values}, not compared`;
  return tie ? `${values}, no majority` : values;
}
