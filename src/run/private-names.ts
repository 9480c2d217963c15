// The names that a run alone has on a host: its private directory below /tmp, and what sh calls the texts that it runs
// from there. They differ from host to host and are gone when anybody reads them, so nothing behind this has them.

/** What stands where a private directory's name stood. */
const placeholder = '(run directory)';

/**
 * What may follow the directory, and what the whole is then called: sh's name for the text that it runs, and files that
 * the reader finds in the playbook by the rest of their names.
 */
const endings: readonly (readonly [ending: string, plain: string])[] = [
  ['/runtime/driver.sh', 'sh'],
  ['/exec/sh', 'sh'],
  ['/playbook/', ''],
  ['/runtime/', ''],
  ['', placeholder],
];

/** Takes a run's private names out of texts. */
export class PrivateNames {
  readonly #name: string;
  /** Every form of a name, and what is said instead; a longer one before those that it begins with. */
  readonly #plainByForm: ReadonlyMap<string, string>;
  readonly #pattern: RegExp;
  readonly #longest: number;
  /** What the names begin with. */
  readonly #beginnings: string;

  private constructor(above: string, name: string) {
    this.#name = name;
    this.#plainByForm = new Map(
      endings.flatMap(([ending, plain]) =>
        [above + name + ending, name + ending].map((form) => [form, plain] as const),
      ),
    );
    const forms = [...this.#plainByForm.keys()];
    this.#pattern = new RegExp(
      forms.map((form) => form.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('|'),
      'g',
    );
    this.#longest = Math.max(...forms.map((form) => form.length));
    this.#beginnings = [...new Set(forms.map((form) => form.charAt(0)))].join('');
  }

  /**
   * The names that go with the directory which a host says it made. Undefined when that is no name as the boot script gives
   * them: a host must not have words of its own choice replaced.
   */
  static of(directory: string): PrivateNames | undefined {
    const [, above, name] = /^((?:\/[^/\n]+)*\/)(muster\.[\w-]{6,})$/.exec(directory) ?? [];
    return above === undefined || name === undefined ? undefined : new PrivateNames(above, name);
  }

  /** A whole text without the names. */
  hide(text: string): string {
    if (!text.includes(this.#name)) return text;
    return text.replace(this.#pattern, (form) => this.#plainByForm.get(form) ?? placeholder);
  }

  /** A value with the names taken out of each of its texts. */
  hideIn<T extends object>(value: T): T {
    const clean = (field: unknown): unknown => (typeof field === 'string' ? this.hide(field) : field);
    return Object.fromEntries(Object.entries(value).map(([key, field]) => [key, clean(field)])) as T;
  }

  /** The place in a text where a name may begin that ends behind it; the text's length when none does. */
  openFrom(text: string): number {
    for (let at = Math.max(0, text.length - this.#longest); at < text.length; at++) {
      if (!this.#beginnings.includes(text.charAt(at))) continue;
      const tail = text.slice(at);
      for (const form of this.#plainByForm.keys()) if (form.startsWith(tail)) return at;
    }
    return text.length;
  }
}

/** Takes the names out of a text that comes in pieces: holds back just so much that a split name is still seen whole. */
export class StreamNames {
  #held = '';

  /** Takes a piece; gives what is safe to show. */
  push(piece: string, names: PrivateNames | undefined): string {
    if (names === undefined) return piece;
    const text = this.#held + piece;
    const open = names.openFrom(text);
    this.#held = text.slice(open);
    return names.hide(text.slice(0, open));
  }

  /** The rest, when the stream ended. */
  flush(names: PrivateNames | undefined): string {
    const rest = this.#held;
    this.#held = '';
    return names?.hide(rest) ?? rest;
  }
}
