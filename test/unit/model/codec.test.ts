// What is written as JSON is read back as it was, whatever hosts said; and what is no record is refused by name.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decodeEvent,
  decodeResult,
  encodeEvent,
  encodeResult,
  type JsonObject,
  RecordReader,
  RecordWriter,
  type RunEvent,
  type RunResult,
} from '../../../src/model/index.ts';
import type { z } from 'zod';
import { eventSchema, heardPart, heardSchema } from '../../../src/model/json-schemas.ts';
import { jsonPieces } from '../../../src/report/json-pieces.ts';
import { toJson } from '../../../src/report/index.ts';
import { hostResult, runResult, runStarted, stamped } from '../report/renderers.ts';

const record: typeof fc.record = (model: object, options?: object) =>
  fc.record(model as never, { noNullPrototype: true, ...options });

// Any units, bytes that are no UTF-8, bytes that only look so together, and names that mean something to JavaScript.
const text = fc.oneof(
  fc.string(),
  fc.string({ unit: 'binary' }),
  fc
    .array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 8 })
    .map((units) => String.fromCharCode(...units)),
  fc
    .array(fc.integer({ min: 0xdc80, max: 0xdcff }), { maxLength: 6 })
    .map((units) => String.fromCharCode(...units)),
  fc.constantFrom(
    '',
    '__proto__',
    'constructor',
    'a/b~c',
    '\udcc3\udca9',
    'k\udc80',
    'k\udc81',
    'k\ufffd',
    '0',
    '\u2028',
  ),
);
const texts = fc.array(text, { maxLength: 3 });
const count = fc.nat();
const map = fc.array(fc.tuple(text, text), { maxLength: 5 }).map((pairs) => new Map(pairs));
const optional = <T extends object>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<Partial<T>> =>
  fc.oneof(fc.constant({} as Partial<T>), arbitrary);
const hint = optional(record({ hint: text }));
const cut = optional(record({ cut: fc.subarray(['stdout', 'stderr'] as const) }));
const outcome = fc.constantFrom(
  ...(['ok', 'changed', 'failed', 'skipped', 'unreachable', 'unknown', 'rolled-back'] as const),
);
const stepOutcome = fc.constantFrom(...(['ok', 'changed', 'failed', 'skipped', 'rolled-back'] as const));
const merged = (...parts: readonly fc.Arbitrary<object>[]): fc.Arbitrary<object> =>
  fc.tuple(...parts).map((all): object => Object.assign({}, ...all) as object);
const ending = merged(record({ outcome, reason: text }), hint);
const resource = merged(
  record({
    ...{ step: text, resource: text, target: text, reason: text, diff: texts, irreversible: fc.boolean() },
    status: fc.constantFrom('ok', 'change', 'changed', 'failed', 'undone', 'kept', 'conflict'),
  }),
  optional(record({ after: text })),
);
const said = { name: text, holds: fc.boolean(), message: text };
const stepCheck = record({ kind: fc.constant('step'), step: text, ...said });
const probeCheck = record({ kind: fc.constant('probe'), probe: text, ...said });
const otherRun = record({
  state: fc.constantFrom('at-work', 'was-at-work', 'died'),
  ...{ runId: text, action: text, playbook: text, operator: text, since: text },
});
const receipt = record({ runId: text, playbook: text, operator: text, started: text, entries: count });
const proof = record({ same: count, paths: count });
const groups = fc.array(record({ name: text, hosts: texts }), { maxLength: 3 });
const action = fc.constantFrom(
  ...(['plan', 'apply', 'verify', 'compare', 'rollback', 'facts', 'exec', 'ping'] as const),
);
const place = { host: text, step: text, index: count };
const stream = fc.constantFrom('stdout', 'stderr');

const asDeclared = (step: string): object => ({
  ...{ step, resource: 'file', target: '/etc/a', status: 'ok', reason: '', diff: [], irreversible: false },
});
const holding = (step: string): object => ({ kind: 'step', step, name: 'it runs', holds: true, message: '' });

