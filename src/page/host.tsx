// One host: what is wrong with it, its steps with durations, diffs and output, its checks, what it said and is.
import type { JSX } from 'preact';
import type { PageValue } from '../report/html/page-data.ts';
import { changeState, columnName, type Fleet, type Host, type State, type Step, stepsOf } from './model.ts';
import { Diff, looks, Mark, Output, Section } from './parts.tsx';
import type { Place } from './place.ts';
import { Spark } from './timeline.tsx';
import { Troubles } from './troubles.tsx';
import { Value } from './values.tsx';

interface Props {
  readonly fleet: Fleet;
  readonly place: Place;
  readonly host: Host;
}

export function HostPage({ fleet, place, host }: Props): JSX.Element {
  const { data } = host;
  const only: ReadonlySet<Host> = new Set([host]);
  const isOpen = fleet.data.served?.live?.open.includes(host.index) === true;
  const wrong = fleet.troublesOf(host).filter(({ state }) => state !== 'changed' && state !== 'change');
  return (
    <>
      <p class="lead">
        <Mark state={host.state} /> {isOpen ? looks.open.word : data.outcome}
        {data.reason === '' ? '' : `: ${data.reason}`}
      </p>
      {data.hint === undefined || wrong.some(({ hint }) => hint === data.hint) ? null : (
        <p class="hint">
          do: <code>{data.hint}</code>
        </p>
      )}
      {data.notes.map((note) => (
        <p key={note}>{note}</p>
      ))}
      {fleet.data.runs.length > 1 ? (
        <p>
          last runs, the newest last: <Spark {...{ fleet, host }} most={30} />
        </p>
      ) : null}
      {wrong.length === 0 ? null : (
        <Section id="wrong" title="What is wrong">
          <Troubles {...{ fleet, place }} troubles={wrong} shown={only} />
        </Section>
      )}
      {data.output === undefined ? null : (
        <Section id="answer" title="What was printed" note={data.output.cut}>
          <Output text={fleet.text(data.output.stdout)} label="standard output" />
          <Output text={fleet.text(data.output.stderr)} label="standard error" />
        </Section>
      )}
      <Steps {...{ fleet, place, host }} />
      <Checks {...{ fleet, place, host }} />
      <Pairs fleet={fleet} id="observed" title="Observations" rows={data.observations} />
      <Pairs fleet={fleet} id="facts" title="Facts" rows={data.facts} />
    </>
  );
}

function Steps({ fleet, place, host }: Props): JSX.Element | null {
  const steps = stepsOf(host, fleet);
  const ids = new Set(steps.map(({ column }) => fleet.data.columns[column]?.step));
  const lone = host.data.resources.filter((row) => !ids.has(fleet.data.resources[row]?.step));
  if (steps.length === 0 && lone.length === 0) return null;
  return (
    <Section id="steps" title="Steps" note={`${steps.reduce((sum, { seconds }) => sum + seconds, 0)} s`}>
      <ul class="steps">
        {steps.map((step, at) => (
          <OneStep key={at} {...{ fleet, place, host, step }} />
        ))}
      </ul>
      <Resources {...{ fleet }} rows={lone} />
    </Section>
  );
}

function OneStep({ fleet, place, host, step }: Props & { readonly step: Step }): JSX.Element {
  const column = fleet.data.columns[step.column];
  const id = column?.step ?? '';
  const state = host.cells[step.column] ?? 'none';
  const own = host.data.resources.filter((row) => fleet.data.resources[row]?.step === id);
  const isWanted = place.check === id || place.check?.startsWith(`${id}:`) === true;
  const [stdout, stderr] = [fleet.text(step.stdout), fleet.text(step.stderr)];
  const head = (
    <>
      <Mark state={state} /> <strong>{id}</strong>{' '}
      <small>
        {state === 'open'
          ? 'it is at work'
          : `${step.outcome}${step.reason === '' ? '' : `: ${step.reason}`}, ${step.seconds} s`}
      </small>
    </>
  );
  if (own.length === 0 && stdout === '' && stderr === '' && step.cut === undefined)
    return <li class={isWanted ? 'wanted' : ''}>{head}</li>;
  return (
    <li class={isWanted ? 'wanted' : ''}>
      <details open={isWanted || !['good', 'skipped', 'none'].includes(state)}>
        <summary>{head}</summary>
        <Resources fleet={fleet} rows={own} />
        {step.cut === undefined ? null : (
          <p class="aside">
            {step.cut}
            {isPlain(host.name) && isPlain(id) && isPlain(fleet.data.runId) ? (
              <>
                : <code>{`muster show ${fleet.data.runId} --output ${host.name}:${id}`}</code>
              </>
            ) : null}
          </p>
        )}
        <Output text={stdout} label="standard output" />
        <Output text={stderr} label="standard error" />
      </details>
    </li>
  );
}

/** True for a word that a shell takes as it is: nothing else is offered for copying. */
function isPlain(word: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(word);
}

const statuses: Readonly<Partial<Record<string, State>>> = {
  ...{ ok: 'good', kept: 'good', failed: 'bad', conflict: 'bad', changed: 'changed', undone: 'changed' },
};

function Resources({
  fleet,
  rows,
}: {
  readonly fleet: Fleet;
  readonly rows: readonly number[];
}): JSX.Element | null {
  if (rows.length === 0) return null;
  const drift = changeState(fleet.data.action);
  return (
    <ul class="resources">
      {rows.map((row, at) => {
        const resource = fleet.data.resources[row];
        if (resource === undefined) return null;
        const { name, status, reason, diff, irreversible } = resource;
        return (
          <li key={at}>
            <Mark state={status === 'change' ? drift : (statuses[status] ?? 'none')} /> <code>{name}</code>{' '}
            {[status, reason].filter((word) => word !== '').join(': ')}
            {irreversible ? <strong> irreversible</strong> : null}
            <Diff text={fleet.text(diff)} label={`difference of ${name}`} />
          </li>
        );
      })}
    </ul>
  );
}

function Checks({ fleet, place, host }: Props): JSX.Element | null {
  const checks = host.data.checks.flatMap((row) => fleet.data.checks[row] ?? []);
  if (checks.length === 0) return null;
  const failed = checks.filter(({ holds }) => !holds);
  return (
    <Section
      id="checks"
      title="Checks"
      note={
        failed.length === 0 ? `all ${checks.length} hold` : `${failed.length} of ${checks.length} do not hold`
      }
    >
      <ul class="checks">
        {[...failed, ...checks.filter(({ holds }) => holds)].map(({ column, holds, message }, at) => {
          const entry = fleet.data.columns[column];
          const name = entry === undefined ? '' : columnName(entry);
          return (
            <li key={at} class={place.check === name ? 'wanted' : ''}>
              <Mark state={holds ? 'good' : 'bad'} /> {name}
              {message === '' ? null : <span class="message">{message}</span>}
            </li>
          );
        })}
      </ul>
    </Section>
  );
}

function Pairs({
  fleet,
  id,
  title,
  rows,
}: {
  readonly fleet: Fleet;
  readonly id: string;
  readonly title: string;
  readonly rows: readonly number[];
}): JSX.Element | null {
  const pairs = rows.flatMap((row): PageValue[] => {
    const pair = fleet.data.values[row];
    return pair === undefined ? [] : [pair];
  });
  if (pairs.length === 0) return null;
  return (
    <Section id={id} title={title}>
      <dl class="pairs">
        {pairs.map(([key, text], at) => (
          <div key={at}>
            <dt>{key}</dt>
            <dd>
              <Value text={fleet.text(text)} />
            </dd>
          </div>
        ))}
      </dl>
    </Section>
  );
}
