// What people write in playbook.yaml. Field descriptions go to the JSON Schema that editors use.
import { z } from 'zod';
import {
  durationSchema,
  idPattern,
  idSchema,
  toJsonSchema,
  varNameSchema,
  varValueSchema,
} from '../document/index.ts';
import { dnsRcodes, dnsRecordTypes, dnsTransports } from './model.ts';

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
  default: varValueSchema.optional().describe('Value if the inventory gives none'),
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
  hint: z.string().min(1).optional().describe('The pattern in words; shown when a value does not match'),
});

const stepSchema = z.strictObject({
  id: idSchema,
  script: z.string().describe('Path in the playbook, e.g. steps/01-package.sh'),
  description: z.string().optional(),
  timeout: durationSchema.optional().describe('e.g. 45m; default 5m'),
  tags: z.array(idSchema).optional(),
  retries: z.int().min(0).max(10).optional().describe('How often a failed step is tried again; default 0'),
});

const plainValueSchema = z.union([z.string(), z.number(), z.boolean()], {
  error: 'expected a text, a number, true or false',
});

const dnsProbeSchema = z.strictObject({
  name: z.string().min(1).max(255).describe('Name to ask for; {item} stands for the entry of for_each'),
  type: z.enum(dnsRecordTypes),
  class: z.enum(['IN', 'CH']).default('IN').describe('CH is the class of version.bind; default IN'),
  transports: z
    .array(z.enum(dnsTransports))
    .min(1)
    .refine((transports) => new Set(transports).size === transports.length, {
      error: 'expected each transport once',
    })
    .meta({ uniqueItems: true })
    .default([...dnsTransports])
    .describe('Ask over each of them; default [udp, tcp]'),
  recursion_desired: z
    .boolean()
    .default(false)
    .describe('Ask the server to resolve names that it is not authoritative for; default false'),
  rcode: z
    .union([z.enum(dnsRcodes), z.array(z.enum(dnsRcodes)).min(1)], {
      error: `expected a response code or a list of them: ${dnsRcodes.join(', ')}`,
    })
    .default('NOERROR')
    .describe('Required response code, or a list of which one is required; default NOERROR'),
  authoritative: z.boolean().optional().describe('Authoritative bit that the answer must have'),
  expect: regexSchema
    .optional()
    .describe('Regular expression that an answer must match; no answer is the empty text'),
});

const probeSchema = z.strictObject({
  id: idSchema,
  dns: dnsProbeSchema,
  for_each: varNameSchema.optional().describe('A list var: one question for each entry, {item} in the name'),
  when: z
    .record(
      varNameSchema,
      z.union([...plainValueSchema.options, z.array(plainValueSchema).min(1)], {
        error: 'expected a value or a list of values',
      }),
    )
    .optional()
    .describe('Only hosts whose vars have this value, or one of these values'),
  converge: z
    .enum(['serial'])
    .optional()
    .describe('The hosts that serve the zone must have the same SOA serial'),
  within: durationSchema
    .optional()
    .describe('Ask again until it holds, for so long; default 10s with converge, else ask once'),
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
    .describe('Hosts worked on together, wave by wave, e.g. [1, 25%, 100%]; the last wave repeats'),
  budget: z
    .strictObject({ failures: z.int().min(0) })
    .optional()
    .describe('Failed hosts that the run tolerates before it stops'),
  keep_serving: z
    .strictObject({ min: z.int().min(1), group: z.string().optional() })
    .optional()
    .describe('Keep at least min hosts (of the group) untouched and healthy at any time'),
});

export const playbookSchema = z.strictObject({
  name: idSchema,
  description: z.string().optional(),
  vars: z.record(varNameSchema, varSchema).optional(),
  uses: z
    // Names are judged with the libraries that are there, so that one bad name hides nothing of the others.
    .array(z.string().meta({ pattern: idPattern }))
    .meta({ uniqueItems: true })
    .optional()
    .describe('Libraries of sh that playbooks share: names of directories in ../lib'),
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
