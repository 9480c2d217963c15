// What the actions need from outside: adapters and choices, put together by the CLI (or by whoever uses the library).
import type { SecretSource } from '../document/index.ts';
import type { EventListener } from '../events.ts';
import type { StopSignals } from '../run/index.ts';
import type { Transport } from '../transport/index.ts';

export interface ActionDeps {
  readonly transport: Transport;
  readonly emit: EventListener;
  readonly signals: StopSignals;
  /** The time now. */
  readonly clock: () => Date;
  /** So many random bytes, as lower-case hexadecimal text. */
  readonly randomHex: (bytes: number) => string;
  /** Who runs it and from where, e.g. `ops@bastion`. */
  readonly operator: string;
  /** Reads a secret from where the inventory says it is kept. Throws ConfigError-like MusterError with a hint. */
  readonly readSecret: (source: SecretSource) => Promise<string>;
  /**
   * The files that a path in an inventory or a playbook names: the file itself by its last name, or all below a
   * directory by their names in it. The path is relative to the file `from`, in which it stands. Throws UsageError.
   */
  readonly readFiles: (path: string, from: string) => Promise<ReadonlyMap<string, Uint8Array>>;
  /** Hosts worked on at the same time, unless a playbook's waves say less. */
  readonly concurrency: number;
  /** Bytes of each step's output that come back. */
  readonly outputCap: number;
  /** Where hosts keep receipts and locks. */
  readonly stateDirectory: string;
  /** Receipts that stay on each host. */
  readonly keepReceipts: number;
  /** Force journals to the disk before each change. */
  readonly durable: boolean;
  /** Seconds that a host may wait for another run there to end; undefined: it does not wait. */
  readonly waitSeconds?: number;
}

/** A run's name: time first, so that names sort by age, then four random characters. */
export function newRunId(now: Date, randomHex: (bytes: number) => string): string {
  const digits = now.toISOString().replaceAll(/[-:T]/g, '');
  return `${digits.slice(0, 8)}-${digits.slice(8, 14)}-${randomHex(2)}`;
}
