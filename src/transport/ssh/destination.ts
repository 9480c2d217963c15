// A host as it is really reached: what the inventory says, with what the operator's ssh_config says beside it.
import type { HostConnection } from '../port.ts';

/** How the bytes get there. */
export type Route =
  | { readonly kind: 'straight' }
  /** Through a connection to another host, which may itself be behind one. */
  | { readonly kind: 'jump'; readonly hop: Destination }
  /** Through a program of this machine, whose standard input and output are the connection. */
  | { readonly kind: 'command'; readonly command: string };

/** Lists of algorithms that the operator's ssh_config sets, in its order; what is not set is undefined. */
export interface ChosenAlgorithms {
  readonly kex?: readonly string[];
  readonly hostKey?: readonly string[];
  readonly cipher?: readonly string[];
  readonly mac?: readonly string[];
  /** A user key of type RSA may sign with SHA-1. */
  readonly sha1?: boolean;
}

/** Everything that a connection attempt needs to know. */
export interface Destination extends HostConnection {
  readonly route: Route;
  /** Private keys as ssh names them: what is not there is passed over. Used when there is no `identityFile`. */
  readonly identityFiles: readonly string[];
  /** Of the agent's keys only those that a file names. */
  readonly identitiesOnly: boolean;
  /** The agent's socket, when it is not that of the environment. */
  readonly agentSocket?: string;
  /** The name under which known_hosts has this host, in place of address and port. */
  readonly hostKeyAlias?: string;
  /** The operator's ssh_config takes a key that the DNS vouches for: SSHFP records that DNSSEC protects. */
  readonly asksDns?: boolean;
  /** The operator's own file of revoked keys; OpenSSH's client reads it. */
  readonly revokedHostKeys?: string;
  readonly algorithms: ChosenAlgorithms;
  readonly family?: 4 | 6;
  readonly bindAddress?: string;
  readonly keepaliveMs?: number;
  readonly keepaliveCount?: number;
  /** A library that reaches tokens with keys; OpenSSH's client loads it. */
  readonly pkcs11Provider?: string;
  /** What ssh_config asks for that ssh2 has not, and OpenSSH's own client has: words behind "because". */
  readonly lacking?: string;
  /** The control socket of a connection that the operator's own ssh may keep open. */
  readonly controlPath?: string;
  /** The operator's ssh_config sends ssh into the background. */
  readonly forks?: boolean;
  /** The operator's ssh_config says nothing about this host. */
  readonly ignoresConfig?: boolean;
}

/** A host of the inventory when nothing else says anything about it. */
export function plainDestination(host: HostConnection): Destination {
  return {
    ...host,
    route: { kind: 'straight' },
    identityFiles: [],
    identitiesOnly: false,
    algorithms: {},
    ignoresConfig: true,
  };
}

/** What the check of a host key needs to know. */
export type CheckedHost = HostConnection &
  Partial<Pick<Destination, 'hostKeyAlias' | 'algorithms' | 'asksDns'>>;

/** Address and port as known_hosts has them. */
export function recordedName({ hostKeyAlias, address, port }: CheckedHost): {
  readonly address: string;
  readonly port: number;
} {
  return hostKeyAlias === undefined ? { address, port } : { address: hostKeyAlias, port: 22 };
}

/** Two destinations with the same text share a connection: what it is called and how long it is waited for does not count. */
export function sameLogin(host: Destination): string {
  return JSON.stringify({
    ...host,
    ...{ name: '', become: 'none', connectTimeoutMs: 0, readyTimeoutMs: 0, silenceTimeoutMs: 0 },
  });
}
