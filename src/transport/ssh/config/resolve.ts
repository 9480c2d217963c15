// From a host of the inventory to a destination: ssh is asked once for each name, and hosts in between are resolved the same way.
import pLimit from 'p-limit';
import { ConnectError, isAddress } from '../../../model/index.ts';
import type { HostConnection } from '../../port.ts';
import type { Destination, Route } from '../destination.ts';
import { SshSettings, type Effective } from './effective.ts';
import { type Laid, layOver, type Said } from './lay-over.ts';
import { localNames } from './tokens.ts';

/** What ssh is asked: the name, and what is settled already. */
export interface SshQuestion {
  readonly name: string;
  readonly address?: string;
  readonly user?: string;
  readonly port?: number;
}

/** A host as the inventory has it. */
export interface ListedHost {
  readonly connection: HostConnection;
  readonly said: Said;
}

/** What is known beside a host's connection. */
export interface Surroundings {
  /** The inventory's host of this name. */
  readonly listed: (name: string) => ListedHost | undefined;
  /** The file that ssh reads in place of the operator's own. */
  readonly configFile?: string;
  /**
   * The effective settings of ssh, and those that it has by itself; undefined when it is not to be asked. `own` has a `user`
   * only if something says it. Throws MusterError when ssh refuses its files.
   */
  readonly askSsh: (
    question: SshQuestion,
  ) => Promise<{ readonly own: Effective; readonly usual: Effective } | undefined>;
}

// Each question is a process of this machine.
const questionsAtOnce = 4;
const mostHops = 8;
const nothingSaid: Said = new Set();

/** Gives each host as it is reached. Throws ConnectError SSH_CONFIG. */
export class Resolver {
  readonly #surroundings: Surroundings;
  readonly #home: string;
  readonly #hasOpenssh: boolean;
  readonly #turn = pLimit(questionsAtOnce);
  readonly #answers = new Map<string, Promise<SshSettings | undefined>>();

  /** `hasOpenssh`: OpenSSH's own client may be used for what ssh2 has not. */
  constructor(surroundings: Surroundings, home: string, hasOpenssh: boolean) {
    this.#surroundings = surroundings;
    this.#home = home;
    this.#hasOpenssh = hasOpenssh;
  }

  async resolve(host: HostConnection): Promise<Destination> {
    const said = this.#surroundings.listed(host.name)?.said ?? nothingSaid;
    return await this.#destination({ connection: host, said }, []);
  }

  /** `trail` are the names on the way back to the host that was asked for; `before` is the hop that a chain puts before it. */
  async #destination(host: ListedHost, trail: readonly string[], before?: Destination): Promise<Destination> {
    const { connection } = host;
    const { name } = connection;
    if (trail.includes(name) || trail.length > mostHops) throw loopError(trail[0] ?? name, [...trail, name]);
    const laid = await this.#laid(host);
    const { jumpWords, proxyCommand, ...destination } = laid;
    if (before !== undefined) return { ...destination, route: { kind: 'jump', hop: before } };
    const words = connection.jump ?? jumpWords;
    const hop = await this.#chain(words, connection.jump !== undefined, host, [...trail, name]);
    return { ...destination, route: routeOf(hop, proxyCommand) };
  }

  async #chain(
    words: readonly string[],
    isInventory: boolean,
    behind: ListedHost,
    trail: readonly string[],
  ): Promise<Destination | undefined> {
    let hop: Destination | undefined;
    for (const word of words) {
      const listed = isInventory ? this.#surroundings.listed(word) : undefined;
      hop = await this.#destination(listed ?? hopOf(word, behind, isInventory), trail, hop);
    }
    return hop;
  }

  async #laid({ connection, said }: ListedHost): Promise<Laid> {
    const ssh = said.has('no ssh_config') ? undefined : await this.#ask(connection, said);
    if (ssh !== undefined) {
      const mayUseOpenssh = this.#hasOpenssh && connection.transport !== 'ssh2';
      return layOver(connection, said, ssh, { ...localNames(), home: this.#home, mayUseOpenssh });
    }
    const plain = { identityFiles: [], identitiesOnly: false, algorithms: {}, jumpWords: [] };
    return { ...connection, ...plain, ignoresConfig: true };
  }

  #ask(connection: HostConnection, said: Said): Promise<SshSettings | undefined> {
    const { name, address, user, port } = connection;
    const question: SshQuestion = {
      name,
      ...(said.has('address') ? { address } : {}),
      ...(said.has('user') ? { user } : {}),
      ...(said.has('port') ? { port } : {}),
    };
    const key = JSON.stringify(question);
    const asked =
      this.#answers.get(key) ??
      this.#turn(async () => {
        const answer = await this.#surroundings.askSsh(question);
        return answer === undefined ? undefined : new SshSettings(answer.own, answer.usual);
      });
    this.#answers.set(key, asked);
    return asked;
  }
}

function routeOf(hop: Destination | undefined, command: string | undefined): Route {
  if (hop !== undefined) return { kind: 'jump', hop };
  return command === undefined ? { kind: 'straight' } : { kind: 'command', command };
}

// What an inventory says of a host also holds for a hop that it names for it and does not list itself.
const inherited = [
  'no ssh_config',
  'identity_file',
  'known_hosts',
  'agent',
  'connect_timeout',
  'legacy_algorithms',
  'transport',
];

/** A hop that is no host of the inventory: like ssh, as the operator's own name unless the word or ssh_config says another. */
function hopOf(word: string, { connection: behind, said }: ListedHost, isInventory: boolean): ListedHost {
  const { name, user, port } = partsOf(word);
  if (!isAddress(name)) {
    throw new ConnectError(
      'SSH_CONFIG',
      `the jump host ${word} of ${behind.name} is not [USER@]HOST[:PORT]`,
      {
        host: behind.name,
      },
    );
  }
  const keys = isInventory ? inherited.filter((key) => said.has(key)) : [];
  const { identityFile, knownHosts, agent, connectTimeoutMs, legacyAlgorithms, transport } = behind;
  return {
    connection: {
      ...{ name, address: name, port: Number(port ?? 22), user: user ?? localNames().user, become: 'none' },
      ...{ knownHosts, agent, connectTimeoutMs, legacyAlgorithms },
      ...(transport === undefined ? {} : { transport }),
      ...(identityFile === undefined || !isInventory ? {} : { identityFile }),
    },
    said: new Set([
      ...keys,
      ...(user === undefined ? [] : ['user']),
      ...(port === undefined ? [] : ['port']),
    ]),
  };
}

function partsOf(word: string): { readonly name: string; readonly user?: string; readonly port?: string } {
  const [, user, bracketed, bare, port] =
    /^(?:ssh:\/\/)?(?:([^@/]+)@)?(?:\[([^\]]+)\]|([^:/]+))(?::(\d+))?\/?$/.exec(word) ?? [];
  return {
    name: bracketed ?? bare ?? '',
    ...(user === undefined ? {} : { user }),
    ...(port === undefined ? {} : { port }),
  };
}

function loopError(host: string, trail: readonly string[]): ConnectError {
  return new ConnectError('SSH_CONFIG', `the jump hosts of ${host} form a loop: ${trail.join(' > ')}`, {
    host,
    hint: 'a host cannot be its own jump host: correct jump in the inventory, or ProxyJump in ssh_config',
  });
}
