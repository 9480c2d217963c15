// What logins need beside keys that lie open: passwords of users and passphrases of key files, asked for once on the terminal, or
// read from where the inventory says.
import type { Inventory, InventoryHost } from '../inventory/index.ts';
import type { Secret } from '../model/index.ts';
import { homeDirectory } from '../sources/index.ts';
import type { LoginSecrets } from '../transport/index.ts';
import { escapeTerminal } from '../report/index.ts';
import { askSecret } from './ask-secret.ts';
import { SecretReader } from './secret-reader.ts';
import type { TakenFleet } from './taken-fleet.ts';

/** How the secrets of a command come about. */
export interface LoginQuestion {
  /** The hosts that are logged in to: those of the inventory, and others that ssh_config names. */
  readonly names: ReadonlySet<string>;
  readonly inventory: Inventory;
  readonly taken: TakenFleet;
  /** The password of the users is asked for on the terminal. */
  readonly isAsked: boolean;
  /** A person may be asked for the passphrases of keys. */
  readonly mayAsk: boolean;
  /** Hears each secret, so that it can be masked. */
  readonly learn: (secret: string) => void;
}

/** Reads what the inventory names for the hosts, and for those that they are reached through. Throws UsageError. */
export async function loginSecrets(question: LoginQuestion): Promise<LoginSecrets> {
  const { names, inventory, taken, learn } = question;
  const hosts = [...names].flatMap((name) => inventory.hosts.get(name) ?? []);
  const typed = question.isAsked && names.size > 0 ? await askLoginPassword(hosts, names.size) : undefined;
  if (typed !== undefined) learn(typed.reveal());
  const reader = new SecretReader(taken);
  const passwords = new Map<string, Secret>();
  const passphrases = new Passphrases(question);
  const pins = new Map<string, Secret>();
  const typedPins = new Map<string, Secret | undefined>();
  for (const host of withJumpHosts(hosts, inventory)) {
    if (host.password !== undefined) {
      const password = await reader.read(host.password, 'password');
      learn(password.reveal());
      passwords.set(host.name, password);
    }
    if (host.passphrase === undefined) continue;
    const passphrase = await reader.read(host.passphrase, 'passphrase');
    passphrases.add(host.connection.identityFile, passphrase);
    if (host.connection.identityFile === undefined) pins.set(host.name, passphrase);
  }
  return {
    password: (host) => passwords.get(host) ?? (names.has(host) ? typed : undefined),
    passphrases: (path) => passphrases.of(path),
    pin: (provider, host) => typedPins.get(provider) ?? pins.get(host),
    ...(question.mayAsk
      ? {
          askPassphrase: async (path: string, wrong: number) => await passphrases.ask(path, wrong),
          askPin: async (provider: string) => {
            if (!typedPins.has(provider)) typedPins.set(provider, await askPin(provider, learn));
          },
        }
      : {}),
  };
}

class Passphrases {
  readonly #learn: (secret: string) => void;
  readonly #ofAny: Secret[] = [];
  readonly #byPath = new Map<string, Secret[]>();
  readonly #passedOver = new Set<string>();

  constructor({ learn }: Pick<LoginQuestion, 'learn'>) {
    this.#learn = learn;
  }

  /** One that the inventory gives for a file, or for those that ssh_config names. */
  add(identityFile: string | undefined, passphrase: Secret): void {
    this.#learn(passphrase.reveal());
    const known = identityFile === undefined ? this.#ofAny : (this.#byPath.get(fromHome(identityFile)) ?? []);
    if (!known.some((each) => each.reveal() === passphrase.reveal())) known.push(passphrase);
    if (identityFile !== undefined) this.#byPath.set(fromHome(identityFile), known);
  }

  of(path: string): readonly Secret[] {
    return [...(this.#byPath.get(path) ?? []), ...this.#ofAny];
  }

  /** Asks once a command: what was passed over is not asked for again. */
  async ask(path: string, wrong: number): Promise<Secret | undefined> {
    if (this.#passedOver.has(path)) return undefined;
    const again = wrong === 0 ? '' : 'That is not it. ';
    const typed = await askSecret(`${again}Passphrase for ${escapeTerminal(path)}: `, {
      what: 'passphrase',
      otherwise: 'load the key into an agent, or set passphrase in the inventory',
    });
    if (typed.reveal() === '') {
      this.#passedOver.add(path);
      return undefined;
    }
    this.#learn(typed.reveal());
    this.#ofAny.push(typed);
    return typed;
  }
}

function withJumpHosts(hosts: readonly InventoryHost[], inventory: Inventory): readonly InventoryHost[] {
  const all = new Set(hosts);
  // A set that grows is walked to its end.
  for (const { connection } of all)
    for (const word of connection.jump ?? []) {
      const hop = inventory.hosts.get(word);
      if (hop !== undefined) all.add(hop);
    }
  return [...all];
}

async function askLoginPassword(hosts: readonly InventoryHost[], all: number): Promise<Secret> {
  const users = [...new Set(hosts.map(({ connection }) => connection.user))];
  const [user = ''] = users;
  const whose = users.length === 1 && hosts.length === all ? ` of ${escapeTerminal(user)}` : '';
  return await askSecret(`Password${whose} to log in with: `, {
    what: 'password',
    otherwise: 'set password in the inventory: { from_age: FILE }, { from_env: NAME }, ...',
  });
}

/** Undefined when nothing was typed: then no PIN is given. */
async function askPin(provider: string, learn: LoginQuestion['learn']): Promise<Secret | undefined> {
  const typed = await askSecret(`PIN of the token that ${escapeTerminal(provider)} reaches: `, {
    what: 'PIN',
    otherwise: 'load its keys into an agent (ssh-add -s), or set passphrase in the inventory',
  });
  if (typed.reveal() === '') return undefined;
  learn(typed.reveal());
  return typed;
}

function fromHome(path: string): string {
  return path.startsWith('~/') ? `${homeDirectory()}${path.slice(1)}` : path;
}
