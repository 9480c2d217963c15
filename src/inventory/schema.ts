// What people write in an inventory. Field descriptions go to the JSON Schema that editors use.
import { z } from 'zod';
import { durationSchema, toJsonSchema, varBindingSchema, varNameSchema } from '../document/index.ts';

const path = z.string().min(1);

// The follower's beats are up to about five seconds apart, more on a busy host.
const shortestSilenceMs = 15_000;

const connectionSchema = z
  .strictObject({
    user: z
      .string()
      .regex(/^[A-Za-z_][A-Za-z0-9._-]*$/, { error: 'not a login name' })
      .describe('Login name; default root'),
    port: z.int().min(1).max(65_535).describe('Port of sshd; default 22'),
    identity_file: path.describe('Private key; without it only the agent is asked'),
    known_hosts: z
      .union([path, z.array(path).min(1)], { error: 'expected a path or a list of paths' })
      .describe('known_hosts files, first match wins; default ~/.ssh/known_hosts'),
    agent: z.boolean().describe('Ask the agent at SSH_AUTH_SOCK; default true'),
    become: z.enum(['none', 'sudo', 'doas']).describe('How to become root after login; default none'),
    connect_timeout: durationSchema.describe('e.g. 10s, the default'),
    ready_timeout: durationSchema.describe('From the login until the shell is ready; default 30s'),
    silence_timeout: durationSchema
      .refine((ms) => ms >= shortestSilenceMs, {
        error: 'at least 15s: a host gives a sign of life every few seconds',
      })
      .describe('The longest time without a sign of the run; default 60s'),
    legacy_algorithms: z
      .boolean()
      .describe(
        'Offer the SHA-1 and CBC algorithms that hosts of the NetBSD 5 and 6 era need; default false',
      ),
  })
  .partial();

const varsSchema = z.record(varNameSchema, varBindingSchema);

const hostSchema = z.strictObject({
  address: path
    .optional()
    .describe('Name or address to connect to, if not the host name; a range is spread over a range of hosts'),
  connection: connectionSchema.optional(),
  vars: varsSchema.optional(),
});

const groupNameSchema = z.string().regex(/^[A-Za-z][A-Za-z0-9_-]*$/, {
  error: 'group names are letters, digits, _ and -, and start with a letter',
});

const groupSchema = z.strictObject({
  hosts: z.array(z.string()).optional().describe('Host names and ranges'),
  groups: z.array(z.string()).optional().describe('Groups whose hosts are in this group too'),
  connection: connectionSchema.optional(),
  vars: varsSchema.optional(),
});

export const inventorySchema = z.strictObject({
  connection: connectionSchema.optional().describe('For all hosts'),
  vars: varsSchema.optional().describe('For all hosts'),
  hosts: z.record(z.string(), hostSchema.nullish()).describe('Host name or range, e.g. ns[1-3].example.net'),
  groups: z.record(groupNameSchema, groupSchema.nullish()).optional(),
});

/** An inventory as it stands in the file. */
export type WrittenInventory = z.output<typeof inventorySchema>;
export type WrittenConnection = z.output<typeof connectionSchema>;
export type WrittenVars = z.output<typeof varsSchema>;

/** JSON Schema of inventory files, for editors. */
export function inventoryJsonSchema(): Record<string, unknown> {
  return toJsonSchema(inventorySchema, 'muster inventory');
}
