// What a lab is, whatever runs it: throw-away practice hosts behind loopback ports. The interface `Lab` is the seam for
// other ways to run the same root file system; container-lab.ts is the one with a container engine.

/** What to start for one host. */
export interface LabHostOptions {
  /** Inventory name and host name, e.g. `ns1`. */
  readonly name: string;
  /** NetBSD release that `uname -r` reports; the image's own default when left out. */
  readonly release?: string;
  /** Whether named is on at boot; on by default. */
  readonly named?: boolean;
  /** Further environment of the host's first process. */
  readonly env?: Readonly<Record<string, string>>;
}

/** What to start. */
export interface LabOptions {
  /** A number N means hosts ns1 to nsN with defaults. */
  readonly hosts: number | readonly LabHostOptions[];
  /** Image tag as given by `ensureImage`. */
  readonly image: string;
  /** Where key, known_hosts and inventory go; made with mode 0700. */
  readonly directory: string;
  readonly progress?: (line: string) => void;
  /** Names the lab; random by default. */
  readonly id?: string;
  /** True: the hosts outlive this process. False (default): they are removed when it ends, however it ends. */
  readonly keep?: boolean;
}

/** One practice host. */
export interface LabHost {
  readonly name: string;
  /** Where the ports below are: always loopback. */
  readonly address: string;
  readonly sshPort: number;
  /** Same number for UDP and TCP; stays the same over a restart, like `sshPort`. */
  readonly dnsPort: number;
  readonly containerId: string;
  /** Address that the other hosts of the lab see; empty while the host is down. */
  readonly ip: string;
}

/** How a command on a lab host ended. */
export interface LabExecResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Whether a host is there: an engine's word (`running`, `paused`, `exited`, ...) or `gone`. */
export interface LabHostStatus {
  readonly host: LabHost;
  readonly state: string;
}

/** Running practice hosts. Every method that takes a name throws UsageError (LAB_HOST) for a name that is not in the lab. */
export interface Lab {
  readonly id: string;
  readonly directory: string;
  readonly hosts: readonly LabHost[];
  /** Private key that root on each host accepts. */
  readonly identityFile: string;
  /** Holds each host's true public keys, read inside the host and not from the network. */
  readonly knownHostsFile: string;
  readonly inventoryFile: string;
  /** Removes the hosts and the files that the lab wrote; safe to call twice. */
  stop(): Promise<void>;
  status(): Promise<readonly LabHostStatus[]>;
  /** Runs a command inside the host, not over SSH; ends within two minutes or throws. */
  exec(name: string, command: readonly string[]): Promise<LabExecResult>;
  /** Cuts the power: SIGKILL to everything on the host, nothing is cleaned up there. */
  kill(name: string): Promise<void>;
  /** Freezes the host: connections hang instead of being refused. */
  pause(name: string): Promise<void>;
  unpause(name: string): Promise<void>;
  /** Boots the host again with the disk it has; returns when sshd answers. */
  restart(name: string): Promise<void>;
  /** The host's first process as this machine's kernel numbers it; undefined when the engine runs elsewhere. */
  hostPid(name: string): Promise<number | undefined>;
}
