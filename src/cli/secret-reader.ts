// Passwords and passphrases of connections, read from where the inventory says.
import type { SecretSource } from '../document/index.ts';
import { Secret, UsageError } from '../model/index.ts';
import { readSecret } from '../sources/index.ts';
import { foundInventories, type TakenFleet } from './taken-fleet.ts';

/** Reads each source once. An inventory that nobody named may not say where to read. */
export class SecretReader {
  readonly #taken: TakenFleet;
  readonly #bySource = new Map<string, Promise<string>>();

  constructor(taken: TakenFleet) {
    this.#taken = taken;
  }

  /** Throws UsageError; `key` is the key of connection that names the source. */
  async read(source: SecretSource, key: string): Promise<Secret> {
    refuseFound(this.#taken, key);
    const name = JSON.stringify(source);
    const reading = this.#bySource.get(name) ?? readSecret(source);
    this.#bySource.set(name, reading);
    return new Secret(await reading);
  }
}

function refuseFound(taken: TakenFleet, key: string): void {
  const [inventory] = foundInventories(taken);
  if (inventory === undefined) return;
  throw new UsageError(
    'TRUST',
    `${inventory.source.file} sets where a password is read from (${key}), and you did not name that file`,
    { hint: 'look at it, then name it: -i FILE. No host was contacted' },
  );
}
