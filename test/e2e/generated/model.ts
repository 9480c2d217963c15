// What a generated configuration is: a named that an operator has set up, as the files of its host, and what its clients get.

/** A file, directory or link of the host; directories on the way to one are 0755 and root's unless they are listed, too. */
export interface HostEntry {
  readonly path: string;
  readonly kind: 'file' | 'directory' | 'link';
  readonly mode: number;
  /** Number of user and group: 0 (root, wheel) or 14 (named). */
  readonly owner: number;
  /** Of a file, or where a link leads to. */
  readonly content: string;
}

/** How a client asks: where, from which address, with which key. */
export interface Asker {
  readonly at: string;
  readonly port: number;
  readonly from?: string;
  /** `hmac:name:secret`, as dig takes it. */
  readonly key?: string;
}

/** A question that named must answer: for the SOA record of a zone, or for the keys of one that named signs. */
export interface Question extends Asker {
  readonly zone: string;
  readonly type: 'SOA' | 'DNSKEY';
  /** The view that answers it; empty where there are none. */
  readonly view: string;
  readonly isRecursive: boolean;
  readonly transport: 'udp' | 'tcp';
}

/** A zone that takes updates, and how one is sent. */
export interface UpdatedZone {
  readonly zone: string;
  readonly asker: Asker;
  /** For a zone that takes updates by the key that named makes itself: where the host has it. */
  readonly sessionKey?: string;
}

/** A command of the operator that works before, and must work afterwards. */
export interface Habit {
  readonly name: string;
  readonly line: string;
}

/** A configuration, its host, and what is expected. */
export interface GeneratedHost {
  readonly seed: number;
  /** What it has, in the words of the features, e.g. `views by address + updated zone by key`. */
  readonly name: string;
  readonly features: readonly string[];
  readonly entries: readonly HostEntry[];
  /** Further addresses of the host. */
  readonly addresses: readonly string[];
  /** Run on the host, as sh, before named is started with it: certificates, keys. */
  readonly prepare: string;
  /** Run on the host, as sh, when it serves: a zone added by rndc. */
  readonly afterStart: string;
  /** `named_flags` of rc.conf. */
  readonly flags: string;
  /** The operator's vars for the playbook. */
  readonly vars: Readonly<Record<string, string | readonly string[]>>;
  readonly questions: readonly Question[];
  readonly updated: readonly UpdatedZone[];
  readonly habits: readonly Habit[];
  /** Patterns of paths that named itself writes or makes. */
  readonly written: readonly RegExp[];
  /** Directories in which named keeps keys of its own. */
  readonly keyDirectories: readonly string[];
  /**
   * `[]`: a common shape, or one that the operator has told the playbook about: it must be taken. Otherwise a refusal is
   * good, too, if it names one of these: paths, settings, vars.
   */
  readonly mayRefuse: readonly RegExp[];
}

/** Where the hosts of a lab are. */
export interface Surroundings {
  /** The address of the host. */
  readonly own: string;
  /** The address of the host that it transfers zones from; see peer.ts. */
  readonly peer: string;
}
