// The compile stage: each source is read once, all mistakes are reported at once, and the plan is a value that shows no
// secret.
import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import {
  compile,
  encodePlan,
  jobOf,
  type PlaybookTarget,
  savePlan,
  type SourcePorts,
} from '../../../src/compile/index.ts';
import type { SecretSource } from '../../../src/document/index.ts';
import { parseInventory } from '../../../src/inventory/index.ts';
import { ConfigError, UsageError } from '../../../src/model/index.ts';
import { parsePlaybook } from '../../../src/playbook/index.ts';
import { testSettings } from '../../support/job.ts';

const encoder = new TextEncoder();
const made = { at: '', runId: '', operator: '', directory: '', inventoryBy: 'named' };

interface Given {
  readonly vars?: string;
  readonly inventory?: string;
  readonly template?: string;
  readonly strategy?: string;
  readonly step?: string;
  /** Further files of the playbook. */
  readonly files?: Readonly<Record<string, string>>;
}

function target(given: Given = {}): PlaybookTarget {
  const files = {
    'playbook.yaml': `name: p
vars: ${given.vars ?? '{ a: { type: string, default: x }, key: { type: string, secret: true }, other: { type: string, secret: true }, zones: { type: files } }'}
strategy: ${given.strategy ?? '{}'}
steps: [{ id: one, script: steps/one.sh }]
`,
    'steps/one.sh': given.step ?? 'state() { :; }\n',
    'templates/conf': given.template ?? 'of <%= it.host %>: <%= it.a %>\n',
    ...given.files,
  };
  const inventory = parseInventory({ file: 'i.yaml', text: given.inventory ?? "hosts: { 'ns[1-3]': {} }\n" });
  return {
    playbook: parsePlaybook({
      directory: 'p',
      files: new Map(
        Object.entries(files).map(([path, text]) => [
          path,
          { bytes: encoder.encode(text), executable: false },
        ]),
      ),
    }),
    inventory,
    hosts: [...inventory.hosts.values()],
    selection: {},
  };
}

/** Ports that note what is asked of them, and how much of it at the same time. */
function ports(readSecret: (source: SecretSource) => string = () => 'hunter22') {
  const secrets: SecretSource[] = [];
  const files: string[] = [];
  let [now, most] = [0, 0];
  const noted: SourcePorts = {
    readSecret: async (source) => {
      secrets.push(source);
      most = Math.max(most, ++now);
      await new Promise((resolve) => setImmediate(resolve));
      now--;
      return readSecret(source);
    },
    readFiles: async (path) => {
      files.push(path);
      return new Map([['zone', encoder.encode(`content of ${path}`)]]);
    },
  };
  return { ...noted, secrets, files, most: () => most };
}

const shared =
  "hosts: { 'ns[1-100]': {} }\nvars: { key: { from_command: [pass, a] }, other: { from_command: [pass, a] }, zones: z }\n";

