// What the page of a report is made of, as JSON inside it. A text or a row that many hosts have stands there once, and hosts
// name it by its number. Every text is as `escapeTerminal` leaves it: nothing in it is unseen, moves or hides other text.
import type { HostOutcome, RunState, StepOutcome } from '../../model/index.ts';

/** Number of a row of a table of the page. */
type Row = number;

/** A column of the matrix: a step, or what is asked in one. */
export interface PageColumn {
  readonly kind: 'step' | 'check' | 'probe';
  /** Step id, or that of a probe. */
  readonly step: string;
  /** Name of the check; empty for a step. */
  readonly name: string;
}

export interface PageStep {
  readonly column: Row;
  readonly outcome: StepOutcome;
  readonly reason: string;
  /** Texts. */
  readonly stdout: Row;
  readonly stderr: Row;
  /** What is not all here, and why. */
  readonly cut?: string;
}

export interface PageResource {
  readonly step: string;
  readonly name: string;
  readonly status: string;
  readonly reason: string;
  /** A text: lines of a unified diff. */
  readonly diff: Row;
  readonly irreversible: boolean;
}

export interface PageCheck {
  readonly column: Row;
  readonly holds: boolean;
  readonly message: string;
}

/** A key with a text. */
export type PageValue = readonly [key: string, text: Row];

export interface PageHost {
  readonly name: string;
  readonly outcome: HostOutcome;
  readonly reason: string;
  readonly hint?: string;
  /** Other words about it: another run at work there, what a rollback would undo, what a command came to. */
  readonly notes: readonly string[];
  readonly steps: readonly Row[];
  /** Of each of `steps`. */
  readonly seconds: readonly number[];
  readonly resources: readonly Row[];
  readonly checks: readonly Row[];
  readonly observations: readonly Row[];
  readonly facts: readonly Row[];
  /** exec: what was printed; texts. */
  readonly output?: { readonly stdout: Row; readonly stderr: Row; readonly cut?: string };
}

/** What is wrong on some hosts. */
export interface PageTrouble {
  readonly state: 'bad' | 'drift' | 'lost' | 'skipped' | 'differs' | 'changed' | 'change';
  /** The place: a column, or words. */
  readonly column?: Row;
  readonly place: string;
  readonly message: string;
  readonly hosts: readonly Row[];
  /** Texts: how it is against how it should be, or against what the majority has; and what was printed. */
  readonly diff: Row;
  readonly stderr: Row;
  readonly hint?: string;
  /** The reports of the other hosts beside the first one, which is shown here; absent if they are the same. */
  readonly others?: string;
  /** A story for all of its hosts, or several of some each; absent where no run before looked. */
  readonly since?: readonly PageSince[];
  /** Of an observation that differs: which of `keys`. */
  readonly key?: Row;
}

/** Since when something is so: see `Sighting`. */
export interface PageSince {
  /** Whose story it is; absent when it is that of all hosts of the trouble. */
  readonly hosts?: readonly Row[];
  readonly first: PageMoment;
  /** The newest run before this one that had it; absent when none had. */
  readonly last?: PageMoment;
  /** In how many runs it was, of those that looked; this one counts. */
  readonly runs: number;
  readonly of: number;
  /** How often it came back. */
  readonly returns: number;
}

/** A run, and when it began. */
export interface PageMoment {
  readonly runId: string;
  readonly started: string;
}

/** What one key says on one group of hosts. */
export interface PageKey {
  readonly group: string;
  readonly key: string;
  readonly compared: boolean;
  readonly tie: boolean;
  /** The majority first; a text that is null is missing; the diff is against the majority. */
  readonly folds: readonly {
    readonly text: Row | null;
    readonly diff: Row;
    readonly hosts: readonly Row[];
  }[];
}

/** A run of the same kind, the one of the page included. */
export interface PageRun {
  readonly runId: string;
  readonly started: string;
  readonly state: RunState;
  readonly word: string;
  /** How many hosts ended how, those included that are not in the page. */
  readonly counts: Readonly<Partial<Record<HostOutcome, number>>>;
  /** A letter for each host of the page, see `outcomeLetters`. */
  readonly letters: string;
}

/** `.` is a host that was not in the run. */
export const outcomeLetters: Readonly<Record<HostOutcome, string>> = {
  ok: 'o',
  changed: 'c',
  failed: 'f',
  skipped: 's',
  unreachable: 'u',
  unknown: 'k',
  'rolled-back': 'r',
};

/** What a page that is served knows beside. */
export interface PageServed {
  /** Absent for a run that does not go on. */
  readonly live?: PageLive;
}

/** How far a run that goes on is. */
export interface PageLive {
  /** Of this data; data of another version is newer. */
  readonly version: number;
  /** Hosts whose verdict was not spoken. */
  readonly open: readonly Row[];
}

export interface PageData {
  /** Of this shape; the page and its data come from one muster. */
  readonly version: 1;
  readonly title: string;
  /** How the fleet is, in one sentence, and whether that is well. */
  readonly sentence: string;
  readonly word: string;
  readonly exitCode: number;
  readonly runId: string;
  readonly action: string;
  readonly started: string;
  readonly finished?: string;
  /** The operator, its machine and the command; name and words. */
  readonly origin: readonly (readonly [name: string, words: string])[];
  /** What is not all here. */
  readonly notes: readonly string[];
  /** The page comes from `muster report --serve`, where other runs have pages too. */
  readonly served?: PageServed;
  readonly groups: readonly { readonly name: string; readonly hosts: readonly Row[] }[];
  readonly columns: readonly PageColumn[];
  readonly texts: readonly string[];
  readonly steps: readonly PageStep[];
  readonly resources: readonly PageResource[];
  readonly checks: readonly PageCheck[];
  readonly values: readonly PageValue[];
  readonly hosts: readonly PageHost[];
  readonly troubles: readonly PageTrouble[];
  /** What was changed, or would be, and which of these it is. */
  readonly changesTitle: string;
  readonly changes: readonly PageTrouble[];
  readonly keys: readonly PageKey[];
  /** The oldest first. */
  readonly runs: readonly PageRun[];
}
