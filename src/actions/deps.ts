// What the actions need from outside: adapters and choices, put together by the CLI, or by a program that uses the library.
import type { SourcePorts } from '../compile/index.ts';
import type { EventListener, Secret } from '../model/index.ts';
import type { StopSignals } from '../run/index.ts';
import type { Transport } from '../transport/index.ts';

export interface ActionDeps extends SourcePorts {
  readonly transport: Transport;
  readonly emit: EventListener;
  readonly signals: StopSignals;
  /** What sudo, doas or su asks for on a host; undefined: nothing. Masked in all that comes back. */
  readonly becomePassword?: (host: string) => Secret | undefined;
  /** The time now. */
  readonly clock: () => Date;
  /** So many random bytes, as lower-case hexadecimal text. */
  readonly randomHex: (bytes: number) => string;
  /** The operator and its machine, e.g. `ops@bastion`. */
  readonly operator: string;
  /** Hosts worked on at the same time, unless a playbook's waves say less. */
  readonly concurrency: number;
  /** Bytes of each step's output that a host sends back. */
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