const of = (type: string, ...parts: readonly fc.Arbitrary<object>[]): fc.Arbitrary<object> =>
  merged(
    fc.constant({ type }),
    record({ sequence: fc.integer({ min: 1, max: 2 ** 50 }), time: text, runId: text }),
    ...parts,
  );
const event = fc.oneof(
  of(
    'run-started',
    record({ action, playbook: text, hosts: texts, steps: texts, outputCap: count }),
    optional(record({ waves: fc.array(texts, { maxLength: 3 }) })),
    optional(record({ groups })),
    optional(fc.constant({ preview: true })),
  ),
  ...['host-started', 'host-connected'].map((type) => of(type, record({ host: text }))),
  of('fact', record({ host: text, key: text, value: text })),
  of('other-run', record({ host: text, otherRun })),
  of('receipt', record({ host: text, receipt })),
  of('step-started', record(place)),
  of('output', record({ ...place, stream, text })),
  of('output-cut', record({ ...place, stream })),
  of('resource', record({ host: text, result: resource })),
  of('check', record({ host: text, result: stepCheck })),
  of(
    'observation',
    record({ host: text, step: text, key: text, value: text }),
    optional(record({ mask: text })),
  ),
  of('step-finished', record({ ...place, outcome: stepOutcome, reason: text, seconds: count })),
  of('command-finished', record({ host: text, status: count })),
  of('proof', record({ host: text, proof })),
  of('host-ended', record({ host: text, begun: fc.boolean(), connections: count, execs: count }), ending),
  of('probes-started', record({ hosts: texts, questions: count })),
  of(
    'probe',
    record({ host: text, result: probeCheck }),
    optional(record({ serial: record({ key: text, serial: count }) })),
  ),
  of('host-finished', record({ host: text }), ending),
  of('notice', record({ message: text }), optional(record({ host: text }))),
  ...['interrupted', 'run-finished'].map((type) => of(type)),
) as fc.Arbitrary<RunEvent>;

const host = merged(
  record({
    host: text,
    steps: fc.array(
      merged(
        record({
          id: text,
          outcome: stepOutcome,
          reason: text,
          stdout: text,
          stderr: text,
          seconds: count,
        }),
        cut,
      ),
      { maxLength: 2 },
    ),
    resources: fc.array(resource, { maxLength: 2 }),
    checks: fc.array(fc.oneof(stepCheck, probeCheck), { maxLength: 2 }),
    ...{ observations: map, facts: map, connections: count, execs: count },
  }),
  ending,
  optional(record({ otherRun })),
);
const extras: Readonly<Record<string, readonly fc.Arbitrary<object>[]>> = {
  exec: [
    optional(
      record({
        command: merged(record({ status: fc.option(count), stdout: text, stderr: text }), cut),
      }),
    ),
  ],
  rollback: [optional(record({ receipt })), optional(record({ proof }))],
};
const beside: Readonly<Record<string, fc.Arbitrary<object>>> = {
  plan: record({ waves: fc.array(texts, { maxLength: 2 }) }),
  rollback: record({ preview: fc.boolean() }),
};
const serials = fc.array(record({ key: text, host: text, serial: count }), { maxLength: 2 });
const result = action.chain((verb) =>
  merged(
    record({
      ...{ runId: text, action: fc.constant(verb), playbook: text, interrupted: fc.boolean(), started: text },
      hosts: fc.array(merged(host, ...(extras[verb] ?? [])), { maxLength: 3 }),
    }),
    optional(record({ finished: text })),
    verb === 'verify' || verb === 'compare' ? record({ groups, serials }) : (beside[verb] ?? fc.constant({})),
  ),
) as fc.Arbitrary<RunResult>;

