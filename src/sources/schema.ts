// What people write in muster.config.yaml. Field descriptions go to the JSON Schema that editors use.
import { z } from 'zod';
import { toJsonSchema } from '../document/index.ts';

/** How long runs stay in the history by default. */
export const usualRetention = { keepRuns: 1000, keepDays: 400 } as const;

const aboutHistory = 'expected false, or a directory for the history of runs';

export const configSchema = z.strictObject({
  inventory: z.string().min(1).optional().describe('Inventory file, relative to this file'),
  playbook_path: z.string().min(1).optional().describe('Folder that holds playbooks, relative to this file'),
  concurrency: z.int().min(1).max(1000).default(20).describe('Hosts worked on at the same time'),
  connection_starts: z.int().min(1).max(1000).default(8).describe('Connections set up at the same time'),
  ssh_config: z
    .union([z.boolean(), z.string().min(1)], { error: 'expected true, false or a file' })
    .default(true)
    .describe(
      'Use the configuration of ssh for every setting that an inventory does not give: true, false, or another file, relative to this file',
    ),
  output_limit: z
    .int()
    .min(1024)
    .max(1024 ** 3)
    .default(1024 ** 2)
    .describe("Bytes of each step's output that a host sends back"),
  keep_receipts: z
    .int()
    .min(1)
    .max(10_000)
    .default(20)
    .describe('Receipts of runs to keep on each host; a run whose receipt is pruned cannot be rolled back'),
  durable: z.boolean().default(true).describe("Write the hosts' journals to disk before each change (sync)"),
  history: z
    .union([z.literal(false), z.string().regex(/^(?!\w+:\/\/)./, aboutHistory)], { error: aboutHistory })
    .optional()
    .describe('Directory of the history of runs, relative to this file; false: runs are not recorded'),
  history_keep_runs: z
    .int()
    .min(1)
    .max(1_000_000)
    .default(usualRetention.keepRuns)
    .describe('Runs that `muster history prune` keeps in the history'),
  history_keep_days: z
    .int()
    .min(1)
    .max(36_500)
    .default(usualRetention.keepDays)
    .describe('Days after which `muster history prune` removes a run from the history'),
  color: z.enum(['auto', 'always', 'never']).default('auto'),
});

/** A package.json, of which only the key `muster` is ours. */
export const packageSchema = z.looseObject({ muster: configSchema });

/** JSON Schema of muster.config.yaml, for editors. */
export function configJsonSchema(): Record<string, unknown> {
  return toJsonSchema(configSchema, 'muster config');
}
