// A plan in a file: what it was made from, by digests and fingerprints, and what the hosts said then. It holds no secret and
// no content, so a plan that is applied from a file is compiled anew and held against it.
import { z } from 'zod';
import { type HostResult, type ResourceResult, UsageError } from '../model/index.ts';
import { sha256 } from './fingerprint.ts';
import { planVersion, type RunPlan } from './run-plan.ts';

const format = 'muster plan';
const texts = z.record(z.string(), z.string());

const recordedSchema = z.strictObject({
  playbook: z.string(),
  from: z.strictObject({
    inventory: z.string(),
    playbook: z.string(),
    limit: z.string().optional(),
    selection: z.strictObject({
      tags: z.array(z.string()).optional(),
      skipTags: z.array(z.string()).optional(),
      from: z.string().optional(),
    }),
  }),
  salt: z.string(),
  runtime: z.string(),
  files: texts,
  steps: z.array(
    z.strictObject({ id: z.string(), script: z.string(), timeoutSeconds: z.number(), retries: z.number() }),
  ),
  allSteps: z.boolean(),
  waves: z.array(z.array(z.string())),
  limits: z.strictObject({
    failureBudget: z.number().optional(),
    keepServing: z.strictObject({ hosts: z.array(z.string()), min: z.number() }).optional(),
  }),
  hosts: z.array(
    z.strictObject({
      name: z.string(),
      connection: z.record(z.string(), z.json()),
      vars: texts,
      secrets: z.record(z.string(), z.strictObject({ origin: z.json(), fingerprint: z.string() })),
      given: z.record(z.string(), texts),
      digest: z.string(),
    }),
  ),
  digest: z.string(),
});

const changeSchema = z.strictObject({
  step: z.string(),
  resource: z.string(),
  target: z.string(),
  status: z.enum(['ok', 'change', 'changed', 'failed', 'undone', 'kept', 'conflict']),
  reason: z.string(),
  diff: z.array(z.string()),
  irreversible: z.boolean(),
  after: z.string().optional(),
});

const bodySchema = z.strictObject({
  made: z.strictObject({
    at: z.string(),
    runId: z.string(),
    operator: z.string(),
    directory: z.string(),
    inventoryBy: z.string(),
  }),
  plan: recordedSchema,
  changes: z.array(z.strictObject({ host: z.string(), resources: z.array(changeSchema) })),
});

/** A plan without what must not lie in a file: digests stand for contents, fingerprints for secrets. */
export type RecordedPlan = z.infer<typeof recordedSchema>;

/** A plan, and what an apply of it would have changed when it was made. */
export interface SavedPlan {
  /** Its author, when (ISO 8601), in which run and working directory, and how the inventory was found. */
  readonly made: z.infer<typeof bodySchema>['made'];
  readonly plan: RecordedPlan;
  /** What would change on each of its hosts, in their order. */
  readonly changes: readonly { readonly host: string; readonly resources: readonly ResourceResult[] }[];
}

/** A plan as it may lie in a file. */
export function recordPlan(plan: RunPlan): RecordedPlan {
  const { playbook, from, salt, runtime, files, steps, allSteps, waves, limits, hosts, digest } = plan;
  const recorded = {
    ...{ playbook, from, salt, runtime, steps, allSteps, waves, limits, digest },
    files: Object.fromEntries([...files].map(([path, { digest }]) => [path, digest])),
    hosts: hosts.map(({ vars, secrets, given, ...host }) => ({
      ...host,
      vars: Object.fromEntries(vars),
      secrets: Object.fromEntries(
        [...secrets].map(([name, { origin, fingerprint }]) => [name, { origin, fingerprint }]),
      ),
      given: Object.fromEntries([...given].map(([name, digests]) => [name, Object.fromEntries(digests)])),
    })),
  };
  // A copy of its own, as a file would give it: undefined fields are none.
  return recordedSchema.parse(JSON.parse(JSON.stringify(recorded)));
}

/** A plan with what the hosts said when it was looked at them; all of them were planned. */
export function savePlan(plan: RunPlan, looked: readonly HostResult[], made: SavedPlan['made']): SavedPlan {
  return {
    made,
    plan: recordPlan(plan),
    changes: looked.map(({ host, resources }) => ({
      host,
      resources: resources.filter(({ status }) => status !== 'ok'),
    })),
  };
}

/** The text of a file, which `decodePlan` takes. */
export function encodePlan({ made, plan, changes }: SavedPlan): string {
  const body = { made, plan, changes };
  return `${JSON.stringify({ format, version: planVersion, digest: digestOf(body), ...body }, undefined, 1)}\n`;
}

/** True for a text that a muster saved as a plan, of whatever version, whole or edited. */
export function isSavedPlan(text: string): boolean {
  return headOf(text) !== undefined;
}

/**
 * Reads what `encodePlan` wrote; `file` is its name in messages. Throws UsageError for what is no saved plan, one of another
 * version, and one that was edited.
 */
export function decodePlan(text: string, file: string): SavedPlan {
  const head = headOf(text);
  if (head === undefined) {
    throw new UsageError('PLAN_FILE', `${file} is no saved plan`, {
      hint: 'name the directory of a playbook, or a file that `muster plan --out FILE` wrote',
    });
  }
  const { version, digest, made: by, plan: recorded, changes: said } = head;
  const body = { made: by, plan: recorded, changes: said };
  if (version !== planVersion) {
    const said = typeof version === 'number' ? String(version) : 'none';
    throw new UsageError(
      'PLAN_VERSION',
      `${file} is a plan of version ${said}; this muster reads ${planVersion}`,
      {
        hint: 'plan again with this muster',
      },
    );
  }
  const parsed = bodySchema.safeParse(body);
  if (digest !== digestOf(body) || !parsed.success) {
    throw new UsageError(
      'PLAN_EDITED',
      `${file} was changed after muster wrote it: its digest does not match`,
      {
        hint: 'do not edit a plan: change the playbook or the inventory, and plan again',
      },
    );
  }
  const { made, plan, changes } = parsed.data;
  return {
    made,
    plan,
    changes: changes.map(({ host, resources }) => ({
      host,
      resources: resources.map(({ after, ...each }) => (after === undefined ? each : { ...each, after })),
    })),
  };
}

/** One for each saved plan, over all that is in it. */
export function digestOf(body: object): string {
  return sha256(JSON.stringify(body));
}

function headOf(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    const isPlan =
      typeof value === 'object' && value !== null && 'format' in value && value.format === format;
    return isPlan ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}