/** What hosts say at once, with few names, so that they are said twice, of one host and of one step. */
const heard = fc.array(
  fc.tuple(
    fc.oneof(
      of('fact', record({ key: text, value: text })),
      of('step-started', record({ step: text, index: fc.nat(3) })),
      of('resource', record({ result: resource })),
      of('resource', record({ result: fc.constant(asDeclared('s')) })),
      of('check', record({ result: stepCheck })),
      of('check', record({ result: fc.constant(holding('s')) })),
      of(
        'observation',
        record({ step: text, key: fc.constantFrom('a', 'b', '0', '1'), value: text }),
        optional(record({ mask: text })),
      ),
      of(
        'step-finished',
        record({ step: text, index: fc.nat(3), outcome: stepOutcome, reason: text, seconds: count }),
      ),
      of('output-cut', record({ ...place, stream })),
    ),
    fc.record({
      host: fc.constantFrom('ns1', 'ns1', 'ns1', 'ns2'),
      time: fc.constantFrom('t', 't', 't', 'u'),
    }),
    fc.constantFrom(true, true, false),
  ),
  { maxLength: 20 },
);

/** As a file has it: UTF-8 bytes, read by a strict reader. */
function written(json: JsonObject): unknown {
  const all = [...jsonPieces(json)].join('');
  // Lone surrogates are all that this escapes so.
  expect(JSON.stringify(JSON.parse(all))).not.toMatch(/\\ud[89a-f]/);
  expect(all).not.toMatch(/\p{Cs}/u);
  return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(new TextEncoder().encode(all)));
}

describe('what was written', () => {
  it('is read back unchanged: any event', () => {
    fc.assert(
      fc.property(event, (one) => {
        expect(decodeEvent(written(encodeEvent(one)))).toStrictEqual(one);
      }),
      { numRuns: 1000 },
    );
  });

  it('is read back unchanged: any result, of the last line of --json too', () => {
    fc.assert(
      fc.property(result, (one) => {
        expect(decodeResult(written(encodeResult(one)))).toStrictEqual(one);
        expect(decodeResult(written(toJson(one)))).toStrictEqual(one);
      }),
      { numRuns: 500 },
    );
  });

  it('is read back unchanged: any events, one or several in a line', () => {
    fc.assert(
      fc.property(heard, (told) => {
        const begin = stamped(runStarted('verify', ['ns1'], []));
        const all = [...begin];
        for (const [fact, where, isOfOneStep] of told) {
          const { result, step } = fact as { result?: object; step?: string };
          const same = isOfOneStep
            ? {
                ...(step === undefined ? {} : { step: 's' }),
                ...(result === undefined ? {} : { result: { ...result, step: 's' } }),
              }
            : {};
          all.push({ ...fact, ...where, ...same, sequence: all.length + 1, runId: 'R1' } as RunEvent);
        }
        const lines: unknown[] = [];
        const writer = new RecordWriter((line, sequence) => {
          lines.push(written(line));
          expect(line).toMatchObject({ sequence });
        });
        all.forEach(writer.take);
        writer.flush();
        const read: RunEvent[] = [];
        const reader = new RecordReader((one) => read.push(one));
        for (const line of lines) reader.take(JSON.stringify(line));
        expect(read).toStrictEqual(all);
      }),
      { numRuns: 1000 },
    );
  });

  it('has the bytes of text that is not UTF-8 beside it', () => {
    const [one] = stamped({ type: 'notice', host: 'ns1', message: 'a\udcff' });
    expect(encodeEvent(one!)).toMatchObject({ message: 'a\ufffd', exact: { '/message': 'Yf8=' } });
    const observations = new Map([['k\udc80', '1']]);
    expect(encodeResult(runResult('verify', [hostResult('ns1', { observations })]))).toMatchObject({
      hosts: [{ observations: { 'k\ufffd': '1' } }],
      exactKeys: { '/hosts/0/observations/k\ufffd': 'a4A=' },
    });
  });
});

