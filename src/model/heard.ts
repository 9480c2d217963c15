// What one host says at once, as one line of a record. Most of it is small and alike (something is as declared, a check holds), so
// what such events share is said once, and of what is good only the name. The same events are had again from the line.
import type { z } from 'zod';
import type { RunEvent } from './events.ts';
import type { heardPart, heardSchema } from './json-schemas.ts';
import type { ResourceResult, StepCheck, StepOutcome } from './result.ts';

const heardTypes = ['fact', 'step-started', 'resource', 'check', 'observation', 'step-finished'] as const;

/** Events that stand in such lines, and in no line of their own. */
export type HeardEvent = Extract<RunEvent, { readonly type: (typeof heardTypes)[number] }>;

type OfStep = Exclude<HeardEvent, { readonly type: 'fact' }>;

/** An observation of which not all counts. */
type MaskedObservation = Extract<HeardEvent, { readonly type: 'observation' }> & { readonly mask: string };

/** Events of one step that follow each other, in the order of these fields. */
interface Part {
  readonly step: string;
  index?: number;
  started?: true;
  ok?: Pick<ResourceResult, 'resource' | 'target'>[];
  resources?: Omit<ResourceResult, 'step'>[];
  holds?: string[];
  checks?: Pick<StepCheck, 'name' | 'holds' | 'message'>[];
  observations?: Map<string, string>;
  masked?: Pick<MaskedObservation, 'key' | 'value' | 'mask'>[];
  outcome?: StepOutcome;
  reason?: string;
  seconds?: number;
}

/** Fields of a part, each for one kind of event, as they follow each other. */
const places = [
  'started',
  'ok',
  'resources',
  'holds',
  'checks',
  'observations',
  'masked',
  'outcome',
] as const;

/** Whether an event stands in such a line. */
export function isHeard(event: RunEvent): event is HeardEvent {
  return (heardTypes as readonly string[]).includes(event.type);
}

/** A line to which events are added as long as they fit. */
export class HeardLine {
  readonly #first: HeardEvent;
  readonly #facts = new Map<string, string>();
  readonly #parts: Part[] = [];

  constructor(first: HeardEvent) {
    this.#first = first;
    this.#put(first);
  }

  /** Whether the event, which is the next one of the run, fits into the line; then it is in it. */
  add(event: HeardEvent): boolean {
    const { host, time } = this.#first;
    return event.host === host && event.time === time && this.#put(event);
  }

  /** The line, without what the first line of a record says for all of them. */
  fields(): object {
    const { sequence, time, host } = this.#first;
    return {
      ...{ type: 'heard', sequence, time, host },
      ...(this.#facts.size === 0 ? {} : { facts: this.#facts }),
      ...(this.#parts.length === 0 ? {} : { steps: this.#parts }),
    };
  }

  #put(event: HeardEvent): boolean {
    if (event.type === 'fact')
      return this.#parts.length === 0 && putPair(this.#facts, event.key, event.value);
    const last = this.#parts.at(-1);
    if (last !== undefined && putInto(last, event)) return true;
    const fresh: Part = { step: stepOf(event) };
    this.#parts.push(fresh);
    return putInto(fresh, event);
  }
}

/** Whether the part can take the event behind what it has; then it has it. */
function putInto(part: Part, event: OfStep): boolean {
  const place = placeOf(event);
  const later = places.slice(places.indexOf(place) + (isOnce(place) ? 0 : 1));
  if (part.step !== stepOf(event) || later.some((field) => part[field] !== undefined)) return false;
  switch (event.type) {
    case 'step-started':
      Object.assign(part, { index: event.index, started: true });
      return true;
    case 'resource': {
      const { resource, target, status, reason, diff, irreversible, after } = event.result;
      if (place === 'ok') (part.ok ??= []).push({ resource, target });
      else {
        const more = after === undefined ? {} : { after };
        (part.resources ??= []).push({ resource, target, status, reason, diff, irreversible, ...more });
      }
      return true;
    }
    case 'check': {
      const { name, holds, message } = event.result;
      if (place === 'holds') (part.holds ??= []).push(name);
      else (part.checks ??= []).push({ name, holds, message });
      return true;
    }
    case 'observation': {
      const { key, value, mask } = event;
      if (mask !== undefined) return (part.masked ??= []).push({ key, value, mask }) > 0;
      return putPair((part.observations ??= new Map()), key, value);
    }
    case 'step-finished': {
      const { index, outcome, reason, seconds } = event;
      if (part.index !== undefined && part.index !== index) return false;
      const why = reason === '' ? {} : { reason };
      Object.assign(part, { index, outcome, ...why, ...(seconds === 0 ? {} : { seconds }) });
      return true;
    }
  }
}

function placeOf(event: OfStep): (typeof places)[number] {
  switch (event.type) {
    case 'step-started':
      return 'started';
    case 'resource': {
      const { status, reason, diff, irreversible, after } = event.result;
      const isPlain = reason === '' && diff.length === 0 && !irreversible && after === undefined;
      return status === 'ok' && isPlain ? 'ok' : 'resources';
    }
    case 'check':
      return event.result.holds && event.result.message === '' ? 'holds' : 'checks';
    case 'observation':
      return event.mask === undefined ? 'observations' : 'masked';
    case 'step-finished':
      return 'outcome';
  }
}

function isOnce(place: (typeof places)[number]): boolean {
  return place === 'started' || place === 'outcome';
}

function stepOf(event: OfStep): string {
  return 'result' in event ? event.result.step : event.step;
}

/** A JSON object has a name once, and names that are numbers before all others, whatever was written first. */
function putPair(pairs: Map<string, string>, key: string, value: string): boolean {
  if (pairs.size > 0 && (pairs.has(key) || /^\d+$/.test(key))) return false;
  pairs.set(key, value);
  return true;
}

/** The events that a line stands for. */
export function heardEvents(line: z.output<typeof heardSchema>, runId: string): HeardEvent[] {
  const { sequence, time, host, facts = [], steps = [] } = line;
  return [
    ...[...facts].map(([key, value]) => ({ type: 'fact', host, key, value }) as const),
    ...steps.flatMap((part) => partEvents(host, part)),
  ].map((fact, at) => ({ ...fact, sequence: sequence + at, time, runId }));
}

type WithoutStamp<E> = E extends unknown ? Omit<E, 'sequence' | 'time' | 'runId'> : never;

function partEvents(host: string, part: z.output<typeof heardPart>): WithoutStamp<HeardEvent>[] {
  const { step, index = 0, outcome, reason = '', seconds = 0 } = part;
  const { ok = [], resources = [], holds = [], checks = [], observations = [], masked = [] } = part;
  const asDeclared = { status: 'ok', reason: '', diff: [], irreversible: false } as const;
  return [
    ...(part.started === undefined ? [] : [{ type: 'step-started', host, step, index } as const]),
    ...[...ok.map((one) => ({ ...one, ...asDeclared })), ...resources].map(
      (result) => ({ type: 'resource', host, result: { step, ...result } }) as const,
    ),
    ...[...holds.map((name) => ({ name, holds: true, message: '' })), ...checks].map(
      (check) => ({ type: 'check', host, result: { kind: 'step', step, ...check } }) as const,
    ),
    ...[...observations].map(([key, value]) => ({ type: 'observation', host, step, key, value }) as const),
    ...masked.map((one) => ({ type: 'observation', host, step, ...one }) as const),
    ...(outcome === undefined
      ? []
      : [{ type: 'step-finished', host, step, index, outcome, reason, seconds } as const]),
  ];
}
