// What a compilation reads while it goes on: what the inventory's vars name.
import type { SecretSource } from '../document/index.ts';

export interface SourcePorts {
  /** Reads a secret from where the inventory says it is kept. Throws ConfigError-like MusterError with a hint. */
  readonly readSecret: (source: SecretSource) => Promise<string>;
  /**
   * The files that a path in an inventory or a playbook names: the file itself by its last name, or all below a
   * directory by their names in it. The path is relative to the file `from`, in which it stands. Throws UsageError.
   */
  readonly readFiles: (path: string, from: string) => Promise<ReadonlyMap<string, Uint8Array>>;
}
