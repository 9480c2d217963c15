// What `ssh -G` says: the effective settings of ssh for one host, a line each.

/** Values of each keyword (in lower case), in order. */
export type Effective = ReadonlyMap<string, readonly string[]>;

/** Reads the output of `ssh -G`. */
export function parseEffective(text: string): Effective {
  const values = new Map<string, string[]>();
  for (const line of text.split('\n')) {
    const [, keyword, value] = /^(\S+)(?: (.*))?$/.exec(line) ?? [];
    if (keyword === undefined) continue;
    const key = keyword.toLowerCase();
    const known = values.get(key);
    if (known === undefined) values.set(key, [value ?? '']);
    else known.push(value ?? '');
  }
  return values;
}

/** The settings of one host, and which of them the operator chose: those that differ from what ssh does by itself. */
export class SshSettings {
  readonly #own: Effective;
  readonly #usual: Effective;

  constructor(own: Effective, usual: Effective) {
    this.#own = own;
    this.#usual = usual;
  }

  /** The only value, chosen or not; undefined also for `none`. */
  value(key: string): string | undefined {
    const [value] = this.#own.get(key) ?? [];
    return value === undefined || value === 'none' || value === '' ? undefined : value;
  }

  /** The only value if it was chosen; `none` is a choice, too. */
  chosen(key: string): string | undefined {
    return this.isChosen(key) ? this.#own.get(key)?.[0] : undefined;
  }

  values(key: string): readonly string[] {
    return (this.#own.get(key) ?? []).filter((value) => value !== 'none');
  }

  isChosen(key: string): boolean {
    const [own, usual] = [this.#own.get(key), this.#usual.get(key)];
    return own !== undefined && own.join('\n') !== usual?.join('\n');
  }
}

/** A list of paths on one line; a path may hold blanks, and begins with `/` or `~`. */
export function pathsOf(value: string | undefined): readonly string[] {
  return (value ?? '').split(/ (?=[/~]|none(?: |$))/).filter((path) => path !== '' && path !== 'none');
}
