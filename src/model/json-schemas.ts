// The shapes of events and results in JSON, for who reads them. What else is there is dropped.
import { z } from 'zod';
import { hostOutcomes } from './result.ts';

const text = z.string();
const texts = z.array(text).readonly();
const count = z.int().min(0);
const actions = ['plan', 'apply', 'verify', 'compare', 'rollback', 'facts', 'exec', 'ping'] as const;
const stepOutcome = z.enum(['ok', 'changed', 'failed', 'skipped', 'rolled-back']);
const stream = z.enum(['stdout', 'stderr']);
const cut = z.exactOptional(z.array(stream).readonly());

/** Host texts by name: an object whose own fields are all texts, whatever they are called. */
const textMap = z
  .custom<Readonly<Record<string, string>>>(
    (value) =>
      typeof value === 'object' &&
      value !== null &&
      !Array.isArray(value) &&
      Object.values(value).every((field) => typeof field === 'string'),
    'expected an object of texts',
  )
  .transform((value): ReadonlyMap<string, string> => new Map(Object.entries(value)));

const ending = {
  outcome: z.enum(hostOutcomes),
  reason: text,
  hint: z.exactOptional(text),
};
const resource = z.object({
  step: text,
  resource: text,
  target: text,
  status: z.enum(['ok', 'change', 'changed', 'failed', 'undone', 'kept', 'conflict']),
  reason: text,
  diff: texts,
  irreversible: z.boolean(),
  after: z.exactOptional(text),
});
const check = { name: text, holds: z.boolean(), message: text };
const stepCheck = z.object({ kind: z.literal('step'), step: text, ...check });
const probeCheck = z.object({ kind: z.literal('probe'), probe: text, ...check });
const otherRun = z.object({
  state: z.enum(['at-work', 'was-at-work', 'died']),
  ...{ runId: text, action: text, playbook: text, operator: text, since: text },
});
const receipt = z.object({ runId: text, playbook: text, operator: text, started: text, entries: count });
const proof = z.object({ same: count, paths: count });
const group = z.object({ name: text, hosts: texts });
const cost = { connections: count, execs: count };

const stamp = { sequence: z.int().min(1), time: text, runId: text };
const event = <T extends string, S extends z.ZodRawShape>(type: T, shape: S) =>
  z.object({ type: z.literal(type), ...shape, ...stamp });
const ofHost = <T extends string, S extends z.ZodRawShape>(type: T, shape: S) =>
  event(type, { ...shape, host: text });
const ofStep = <T extends string, S extends z.ZodRawShape>(type: T, shape: S) =>
  ofHost(type, { ...shape, step: text, index: count });

/** What a line says of one step, see heard.ts. */
export const heardPart = z.object({
  step: text,
  index: z.exactOptional(count),
  started: z.exactOptional(z.literal(true)),
  ok: z.exactOptional(z.array(resource.pick({ resource: true, target: true })).readonly()),
  resources: z.exactOptional(z.array(resource.omit({ step: true })).readonly()),
  holds: z.exactOptional(texts),
  checks: z.exactOptional(z.array(z.object(check)).readonly()),
  observations: z.exactOptional(textMap),
  masked: z.exactOptional(z.array(z.object({ key: text, value: text, mask: text })).readonly()),
  outcome: z.exactOptional(stepOutcome),
  reason: z.exactOptional(text),
  seconds: z.exactOptional(count),
});
const hasIndex = ({ index, started, outcome }: z.output<typeof heardPart>): boolean =>
  index !== undefined || (started === undefined && outcome === undefined);

/** A line of a record for several events of one host. */
export const heardSchema = z.object({
  type: z.literal('heard'),
  ...{ sequence: z.int().min(1), time: text, host: text },
  facts: z.exactOptional(textMap),
  steps: z.exactOptional(z.array(heardPart.refine(hasIndex, 'the index is missing')).readonly()),
});

/** See `RunEvent`. */
export const eventSchema = z.discriminatedUnion('type', [
  event('run-started', {
    action: z.enum(actions),
    playbook: text,
    hosts: texts,
    steps: texts,
    outputCap: count,
    waves: z.exactOptional(z.array(texts).readonly()),
    groups: z.exactOptional(z.array(group).readonly()),
    preview: z.exactOptional(z.literal(true)),
    mask: z.exactOptional(text),
  }),
  ofHost('host-started', { address: z.exactOptional(text) }),
  ofHost('host-connected', {}),
  ofHost('fact', { key: text, value: text }),
  ofHost('other-run', { otherRun }),
  ofHost('receipt', { receipt }),
  ofStep('step-started', {}),
  ofStep('output', { stream, text }),
  ofStep('output-cut', { stream }),
  ofHost('resource', { result: resource }),
  ofHost('check', { result: stepCheck }),
  ofHost('observation', { step: text, key: text, value: text, mask: z.exactOptional(text) }),
  ofStep('step-finished', { outcome: stepOutcome, reason: text, seconds: count }),
  ofHost('command-finished', { status: count }),
  ofHost('proof', { proof }),
  ofHost('host-ended', { ...ending, begun: z.boolean(), ...cost }),
  event('probes-started', { hosts: texts, questions: count }),
  ofHost('probe', {
    result: probeCheck,
    serial: z.exactOptional(z.object({ key: text, serial: count })),
  }),
  ofHost('host-finished', ending),
  event('notice', { message: text, host: z.exactOptional(text) }),
  event('interrupted', {}),
  event('run-finished', {}),
]);

const host = z.object({
  host: text,
  ...ending,
  steps: z
    .array(
      z.object({
        id: text,
        outcome: stepOutcome,
        ...{ reason: text, stdout: text, stderr: text, cut },
        seconds: count,
      }),
    )
    .readonly(),
  resources: z.array(resource).readonly(),
  checks: z.array(z.discriminatedUnion('kind', [stepCheck, probeCheck])).readonly(),
  observations: textMap,
  masks: z.exactOptional(textMap),
  address: z.exactOptional(text),
  facts: textMap,
  otherRun: z.exactOptional(otherRun),
  ...cost,
});
const execHost = host.extend({
  command: z.exactOptional(z.object({ status: count.nullable(), stdout: text, stderr: text, cut })),
});
const rollbackHost = host.extend({
  receipt: z.exactOptional(receipt),
  proof: z.exactOptional(proof),
});
const run = <A extends (typeof actions)[number], H extends z.ZodType>(action: A, hosts: H) =>
  z.object({
    ...{ runId: text, action: z.literal(action), playbook: text },
    hosts: z.array(hosts).readonly(),
    interrupted: z.boolean(),
    started: text,
    finished: z.exactOptional(text),
  });
const compared = {
  groups: z.array(group).readonly(),
  serials: z.array(z.object({ key: text, host: text, serial: count })).readonly(),
};

/** See `RunResult`. */
export const resultSchema = z.discriminatedUnion('action', [
  run('plan', host).extend({ waves: z.array(texts).readonly() }),
  run('apply', host),
  run('verify', host).extend(compared),
  run('compare', host).extend(compared),
  run('rollback', rollbackHost).extend({ preview: z.boolean() }),
  run('exec', execHost).extend({ mask: z.exactOptional(text) }),
  run('facts', host),
  run('ping', host),
]);
