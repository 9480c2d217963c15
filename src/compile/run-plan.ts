// What a playbook would send to whom: a plan as a value, made once and then shown, saved or applied.
import type { SecretSource } from '../document/index.ts';
import type { HostConnection, JobStep, Secret } from '../model/index.ts';
import type { StepSelection } from '../playbook/index.ts';

/** Goes up when a field changes its meaning or goes away. */
export const planVersion = 1;

/** The source of a secret; `inventory`: a plain value there, of a var that the playbook declares secret. */
export type SecretOrigin = SecretSource | { readonly kind: 'inventory' };

/** A secret of a host, and what tells it from another one without showing it. */
export interface PlannedSecret {
  readonly secret: Secret;
  readonly origin: SecretOrigin;
  /** Salted and slow (scrypt), so that who has it cannot try a dictionary in a minute; hexadecimal. */
  readonly fingerprint: string;
}

/** What goes to one host. */
export interface HostLoad {
  readonly name: string;
  readonly connection: HostConnection;
  /** Var to its value in sh's terms: lists are one entry a line, true is yes. */
  readonly vars: ReadonlyMap<string, string>;
  readonly secrets: ReadonlyMap<string, PlannedSecret>;
  /** Vars of type files: var to name to the digest of the content. */
  readonly given: ReadonlyMap<string, ReadonlyMap<string, string>>;
  /** Over everything that the host would get, its rendered templates too, and how it is reached; not a run's id and nonce. */
  readonly digest: string;
}

/** A file of the playbook. */
export interface PlannedFile {
  readonly bytes: Uint8Array;
  readonly digest: string;
}

/** How many hosts an apply may lose, and which must keep serving. */
export interface PlanLimits {
  readonly failureBudget?: number;
  readonly keepServing?: { readonly hosts: readonly string[]; readonly min: number };
}

/**
 * A playbook for a fleet: plain data, each source read once. Templates are in it as written; how they were rendered is in
 * the hosts' digests, and a host's job renders them again when its turn comes.
 */
export interface RunPlan {
  readonly version: typeof planVersion;
  readonly playbook: string;
  /** What it was made from, to make it again. */
  readonly from: {
    readonly inventory: string;
    /** The playbook's directory. */
    readonly playbook: string;
    /** Pattern that chose the hosts; undefined: all. */
    readonly limit?: string;
    readonly selection: StepSelection;
  };
  /** Random, for the fingerprints of this plan's secrets; hexadecimal. */
  readonly salt: string;
  /** Digest of muster's own scripts for hosts. */
  readonly runtime: string;
  readonly files: ReadonlyMap<string, PlannedFile>;
  readonly steps: readonly JobStep[];
  /** False when `steps` are not all of the playbook. */
  readonly allSteps: boolean;
  /** Names of the hosts that an apply would work on together, in order; empty when the playbook has no waves. */
  readonly waves: readonly (readonly string[])[];
  readonly limits: PlanLimits;
  /** Content of given files, by digest: each once, however many hosts get it. */
  readonly contents: ReadonlyMap<string, Uint8Array>;
  /** In inventory order. */
  readonly hosts: readonly HostLoad[];
  /** Over all of it. */
  readonly digest: string;
}
