// Which keys a schema knows at a path: for "did you mean" and for listing them.
import { z } from 'zod';
import type { DocumentPath } from './locate.ts';

/** The keys of the strict mapping at `path`; empty when any key goes there, or none. */
export function knownKeys(schema: z.core.$ZodType, path: DocumentPath): string[] {
  const [part, ...rest] = path;
  return unwrap(schema).flatMap((inner) => {
    if (part === undefined) return inner instanceof z.ZodObject ? Object.keys(inner.shape) : [];
    const next = child(inner, part);
    return next === undefined ? [] : knownKeys(next, rest);
  });
}

function child(schema: z.core.$ZodType, part: PropertyKey): z.core.$ZodType | undefined {
  if (schema instanceof z.ZodRecord) return schema.valueType;
  if (schema instanceof z.ZodArray) return schema.element;
  if (!(schema instanceof z.ZodObject)) return undefined;
  const shape: Readonly<Record<PropertyKey, z.core.$ZodType>> = schema.shape;
  return Object.hasOwn(shape, part) ? shape[part] : undefined;
}

/** The schemas behind optional, nullable, default, transform and union. */
function unwrap(schema: z.core.$ZodType): z.core.$ZodType[] {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodNullable || schema instanceof z.ZodDefault) {
    return unwrap(schema.unwrap());
  }
  if (schema instanceof z.ZodPipe) return unwrap(schema.in);
  if (schema instanceof z.ZodUnion) return schema.options.flatMap(unwrap);
  return [schema];
}
