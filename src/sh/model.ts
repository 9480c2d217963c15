// What the scanner finds in a text of sh. Every `start` is an offset in the text.

/** A word of a command. */
export interface Word {
  readonly start: number;
  readonly end: number;
  /** What the word is once quotes are gone; undefined when only the host can know. */
  readonly value: string | undefined;
  /** The known beginning: all of it, or what stands before the first expansion. */
  readonly prefix: string;
  /** Quoted parts and expansions blanked out: what the shell itself would look at. */
  readonly bare: string;
  /** The variable that the word begins with, as in `"$m_work/x"`. */
  readonly leading: string | undefined;
  /** True when a part that is not in quotes is expanded. */
  readonly splits: boolean;
}

export interface Redirect {
  readonly start: number;
  /** As written, without a number before it: `>`, `>>`, `>&`, `<`, ... */
  readonly operator: string;
  readonly target: Word;
}

/** A simple command, or only the redirections behind a compound one (then `words` is empty). */
export interface Command {
  readonly start: number;
  readonly words: readonly Word[];
  readonly redirects: readonly Redirect[];
  /** The function that it stands in; undefined at top level. */
  readonly inside: string | undefined;
}

export interface ShFunction {
  readonly name: string;
  readonly start: number;
}

export interface VariableUse {
  readonly name: string;
  readonly start: number;
  /** `${name:-x}` and the like: the writer knows that it may be unset. */
  readonly guarded: boolean;
  readonly inside: string | undefined;
}

export interface Assignment {
  readonly name: string;
  readonly start: number;
  /** What is assigned, where that is one word of the text. */
  readonly value?: Word;
  readonly inside: string | undefined;
}

/** Something that sh does not have, seen in how the text is written; the names are those of rules/bashisms.ts. */
export interface Oddity {
  readonly kind: string;
  readonly start: number;
}

export interface Script {
  readonly text: string;
  readonly functions: readonly ShFunction[];
  readonly commands: readonly Command[];
  readonly uses: readonly VariableUse[];
  readonly assignments: readonly Assignment[];
  readonly oddities: readonly Oddity[];
  /** Where comments begin. */
  readonly comments: readonly number[];
}
