// The JSON Schema of a result as it is written: the last line of --json, and a report in JSON.
import { z } from 'zod';
import { formatVersion } from './encode.ts';
import { resultSchema } from './json-schemas.ts';
import { summarySchema } from './run-summary.ts';

/** What a result has around what is read back. Made when it is asked for: a run has no need of it. */
function writtenSchema(): z.ZodType {
  const text = z.string();
  const texts = z.array(text);
  const count = z.int().min(0);
  const fold = z.object({ value: text.nullable(), hosts: texts });
  const key = z.object({
    ...{ group: text, key: text, compared: z.boolean(), tie: z.boolean() },
    majority: text.nullable(),
    folds: z.array(fold),
  });
  const source = z.object({ file: text, by: text });
  return z.object({
    type: z.literal('result'),
    version: z.literal(formatVersion),
    /** Hosts, then a count for each outcome. */
    summary: z.record(text, count),
    comparison: z.exactOptional(
      z.object({ hosts: texts, unseen: texts, divergences: count, keys: z.array(key) }),
    ),
    sources: z.exactOptional(z.record(text, source)),
    history: z.exactOptional(summarySchema),
    droppedLogins: z.exactOptional(z.record(text, count)),
    exact: z.exactOptional(z.record(text, text)),
    exactKeys: z.exactOptional(z.record(text, text)),
  });
}

/** The JSON Schema (draft 2020-12) of a result. Its version is that of the format, see docs/json.md. */
export function resultJsonSchema(): Record<string, unknown> {
  const schema = z.toJSONSchema(z.intersection(writtenSchema(), resultSchema), {
    io: 'input',
    unrepresentable: 'any',
    override: ({ zodSchema, jsonSchema }) => {
      // The only shapes that zod does not know of are maps of texts.
      if (zodSchema._zod.def.type !== 'custom') return;
      Object.assign(jsonSchema, { type: 'object', additionalProperties: { type: 'string' } });
    },
  });
  return { title: 'result of a muster run', ...schema };
}
