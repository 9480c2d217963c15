// One host's work in one run, as a value.
import type { HostConnection } from './host-connection.ts';
import type { Action } from './result.ts';
import type { Secret } from './secret.ts';

/** What the driver on a host is to do, and how. */
export interface RunSettings {
  readonly runId: string;
  /** Random per run and host; marks the frames that are the driver's. */
  readonly nonce: string;
  readonly action: Exclude<Action, 'ping'>;
  readonly playbook: string;
  /** The operator and its machine, for the receipt and the lock, e.g. `ops@bastion`. */
  readonly operator: string;
  /** The directory of receipts and locks, `/var/db/muster` except in tests. */
  readonly stateDirectory: string;
  /** Bytes of a step's output that come back, for each stream. */
  readonly outputCap: number;
  readonly allowIrreversible: boolean;
  /** rollback: which run; undefined means the newest one that can be. */
  readonly targetRun?: string;
  readonly force?: boolean;
  readonly preview?: boolean;
  /** False when only some of the playbook's steps were asked for: restarts that the others owe stay owed. */
  readonly allSteps: boolean;
  /** Receipts that stay on the host; older ones are pruned after a good apply. At least 1. */
  readonly keepReceipts: number;
  /** Force the journal to the disk before each change. */
  readonly durable: boolean;
  /** Seconds that it waits for another run on the host to end; undefined: not at all. */
  readonly waitSeconds?: number;
  /** Replaces the driver's PATH; for hosts whose tools are elsewhere, and for tests. */
  readonly searchPath?: string;
}

/** A step as the driver runs it. */
export interface JobStep {
  readonly id: string;
  /** Path below the playbook, e.g. `steps/01-package.sh`. */
  readonly script: string;
  readonly timeoutSeconds: number;
  readonly retries: number;
}

/**
 * Everything that one host is to get, as plain data that any process could take: maps, arrays, texts and bytes, which
 * structuredClone copies. The exception is `secrets`: a copy of a Secret is empty on purpose, so who hands a job to another
 * process seals these by itself.
 */
export interface HostJob {
  readonly host: string;
  readonly connection: HostConnection;
  readonly settings: RunSettings;
  readonly steps: readonly JobStep[];
  /** The playbook's files by path: `steps/...`, `lib/...`, `files/...`, and `templates/...` as rendered for this host. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  readonly vars: ReadonlyMap<string, string>;
  readonly secrets: ReadonlyMap<string, Secret>;
  /** Vars of type files: var to name to content. On the host such a var is the directory that holds them. */
  readonly given: ReadonlyMap<string, ReadonlyMap<string, Uint8Array>>;
  /** exec only: the sh text to run. */
  readonly command?: string;
}