describe('what is read', () => {
  const [started, second] = stamped(runStarted('verify', ['ns1'], []), { type: 'host-started', host: 'ns1' });

  it('may have fields and events that are newer than this muster', () => {
    const json = { ...encodeEvent(second!), novelty: { deep: [1] } };
    expect(decodeEvent(json)).toStrictEqual(second);
    expect(decodeEvent({ ...encodeEvent(second!), type: 'novelty' })).toBeUndefined();
  });

  it.each<[string, unknown, string]>([
    ['of another version', { ...encodeEvent(started!), version: 4 }, 'RECORD_VERSION'],
    ['of a version that is no number', { ...encodeEvent(started!), version: '3' }, 'RECORD_VERSION'],
    ['of no version', { type: 'run-started' }, 'RECORD_VERSION'],
    ['no object', [], 'RECORD_SHAPE'],
    ['null', null, 'RECORD_SHAPE'],
    ['without a type', {}, 'RECORD_SHAPE'],
    ['an event without its fields', { type: 'fact', host: 'ns1' }, 'RECORD_SHAPE'],
    ['a text where a count belongs', { ...encodeEvent(second!), sequence: '2' }, 'RECORD_SHAPE'],
  ])('is refused when it is %s', (_, json, code) => {
    expect(() => decodeEvent(json)).toThrow(expect.objectContaining({ code }) as Error);
  });

  it('never becomes a part of all objects', () => {
    const evil = JSON.parse(
      `{"version":2,"runId":"r","action":"verify","playbook":"p","interrupted":false,"started":"t","groups":[],"serials":[],
      "__proto__":{"polluted":1},"exact":{"/__proto__/polluted":"eA==","/constructor/name":"eA==","/hosts/0/observations/__proto__":"eA=="},
      "exactKeys":{"/hosts/0/observations/a":"X19wcm90b19f","/__proto__/toString":"eA=="},
      "hosts":[{"host":"ns1","outcome":"ok","reason":"","steps":[],"resources":[],"checks":[],"facts":{},"connections":0,"execs":0,
      "observations":{"a":"1","__proto__":"2"}}]}`,
    ) as unknown;
    const { hosts } = decodeResult(evil);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
    expect(hosts[0]?.observations).toBeInstanceOf(Map);
    expect([...(hosts[0]?.observations ?? [])].flat()).toContain('__proto__');
    expect(Object.getPrototypeOf(hosts[0])).toBe(Object.prototype);
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
  });
});

describe('docs/json.md', () => {
  it('has every event with all of its fields', () => {
    const document = readFileSync(join(import.meta.dirname, '../../../docs/json.md'), 'utf8');
    const rows = new Map(
      [...document.matchAll(/^\| `([a-z-]+)` +\| ([^|]*?) *\| [^|]+\|$/gm)].map(([, type, fields = '']) => [
        type,
        fields
          .replaceAll(/ \(.*?\)(?=,|$|\])/g, '')
          .split(', ')
          .filter((field) => field !== ''),
      ]),
    );
    const told = eventSchema.options.map(({ shape }) => {
      const { type, sequence, time, runId, ...fields } = shape;
      expect([sequence, time, runId]).not.toContain(undefined);
      const names = Object.entries(fields as Record<string, z.ZodType>).map(([name, field]) =>
        field.def.type === 'optional' ? `[${name}]` : name,
      );
      return [[...type.values][0], names.toSorted()] as const;
    });
    for (const [type, names] of told) {
      const documented = (rows.get(type) ?? ['no row'])
        .filter((name) => !['version', 'runId'].includes(name))
        .toSorted();
      expect([type, documented]).toEqual([type, names]);
    }
  });

  it('has every field of many events in one line', () => {
    const document = readFileSync(join(import.meta.dirname, '../../../docs/json.md'), 'utf8');
    const [, section = ''] = document.split('### Many events in one line');
    const [, table = ''] = section.split('| field');
    const [rows = ''] = table.split('\n## ');
    const told = `${rows} \`step\``;
    for (const field of Object.keys(heardPart.shape)) expect(told).toContain(`\`${field}\``);
    for (const field of Object.keys(heardSchema.shape)) expect(document).toContain(field);
  });
});
