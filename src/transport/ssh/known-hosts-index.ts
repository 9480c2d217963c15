// The lines of known_hosts files, found without a look at each. A hash does not say whose it is before it is tried, and has a
// salt of its own: who tries every hash for every host pays the square of their number. Names here are knownHostName's.
import { namesMatch } from './known-hosts.ts';
import type { KnownHostsLine } from './known-hosts.ts';

/** Lines by name and by key. What it gives is in the order of the files. */
export class KnownHostsIndex {
  /** Key types of hashed lines without a mark: any host may have them. */
  readonly hashedTypes: ReadonlySet<string>;
  readonly #lines: readonly KnownHostsLine[];
  /** Places of lines in #lines. Those of plain names, by name; of patterns and negations; of hashes, by key. */
  readonly #plain = new Map<string, number[]>();
  readonly #patterns: number[] = [];
  readonly #hashed = new Map<string, number[]>();
  /** Of the hosts for which all hashes were tried. */
  readonly #aboutByName = new Map<string, readonly KnownHostsLine[]>();

  constructor(lines: readonly KnownHostsLine[]) {
    this.#lines = lines;
    const hashedTypes = new Set<string>();
    for (const [place, { names, key, mark, keyType }] of lines.entries()) {
      if (names.some((name) => /^!?\|/.test(name))) {
        add(this.#hashed, textOf(key), place);
        if (mark === 'none') hashedTypes.add(keyType);
      } else if (names.some((name) => /[!*?]/.test(name))) {
        this.#patterns.push(place);
      } else {
        for (const name of new Set(names.map((each) => each.toLowerCase()))) add(this.#plain, name, place);
      }
    }
    this.hashedTypes = hashedTypes;
  }

  /** The lines about a host whose names can be read. No hash is tried. */
  readable(name: string): readonly KnownHostsLine[] {
    return this.#with(name, []);
  }

  /** The lines about a host that hold this key. Only the hashes beside this very key are tried. */
  withKey(name: string, key: Buffer): readonly KnownHostsLine[] {
    const lines = this.#aboutByName.get(name) ?? this.#with(name, this.#hashed.get(textOf(key)) ?? []);
    return lines.filter((line) => line.key.equals(key));
  }

  /** Every line about a host. All hashes are tried, once. */
  about(name: string): readonly KnownHostsLine[] {
    const about = this.#aboutByName.get(name) ?? this.#with(name, [...this.#hashed.values()].flat());
    this.#aboutByName.set(name, about);
    return about;
  }

  #with(name: string, hashed: readonly number[]): readonly KnownHostsLine[] {
    const tried = [...this.#patterns, ...hashed].filter((place) =>
      namesMatch(this.#lines[place]?.names ?? [], name),
    );
    return [...(this.#plain.get(name) ?? []), ...tried]
      .toSorted((a, b) => a - b)
      .flatMap((place) => this.#lines[place] ?? []);
  }
}

function add(places: Map<string, number[]>, key: string, place: number): void {
  const known = places.get(key);
  if (known === undefined) places.set(key, [place]);
  else known.push(place);
}

function textOf(key: Buffer): string {
  return key.toString('latin1');
}
