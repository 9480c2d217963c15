// How to reach a host: what an inventory decides, and what a transport takes.

/** How to reach one host; a plain value that comes from the inventory. */
export interface HostConnection {
  /** Inventory name, for messages. */
  readonly name: string;
  readonly address: string;
  readonly port: number;
  readonly user: string;
  /** Path of a private key; undefined means agent only. */
  readonly identityFile?: string;
  /** Paths of known_hosts files, first match wins; never empty. */
  readonly knownHosts: readonly string[];
  /** Jump hosts on the way, the nearest first: names of the inventory, or `[user@]host[:port]`; an empty list: none. */
  readonly jump?: readonly string[];
  /** By what the host is reached; `auto`, also when undefined: by ssh2, and by OpenSSH's own client where ssh2 cannot. */
  readonly transport?: 'auto' | 'ssh2' | 'openssh';
  /** Use the agent at SSH_AUTH_SOCK when there is one. */
  readonly agent: boolean;
  /** How to become root once logged in; `none` when the user is root. */
  readonly become: 'none' | 'sudo' | 'doas' | 'su';
  readonly connectTimeoutMs: number;
  /** From the login to the first sign of the runtime; 30 s when undefined. */
  readonly readyTimeoutMs?: number;
  /** From one sign of the runtime to the next, which come every few seconds; 60 s when undefined. */
  readonly silenceTimeoutMs?: number;
  /** Offer SHA-1, CBC and group1/14-sha1 to peers of the NetBSD 5/6 era (OpenSSH 6.1 has no SHA-2 RSA signatures). */
  readonly legacyAlgorithms: boolean;
}
