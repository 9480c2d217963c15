// What people write in playbook.yaml. Field descriptions go to the JSON Schema that editors use.
import { z } from 'zod';
import { durationSchema, toJsonSchema, varNameSchema, varValueSchema } from '../document/index.ts';
import { dnsRecordTypes } from './model.ts';

const idSchema = z.string().regex(/^[a-z][a-z0-9-]*$/, {
  error: 'expected small letters, digits and -, starting with a letter',
});

const regexSchema = z.string().superRefine((pattern, context) => {
  try {
    new RegExp(pattern, 'u');
  } catch (error) {
    context.addIssue(error instanceof Error ? error.message : 'not a regular expression');
  }
});

const varSchema = z.strictObject({
  type: z
    .enum(['string', 'int', 'bool', 'path', 'list', 'host', 'port', 'files'])
    .describe(
      'files: paths on the controller, of files or of directories; on a host the var is the directory that holds them',
    ),
  description: z.string().optional(),
  default: varValueSchema.optional().describe('Value where the inventory gives none'),
  required: z.boolean().optional().describe('The inventory must give a value'),
  secret: z.boolean().optional().describe('Never shown; masked by value in all output'),
  allowed: z
    .array(
      z.union([z.string(), z.number(), z.boolean()], { error: 'expected a text, a number, true or false' }),
    )
    .min(1)
    .optional()
    .describe('The only values it may have; for a list, each item'),
  pattern: regexSchema.optional().describe('Regular expression for the text; for a list, for each item'),
});

const stepSchema = z.strictObject({
  id: idSchema,
  script: z.string().describe('Path in the playbook, e.g. steps/01-package.sh'),
  description: z.string().optional(),
  timeout: durationSchema.optional().describe('e.g. 45m; default 5m'),
  tags: z.array(idSchema).optional(),
  retries: z.int().min(0).max(10).optional().describe('How often a failed step is tried again; default 0'),
});

const probeSchema = z.strictObject({
  id: idSchema,
  dns: z.strictObject({
    name: z.string().min(1).max(255),
    type: z.enum(dnsRecordTypes),
    expect: regexSchema.optional().describe('Regular expression that an answer must match'),
  }),
});

const waveSchema = z.union(
  [z.int().min(1), z.string().regex(/^(100|[1-9]\d?)%$/, { error: 'expected a percentage from 1% to 100%' })],
  { error: 'expected a number of hosts or a percentage such as 25%' },
);

const strategySchema = z.strictObject({
  waves: z
    .array(waveSchema)
    .min(1)
    .optional()
    .describe('Hosts worked on together, wave by wave, e.g. [1, 25%, 100%]; the last one repeats'),
  budget: z
    .strictObject({ failures: z.int().min(0) })
    .optional()
    .describe('Failed hosts that are put up with'),
  keep_serving: z
    .strictObject({ min: z.int().min(1), group: z.string().optional() })
    .optional()
    .describe('Never work on so many hosts (of the group) at a time that fewer than min are left'),
});

export const playbookSchema = z.strictObject({
  name: idSchema,
  description: z.string().optional(),
  vars: z.record(varNameSchema, varSchema).optional(),
  steps: z.array(stepSchema).min(1),
  probes: z.array(probeSchema).optional(),
  strategy: strategySchema.optional(),
});

/** A playbook.yaml as it stands in the file. */
export type WrittenPlaybook = z.output<typeof playbookSchema>;
export type WrittenStrategy = z.output<typeof strategySchema>;

/** JSON Schema of playbook.yaml, for editors. */
export function playbookJsonSchema(): Record<string, unknown> {
  return toJsonSchema(playbookSchema, 'muster playbook');
}
