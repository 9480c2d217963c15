// What an inventory is once it has been checked.
import type { SecretSource, VarBinding } from '../document/index.ts';
import type { HostConnection } from '../model/index.ts';

/** One host with everything that groups and defaults give it. */
export interface InventoryHost {
  readonly name: string;
  /** Every setting decided; paths as written (`~` and relative paths are not resolved). */
  readonly connection: HostConnection;
  /**
   * The keys of connection that the file sets for it, `address`, and `no ssh_config` when it is not to be asked. The rest of
   * its settings are defaults, and may be said elsewhere.
   */
  readonly said: ReadonlySet<string>;
  /** The source of the password that sudo, doas or su asks for. */
  readonly becomePassword?: SecretSource;
  /** Where the password of its user is read from. */
  readonly password?: SecretSource;
  /** Where the passphrase of its identity file is read from. */
  readonly passphrase?: SecretSource;
  /** Groups it is in, nested ones included, from weakest to strongest; without `all`. */
  readonly groups: readonly string[];
  /** The strongest binding of each var. */
  readonly vars: ReadonlyMap<string, VarBinding>;
}

/** What a group says of itself: the hosts and the groups that it lists, in the order of the file. */
export interface ListedGroup {
  readonly hosts: readonly string[];
  readonly groups: readonly string[];
}

/** All hosts, in the order of the file. */
export interface Inventory {
  readonly file: string;
  readonly hosts: ReadonlyMap<string, InventoryHost>;
  /** Group to its host names in inventory order, nested groups flattened; `all` comes first. */
  readonly groups: ReadonlyMap<string, readonly string[]>;
  /** The same groups as they are written, without `all`: nothing is flattened. */
  readonly listed: ReadonlyMap<string, ListedGroup>;
}
