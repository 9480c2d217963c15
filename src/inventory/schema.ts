// What people write in an inventory. Field descriptions go to the JSON Schema that editors use.
import { z } from 'zod';
import { isAddress } from '../model/index.ts';
import {
  durationSchema,
  secretSourceSchema,
  toJsonSchema,
  varBindingSchema,
  varNameSchema,
} from '../document/index.ts';

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
    identity_file: path.describe('Private key; default: only the keys of the agent are used'),
    known_hosts: z
      .union([path, z.array(path).min(1)], { error: 'expected a path or a list of paths' })
      .describe('known_hosts files, first match wins; default ~/.ssh/known_hosts'),
    jump: z
      .union([path, z.array(path)], { error: 'expected a jump host or a list of them' })
      .describe(
        'Jump hosts on the way, the nearest first: hosts of this inventory or [USER@]HOST[:PORT]; [] for none; ' +
          'default as ssh_config says',
      ),
    ssh_config: z
      .boolean()
      .describe(
        'Use your ssh_config for every setting that is not given here; default true, see the configuration',
      ),
    transport: z
      .enum(['auto', 'ssh2', 'openssh'])
      .describe(
        "How to connect to the host: with muster's ssh2, or with OpenSSH's ssh; default auto: ssh2, or OpenSSH if ssh2 cannot",
      ),
    agent: z.boolean().describe('Ask the agent at SSH_AUTH_SOCK; default true'),
    become: z.enum(['none', 'sudo', 'doas', 'su']).describe('How to become root after login; default none'),
    become_password: secretSourceSchema.describe(
      'Source of the password that sudo or doas (of the user) or su (of root) asks for',
    ),
    password: secretSourceSchema.describe(
      'The source of the password of the user, for hosts that accept no key; it is given once, after all keys',
    ),
    passphrase: secretSourceSchema.describe(
      'The source of the passphrase that opens identity_file, or the key files that ssh_config names',
    ),
    connect_timeout: durationSchema.describe('e.g. 10s, the default'),
    ready_timeout: durationSchema.describe(
      'Longest time from the login until the shell is ready; default 30s',
    ),
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

const zoneSchema = z.string().regex(/^(?=.{1,254}$)([A-Za-z0-9_-]{1,63}\.)*[A-Za-z0-9_-]{1,63}\.?$/, {
  error: 'not the name of a zone',
});
const serverSchema = z
  .string()
  .refine(isAddress, { error: 'expected the name or address of a server' })
  .describe('The server to ask');
const dnsPortSchema = z.int().min(1).max(65_535).optional().describe('Its port; default 53');

const axfrSchema = z.strictObject({
  zone: zoneSchema,
  server: serverSchema,
  port: dnsPortSchema,
  key: path.optional().describe('File with the TSIG key, as `dig -k` takes it'),
});

const aboutSource = 'expected exactly one of command, file, ansible, axfr';
const sourceSchema = z
  .strictObject({
    command: z
      .array(path)
      .min(1)
      .optional()
      .describe("Program and arguments; it prints an inventory, or the output of Ansible's --list"),
    file: path.optional().describe('Another inventory, relative to this file'),
    ansible: path.optional().describe('An inventory of Ansible, relative to this file'),
    axfr: axfrSchema.optional().describe('The hosts of a zone, by a transfer'),
    ttl: durationSchema.optional().describe('How long to keep an answer; default: ask each time'),
  })
  .refine(
    ({ command, file, ansible, axfr }) =>
      [command, file, ansible, axfr].filter((each) => each !== undefined).length === 1,
    { error: aboutSource },
  );

const hostSchema = z.strictObject({
  address: path
    .optional()
    .describe(
      'Name or address to connect to, if not the host name; a range gives each host of a range its address',
    ),
  connection: connectionSchema.optional(),
  vars: varsSchema.optional(),
});

const groupNameSchema = z.string().regex(/^[A-Za-z][A-Za-z0-9_-]*$/, {
  error: 'group names are letters, digits, _ and -, and start with a letter',
});

const groupSchema = z.strictObject({
  hosts: z.array(z.string()).optional().describe('Host names and ranges'),
  ns_of: z
    .union([zoneSchema, z.strictObject({ zone: zoneSchema, server: serverSchema, port: dnsPortSchema })], {
      error: 'expected the name of a zone, or { zone: ..., server: ... }',
    })
    .optional()
    .describe(
      'The name servers of this zone are hosts of this group, under the names that its NS records give',
    ),
  groups: z.array(z.string()).optional().describe('Groups whose hosts are in this group too'),
  connection: connectionSchema.optional(),
  vars: varsSchema.optional(),
});

export const inventorySchema = z
  .strictObject({
    connection: connectionSchema.optional().describe('For all hosts'),
    vars: varsSchema.optional().describe('For all hosts'),
    sources: z.array(sourceSchema).optional().describe('Sources of more hosts; this file overrides them'),
    hosts: z
      .record(z.string(), hostSchema.nullish())
      .optional()
      .describe('Host name or range, e.g. ns[1-3].example.net; required unless there are sources'),
    groups: z.record(groupNameSchema, groupSchema.nullish()).optional(),
  })
  .meta({ anyOf: ['hosts', 'sources', 'groups'].map((key) => ({ required: [key] })) });

/** An inventory as it stands in the file. */
export type WrittenInventory = z.output<typeof inventorySchema>;
export type WrittenHosts = NonNullable<WrittenInventory['hosts']>;
export type WrittenConnection = z.output<typeof connectionSchema>;
export type WrittenVars = z.output<typeof varsSchema>;

/** JSON Schema of inventory files, for editors. */
export function inventoryJsonSchema(): Record<string, unknown> {
  return toJsonSchema(inventorySchema, 'muster inventory');
}