describe('compile', () => {
  it('reads each source once, for any number of hosts and vars', async () => {
    const read = ports();
    const plan = await compile(target({ inventory: shared }), read, 's');
    expect(read.secrets).toEqual([{ kind: 'command', argv: ['pass', 'a'] }]);
    expect(read.files).toEqual(['z']);
    expect(plan.hosts).toHaveLength(100);
    expect(plan.contents.size).toBe(1);
    expect(plan.hosts[99]?.secrets.get('other')?.secret.reveal()).toBe('hunter22');
  });

  it('reads different sources a few at a time', async () => {
    const hosts = Array.from(
      { length: 30 },
      (_, at) => `  ns${String(at)}: { vars: { key: { from_env: K${String(at)} } } }\n`,
    );
    const read = ports();
    await compile(target({ inventory: `hosts:\n${hosts.join('')}` }), read, 's');
    expect(read.secrets).toHaveLength(30);
    expect([read.most() > 1, read.most() <= 4]).toEqual([true, true]);
  });

  it('reports all unreadable secrets at once, each once, with its vars and hosts', async () => {
    const inventory = `hosts: { 'ns[1-3]': { vars: { key: { from_env: A }, other: { from_env: A } } }, ns4: { vars: { key: { from_env: B } } } }\n`;
    const read = ports((source) => {
      throw new UsageError('SECRET_ENV', `no ${source.kind === 'env' ? source.name : ''}`, {
        hint: 'set it',
      });
    });
    const refusal: unknown = await compile(target({ inventory }), read, 's').catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(ConfigError);
    expect((refusal as ConfigError).issues).toEqual([
      {
        code: 'SECRET_ENV',
        message: 'no A (var "key" of ns[1-3], var "other" of ns[1-3])',
        hint: 'set it',
        location: expect.objectContaining({ file: 'i.yaml', line: 1 }) as unknown,
      },
      expect.objectContaining({ message: 'no B (var "key" of ns4)' }),
    ]);
  });

  it.each([
    [
      'a NUL byte',
      '{ key: { type: string, secret: true } }',
      'hun\0ter22',
      /^the secret for 'key' holds a NUL byte/,
    ],
    [
      'what the playbook does not allow',
      '{ key: { type: string, secret: true, pattern: "^[0-9]+$" } }',
      'hunter22',
      /^the secret for 'key' has a value that the playbook does not allow/,
    ],
  ])('refuses a secret with %s, in a message without it', async (_, vars, text, words) => {
    const given = target({
      vars,
      template: '',
      inventory: 'hosts: { ns1: {} }\nvars: { key: { from_file: x } }\n',
    });
    const refusal: unknown = await compile(
      given,
      ports(() => text),
      's',
    ).catch((error: unknown) => error);
    expect((refusal as ConfigError).issues.map(({ message }) => message)).toEqual([
      expect.stringMatching(words),
    ]);
    expect(inspect((refusal as ConfigError).issues)).not.toContain(text.slice(-5));
  });

  it('finds every undefined name of a template before any host is contacted', async () => {
    const failing = compile(target({ template: '<%= it.b %>\n<%= it.c %> <%= it.a %>\n' }), ports(), 's');
    await expect(failing).rejects.toThrow(
      "p/templates/conf:1:5: error[TEMPLATE_UNDEFINED]: the template uses 'b', which no var defines\n" +
        "    hint: declare 'b' in playbook.yaml, or correct the name\n" +
        "p/templates/conf:2:5: error[TEMPLATE_UNDEFINED]: the template uses 'c'",
    );
  });

  it('refuses a path that the tar of old releases cannot store', async () => {
    const failing = compile(target({ files: { [`files/${'x'.repeat(101)}`]: '' } }), ports(), 's');
    await expect(failing).rejects.toThrow('is too long for the tar of old releases');
  });

  it('contains the waves, by name, and the hosts that must stay serving', async () => {
    const strategy = '{ waves: [1, 50%], budget: { failures: 1 }, keep_serving: { min: 2 } }';
    const { waves, limits } = await compile(
      target({ strategy, inventory: "hosts: { 'ns[1-5]': {} }" }),
      ports(),
      's',
    );
    expect(waves).toEqual([['ns1'], ['ns2', 'ns3'], ['ns4', 'ns5']]);
    expect(limits).toEqual({
      failureBudget: 1,
      keepServing: { hosts: ['ns1', 'ns2', 'ns3', 'ns4', 'ns5'], min: 2 },
    });
  });

  it('keeps templates as they are written, and renders them when a job is made', async () => {
    const plan = await compile(target({ inventory: "hosts: { 'ns[1-2]': {} }" }), ports(), 's');
    expect(inspect(plan, { depth: 9, maxArrayLength: null })).not.toContain('of ns1');
    const jobs = plan.hosts.map((load) => jobOf(load, plan, testSettings));
    expect(jobs.map(({ files }) => Buffer.from(files.get('templates/conf') ?? []).toString())).toEqual([
      'of ns1: x\n',
      'of ns2: x\n',
    ]);
  });
});

describe('a plan', () => {
  const secretive = { inventory: shared, template: 'key <%= it.key %>\n' };

  it('is the same value for the same sources and salt', async () => {
    const [one, two, other] = await Promise.all([
      compile(target(secretive), ports(), 's'),
      compile(target(secretive), ports(), 's'),
      compile(target(secretive), ports(), 't'),
    ]);
    expect(two).toEqual(one);
    expect(other.digest).not.toBe(one.digest);
  });

  const changes: [string, Given, ((source: SecretSource) => string)?][] = [
    ['a step', { step: 'state() { true; }\n' }],
    ['a template', { template: 'other <%= it.key %>\n' }],
    ['a var', { inventory: shared.replace('zones: z', 'zones: z, a: y') }],
    ['a given file', { inventory: shared.replace('zones: z', 'zones: y') }],
    ['how a host is reached', { inventory: `connection: { port: 23 }\n${shared}` }],
    ['where a secret is from', { inventory: shared.replaceAll('[pass, a]', '[pass, b]') }],
    ['a secret', {}, () => 'hunter23'],
  ];
  it.each(changes)('has another digest, like its hosts, if this changes: %s', async (_, change, read) => {
    const before = await compile(target(secretive), ports(), 's');
    const after = await compile(target({ ...secretive, ...change }), ports(read), 's');
    expect(after.digest).not.toBe(before.digest);
    expect(after.hosts[0]?.digest).not.toBe(before.hosts[0]?.digest);
  });

  it('keeps the value of a secret var as a secret, whatever its source', async () => {
    const plan = await compile(
      target({ inventory: 'hosts: { ns1: {} }\nvars: { key: hunter22 }\n' }),
      ports(),
      's',
    );
    expect(plan.hosts[0]?.secrets.get('key')?.origin).toEqual({ kind: 'inventory' });
    expect(plan.hosts[0]?.vars.has('key')).toBe(false);
    expect(encodePlan(savePlan(plan, [], made))).not.toContain('hunter22');
  });

  it('can be copied by any process, except its secrets', async () => {
    const plan = await compile(target(secretive), ports(), 's');
    const copy = structuredClone(plan);
    expect(copy.hosts[0]?.secrets.get('key')?.secret).toEqual({});
    expect({ ...copy, hosts: [] }).toEqual({ ...plan, hosts: [] });
    const job = structuredClone(jobOf(plan.hosts[0]!, { ...plan, files: new Map() }, testSettings));
    expect(inspect(job, { depth: 9, showHidden: true })).not.toContain('hunter22');
    for (const value of [plan, copy])
      expect(inspect(value, { depth: 9, showHidden: true })).not.toContain('hunter22');
  });
});
