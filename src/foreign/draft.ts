// What an inventory of another program comes to here, before it is a text; and the list of what it could not come to.

/** A value that a var can have here. */
export type DraftValue = string | number | boolean | readonly string[];

/** Settings of `connection`, under the names that they have in the file. */
export type DraftConnection = Record<string, string | number | boolean | readonly string[]>;

/** Settings and vars of one place of the file. */
export interface DraftLayer {
  readonly connection: DraftConnection;
  readonly vars: Map<string, DraftValue>;
}

export interface DraftHost extends DraftLayer {
  address?: string;
}

export interface DraftGroup extends DraftLayer {
  readonly hosts: readonly string[];
  readonly groups: readonly string[];
}

/** Something that is not, or is otherwise, in the inventory that was made. */
export interface ForeignNote {
  /** `hosts.ini:3`, or the file alone. */
  readonly place: string;
  readonly what: string;
}

export interface Draft {
  readonly top: DraftLayer;
  /** Host name to host, in the order of the source. */
  readonly hosts: Map<string, DraftHost>;
  /** Group name to group, weakest first. */
  readonly groups: Map<string, DraftGroup>;
}

/** A draft, and all that is lost or changed on the way to it. */
export interface Imported {
  readonly draft: Draft;
  readonly notes: readonly ForeignNote[];
}

export function emptyLayer(): DraftLayer {
  return { connection: {}, vars: new Map() };
}

export function emptyDraft(): Draft {
  return { top: emptyLayer(), hosts: new Map(), groups: new Map() };
}

/** Names that are good here for names that may not be; what was changed is a note, and no two become one. */
export class Names {
  readonly #given = new Map<string, string>();
  readonly #taken = new Set<string>();
  readonly #isGood: (name: string) => boolean;
  readonly #mend: (name: string) => string;

  constructor(isGood: (name: string) => boolean, mend: (name: string) => string) {
    this.#isGood = isGood;
    this.#mend = mend;
  }

  /** Keeps good names for those that have them by themselves. */
  reserve(names: Iterable<string>): void {
    for (const name of names) if (this.#isGood(name)) this.#taken.add(name);
  }

  of(name: string): string {
    if (this.#isGood(name)) return name;
    const known = this.#given.get(name);
    if (known !== undefined) return known;
    const mended = this.#mend(name);
    const stem = this.#isGood(mended) ? mended : `x-${String(this.#given.size + 1)}`;
    let free = stem;
    for (let at = 2; this.#taken.has(free); at += 1) free = `${stem}-${String(at)}`;
    this.#taken.add(free);
    this.#given.set(name, free);
    return free;
  }
}

/** Group names as they are allowed here. */
export function groupNames(): Names {
  return new Names(
    (name) => /^[A-Za-z][A-Za-z0-9_-]*$/.test(name) && name !== 'all',
    (name) => name.replaceAll(/[^A-Za-z0-9_-]+/g, '_').replace(/^(?![A-Za-z])/, 'g_'),
  );
}
