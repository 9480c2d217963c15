// JSON Schemas for editors, made from the schemas that the parsers use.
import { z } from 'zod';

/** The JSON Schema (draft 2020-12) of what people write in a file of this schema. */
export function toJsonSchema(schema: z.ZodType, title: string): Record<string, unknown> {
  return { title, ...z.toJSONSchema(schema, { io: 'input' }) };
}
