// What a history says of a run without its events: who ran what from where, and what it came to.
import { z } from 'zod';

const text = z.string();
const count = z.int().min(0);

const originFile = z.object({
  /** Absolute path. */
  file: text,
  /** SHA-256 of what was read, hexadecimal. */
  digest: text,
});

/** Shape of `RunOrigin` in JSON. */
export const originSchema = z.object({
  /** The operator and its machine, e.g. `ops@bastion`. */
  operator: text,
  /** The machine of the operator, if it was logged in over SSH. */
  client: z.exactOptional(text),
  /** The working directory. */
  directory: text,
  /** The words behind `muster`; what looks like a secret is masked. */
  argv: z.array(text).readonly(),
  /** muster's version. */
  muster: text,
  /** The process that is the controller; `begun` tells it from a later one with the same number, where the system says it. */
  controller: z.object({ host: text, pid: count, begun: z.exactOptional(text) }),
  configuration: z.exactOptional(text),
  inventory: z.exactOptional(originFile),
  playbook: z.exactOptional(
    originFile.extend({
      /** The commit that is checked out where the playbook lies. */
      commit: z.exactOptional(text),
      /** The files that were read are not those of the commit. */
      dirty: z.exactOptional(z.boolean()),
    }),
  ),
  /** What was chosen on the command line; `hosts` and `steps` of the run are what came of it. */
  selection: z.object({
    limit: z.exactOptional(text),
    tags: z.exactOptional(z.array(text).readonly()),
    skipTags: z.exactOptional(z.array(text).readonly()),
    from: z.exactOptional(text),
  }),
});

/** Shape of `RunSummary` in JSON. */
export const summarySchema = z.object({
  /** Goes up when a field changes its meaning or goes away. */
  version: z.literal(1),
  ...{ runId: text, action: text, playbook: text, preview: z.boolean() },
  /** `at-work`: its controller is there. `never-ended`: its controller is gone, and never said how it ended. */
  state: z.enum(['ended', 'at-work', 'never-ended']),
  /** By the controller's clock: ISO 8601, UTC, with milliseconds. `finished` is absent when it did not end. */
  started: text,
  finished: z.exactOptional(text),
  /** See `Verdict`. */
  ...{ word: text, exitCode: count },
  steps: count,
  /** Outcome to its hosts, folded; without outcomes that no host has. */
  hosts: z.record(text, text),
  /** Why not all of it was recorded; absent when all was. */
  cut: z.exactOptional(text),
  origin: z.exactOptional(originSchema),
});

const found = z.object({
  /** See `Failure`; or `divergence`, whose step is the group and whose subject is the key; or `lost`: the host was not seen. */
  kind: text,
  ...{ step: text, subject: text },
  /** Folded. */
  hosts: text,
});

/** Shape of `RunFindings` in JSON. */
export const findingsSchema = z.object({
  ...{ runId: text, started: text },
  found: z.array(found).readonly(),
  /** What was looked at (`step ID`, `probe ID`, `values`, `host`; `asked` is the whole run) to the hosts on which it was, folded. */
  looked: z.record(text, text),
});

/** What a run found wrong in one place, and on which hosts. */
export type Found = z.output<typeof found>;

/** What is kept of a run to say since when something is wrong. */
export type RunFindings = z.output<typeof findingsSchema>;

/** A file that a run was made from, as it was read. */
export type OriginFile = z.output<typeof originFile>;

/** The operator, its machine and the command. */
export type RunOrigin = z.output<typeof originSchema>;

/** What a run came to. */
export type RunSummary = z.output<typeof summarySchema>;

/** Whether a run ended, as far as is known. */
export type RunState = RunSummary['state'];
