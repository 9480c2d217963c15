// What a lab is, whatever runs it: throw-away practice hosts behind loopback ports. The interface `Lab` is the seam
// between two ways to run the same root file system: container-lab.ts and embedded/embedded-lab.ts.

/** What runs the hosts: a container engine, or this machine's own kernel (Linux namespaces). */
export const labBackends = ['docker', 'embedded'] as const;
export type LabBackend = (typeof labBackends)[number];

/**
 * NetBSD releases that are on offer by name, the usual one first. A host can be given other words (`7.1`, `11.0_RC6`): from 10 on
 * it behaves as 11.0, before that as 6.99.16, and what is known of 1.5.2 and of 7 is heeded.
 */
export const labReleases = ['11.0', '6.99.16'] as const;
export type LabRelease = (typeof labReleases)[number];

/** What hosts are made of, as `ensureImage` gives it: an image tag of the engine, or a tar of the root file system. */
export interface LabImage {
  readonly backend: LabBackend;
  readonly source: string;
}

/** What to start for one host. */
export interface LabHostOptions {
  /** Inventory name and host name, e.g. `ns1`. */
  readonly name: string;
  /** NetBSD release that the host behaves as, and that `uname -r` reports word for word; the first of `labReleases` by default. */
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
  readonly image: LabImage;
  /** The directory for key, known_hosts and inventory; made with mode 0700. */
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
  /** What `uname -r` says there. */
  readonly release: string;
  /** The address of the ports below: always loopback. */
  readonly address: string;
  readonly sshPort: number;
  /** Same number for UDP and TCP; stays the same over a restart, like `sshPort`. */
  readonly dnsPort: number;
  /** Address that the other hosts of the lab see; a container has none (empty) while it is down. */
  readonly ip: string;
}

/** What a host's first process finds in its environment: release, services, keys (the image's README has them all). */
export type BootEnvironment = Readonly<Record<string, string>>;

/**
 * Trouble on demand. Network: every packet later by `latency` (milliseconds), a share of them lost (`loss`, 0 to 1; TCP
 * notices it as delay), nothing gets through (`cut`), connections refused (`refuse`). Host: every process stands still
 * (`freeze`), no space left on the disk (`full-disk`), a fifth of the processor time (`slow-cpu`). One that is over when it
 * was given: the power is cut and comes back (`reboot`).
 */
export type LabFault =
  | { readonly kind: 'latency'; readonly milliseconds: number }
  | { readonly kind: 'loss'; readonly share: number }
  | { readonly kind: 'cut' | 'refuse' | 'freeze' | 'full-disk' | 'slow-cpu' | 'reboot' };

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
  readonly backend: LabBackend;
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
  /** Makes the host what it was when the lab started, on the same ports and with the same host key. */
  reset(name: string): Promise<void>;
  /**
   * Adds a fault to the host. Throws UsageError (LAB_FAULT) where this lab's backend cannot do it. `reboot` returns when the
   * host has booted with the disk it had and its sshd answers, and throws MusterError (LAB_START) when it does not.
   */
  fault(name: string, fault: LabFault): Promise<void>;
  /** Takes every fault from the host. */
  clearFaults(name: string): Promise<void>;
  /** The host's first process as this machine's kernel numbers it; undefined when the engine runs elsewhere. */
  hostPid(name: string): Promise<number | undefined>;
}
