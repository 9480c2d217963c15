// Values of vars: the types that inventory and playbook share, and their schemas.
import { z } from 'zod';
import type { Location } from '../model/index.ts';

/** A plain value of a var. */
export type VarValue = string | number | boolean | readonly string[];

/** The source from which the controller reads a secret when a run needs it. Paths are as written in the inventory. */
export type SecretSource =
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'env'; readonly name: string }
  | { readonly kind: 'command'; readonly argv: readonly string[] }
  | { readonly kind: 'age'; readonly path: string };

/** The place of a binding in the inventory: for all hosts, in a group (`@auth`), or at the host. */
export type VarLevel = 'all' | 'host' | `@${string}`;

/** A value given to a var in the inventory, and where. */
export interface VarBinding {
  readonly value: VarValue | SecretSource;
  readonly from: Location;
  readonly level: VarLevel;
  /** The value as it stands in the file, when it is a plain word; `1.10` is the number 1.1. */
  readonly written?: string;
}

/** True for a value that must still be read from where it is kept. */
export function isSecretSource(value: VarValue | SecretSource): value is SecretSource {
  return typeof value === 'object' && 'kind' in value;
}

const textSchema = z
  .string()
  .refine((text) => !text.includes('\0'), { error: 'a text cannot hold a NUL byte' });
const numberSchema = z
  .number()
  .refine((number) => !Number.isInteger(number) || Number.isSafeInteger(number), {
    error: 'this number is too large to be stored exactly; write it in quotes',
  });
const pathSchema = textSchema.min(1);

/** Plain values: text, number, true or false, list of texts. */
export const varValueSchema = z.union([textSchema, numberSchema, z.boolean(), z.array(textSchema)], {
  error: 'expected a text, a number, true or false, or a list of texts',
});

/** Where a secret is read from. */
export const secretSourceSchema = z
  .strictObject({
    from_file: pathSchema
      .optional()
      .describe('File on the controller whose text, without the last line end, is the value'),
    from_env: textSchema
      .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, { error: 'not a name of an environment variable' })
      .optional(),
    from_command: z
      .array(textSchema)
      .min(1)
      .optional()
      .describe('Program and arguments; its output is the value'),
    from_age: pathSchema.optional().describe('File encrypted with age'),
  })
  .meta({
    minProperties: 1,
    maxProperties: 1,
    description: 'Source from which the controller reads a secret',
  })
  .transform((source, context): SecretSource => {
    const found = secretSources(source);
    if (found.length === 1 && found[0] !== undefined) return found[0];
    // An unknown key has been reported already, and is most likely a slip in one of these.
    if (context.issues.length === 0)
      context.addIssue('expected exactly one of from_file, from_env, from_command, from_age');
    return z.NEVER;
  });

/** What the inventory may give a var: a plain value, or where a secret is read from. */
export const varBindingSchema = z.union([...varValueSchema.options, secretSourceSchema], {
  error: 'expected a text, a number, true or false, a list of texts, or e.g. {from_file: path}',
});

/** Names of vars; they become variables of sh, and the runtime keeps two prefixes for itself. */
export const varNameSchema = z
  .string()
  .regex(/^[a-z][a-z0-9_]*$/, {
    error: 'names of vars are small letters, digits and _, and start with a letter',
  })
  .refine((name) => !/^(m|muster)_/.test(name), {
    error: 'names of vars that start with m_ or muster_ are reserved for the runtime',
  });

function secretSources(source: {
  readonly from_file?: string | undefined;
  readonly from_env?: string | undefined;
  readonly from_command?: readonly string[] | undefined;
  readonly from_age?: string | undefined;
}): SecretSource[] {
  const found: SecretSource[] = [];
  if (source.from_file !== undefined) found.push({ kind: 'file', path: source.from_file });
  if (source.from_env !== undefined) found.push({ kind: 'env', name: source.from_env });
  if (source.from_command !== undefined) found.push({ kind: 'command', argv: source.from_command });
  if (source.from_age !== undefined) found.push({ kind: 'age', path: source.from_age });
  return found;
}
