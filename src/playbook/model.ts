// What a playbook is: the files it is made of, and what its playbook.yaml declares, checked.
import type { SecretSource, VarValue } from '../document/index.ts';
import type { Issue, Location, MusterError } from '../model/index.ts';

export interface PlaybookFile {
  readonly bytes: Uint8Array;
  readonly executable: boolean;
}

/** A playbook's files as read, nothing checked. Keys are relative: `playbook.yaml`, `steps/01-package.sh`. */
export interface PlaybookTree {
  /** For messages. */
  readonly directory: string;
  readonly files: ReadonlyMap<string, PlaybookFile>;
  /** What `uses` names; undefined when it names nothing. */
  readonly libraries?: LibraryFolder;
}

/** Sh files that playbooks share, as read, nothing checked. */
export interface LibraryTree {
  /** For messages. */
  readonly directory: string;
  /** Keys are relative: `reading.sh`. */
  readonly files: ReadonlyMap<string, PlaybookFile>;
}

/** The directory `lib` beside a playbook, as far as the playbook asks for it. */
export interface LibraryFolder {
  /** For messages. */
  readonly directory: string;
  /** Everything that is there. */
  readonly names: readonly string[];
  /** What was asked for and is there: read, or the error that says why it cannot be. */
  readonly byName: ReadonlyMap<string, LibraryTree | MusterError>;
}

/** A library that a playbook uses. */
export interface Library extends LibraryTree {
  readonly name: string;
  /** Where the playbook names it. */
  readonly from: Location;
}

export type VarType = 'string' | 'int' | 'bool' | 'path' | 'list' | 'host' | 'port' | 'files';

/** A var that the playbook takes. */
export interface VarDeclaration {
  readonly name: string;
  readonly type: VarType;
  readonly description: string;
  readonly required: boolean;
  /** Its value must not be shown anywhere. */
  readonly secret: boolean;
  readonly default?: VarValue;
  /** For a list: what each item may be. */
  readonly allowed?: readonly (string | number | boolean)[];
  /** JavaScript regular expression (flag u, not anchored) for the text, or for each item of a list. */
  readonly pattern?: string;
  /** What the pattern wants, in words; shown instead of it. */
  readonly hint?: string;
  readonly from: Location;
}

export interface Step {
  readonly id: string;
  /** Key in the playbook's files. */
  readonly script: string;
  readonly description: string;
  readonly tags: readonly string[];
  readonly timeoutMs: number;
  /** How often a failed step is tried again. */
  readonly retries: number;
  readonly from: Location;
}

/** A question, or one for each entry of a list, that the controller asks each host from outside. */
export interface Probe {
  readonly id: string;
  readonly dns: DnsProbe;
  /** A list var: one question for each entry, which stands for `{item}` in the name. */
  readonly forEach?: string;
  /** Only hosts where each of these vars has one of these values are asked. */
  readonly when: ReadonlyMap<string, readonly (string | number | boolean)[]>;
  /** The hosts that serve the zone must have the same serial. */
  readonly converge?: 'serial';
  /** Ask again until it holds, for so long after the first question; 0 means once. */
  readonly withinMs: number;
  readonly from: Location;
}

export interface DnsProbe {
  /** May hold `{item}`. */
  readonly name: string;
  readonly type: DnsRecordType;
  readonly class: 'IN' | 'CH';
  /** Each of them is asked over. Never empty. */
  readonly transports: readonly DnsTransport[];
  readonly recursionDesired: boolean;
  /** The response code must be one of these. Never empty. */
  readonly rcodes: readonly DnsRcode[];
  /** The authoritative bit that the answer must have; undefined means either. */
  readonly authoritative?: boolean;
  /** JavaScript regular expression (flag u, not anchored) that an answer must match; no answer is the empty text. */
  readonly expect?: string;
}

export const dnsRecordTypes = ['A', 'AAAA', 'CNAME', 'MX', 'NS', 'PTR', 'SOA', 'SRV', 'TXT'] as const;
export type DnsRecordType = (typeof dnsRecordTypes)[number];
export const dnsTransports = ['udp', 'tcp'] as const;
export type DnsTransport = (typeof dnsTransports)[number];
export const dnsRcodes = [
  'NOERROR',
  'FORMERR',
  'SERVFAIL',
  'NXDOMAIN',
  'NOTIMP',
  'REFUSED',
  'NOTAUTH',
] as const;
export type DnsRcode = (typeof dnsRcodes)[number];

/** Vars of an inventory that say where probes ask; no playbook need declare them. */
export const probeVars = ['dns_address', 'dns_address6', 'dns_port'] as const;

/** How many hosts are worked on together: a number of them, or a percentage (1 to 100) of those selected. */
export type Wave =
  { readonly kind: 'hosts'; readonly count: number } | { readonly kind: 'percent'; readonly percent: number };

/** In which order an apply changes the fleet, as a playbook declares it: for whatever hosts are selected. */
export interface DeclaredStrategy {
  /** The last one repeats until no host is left; empty means no waves. */
  readonly waves: readonly Wave[];
  /** No new wave starts once more hosts than this have failed. */
  readonly budget?: { readonly failures: number };
  /** At any time, so many hosts (of the group) must not be worked on. */
  readonly keepServing?: { readonly min: number; readonly group?: string };
}

/** A checked playbook. */
export interface Playbook {
  readonly name: string;
  readonly description: string;
  readonly directory: string;
  /** In the order of the file. */
  readonly vars: ReadonlyMap<string, VarDeclaration>;
  readonly steps: readonly Step[];
  readonly probes: readonly Probe[];
  /** In the order of `uses`. */
  readonly libraries: readonly Library[];
  readonly strategy: DeclaredStrategy;
  /** Its own, and those of its libraries as `uses/NAME/FILE.sh`. */
  readonly files: ReadonlyMap<string, PlaybookFile>;
}

/** The vars of a playbook for one host; when there are issues, `vars` lacks the vars that they are about. */
export interface ResolvedVars {
  readonly vars: ReadonlyMap<string, ResolvedVar>;
  readonly issues: readonly Issue[];
}

/** The value of a var for one host, and where it is from. */
export interface ResolvedVar {
  readonly value: VarValue | SecretSource;
  /** Declared secret, or read from where secrets are kept: mask it everywhere. */
  readonly secret: boolean;
  readonly from: 'default' | Location;
}
