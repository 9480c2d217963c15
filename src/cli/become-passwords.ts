// The passwords that sudo, doas or su ask for on hosts: asked for once on the terminal, or read from where the inventory says.
import type { InventoryHost } from '../inventory/index.ts';
import { Secret } from '../model/index.ts';
import { askSecret } from './ask-secret.ts';
import { SecretReader } from './secret-reader.ts';
import type { TakenFleet } from './taken-fleet.ts';

/** Gives the password of a host. Throws UsageError when nobody can be asked, or for an inventory that nobody named. */
export async function becomePasswords(
  hosts: readonly InventoryHost[],
  taken: TakenFleet,
  isAsked: boolean,
): Promise<(host: string) => Secret | undefined> {
  const becoming = hosts.filter(({ connection }) => connection.become !== 'none');
  const typed = isAsked && becoming.length > 0 ? await askBecomePassword(becoming) : undefined;
  const reader = new SecretReader(taken);
  const passwords = new Map<string, Secret>();
  for (const { name, becomePassword: source } of becoming) {
    if (source === undefined) {
      if (typed !== undefined) passwords.set(name, typed);
      continue;
    }
    passwords.set(name, await reader.read(source, 'become_password'));
  }
  return (host) => passwords.get(host);
}

async function askBecomePassword(hosts: readonly InventoryHost[]): Promise<Secret> {
  const ways = [...new Set(hosts.map(({ connection }) => connection.become))];
  return await askSecret(`Password for ${ways.join(' and ')}: `, {
    what: 'password',
    otherwise: 'set become_password in the inventory: { from_age: FILE }, { from_env: NAME }, ...',
  });
}
