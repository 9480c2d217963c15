// Everything that a host's known_hosts files record, and the verdict on a key that a host shows.
import { knownHostName, namesMatch } from './known-hosts.ts';
import type { KnownHostsFault, KnownHostsLine, KnownHostsText } from './known-hosts.ts';

/** What the files say about a key that a host shows. */
export type HostKeyVerdict =
  | { readonly kind: 'known' }
  | { readonly kind: 'revoked'; readonly line: KnownHostsLine }
  | { readonly kind: 'changed'; readonly recorded: readonly [KnownHostsLine, ...KnownHostsLine[]] }
  | {
      readonly kind: 'unknown';
      readonly authorities: readonly KnownHostsLine[];
      /** Lines about this host that could not be read. */
      readonly faults: readonly KnownHostsFault[];
    };

/** The lines of one or more files, in their order. Each host is looked up once: a hash must be tried for each name. */
export class KnownHosts {
  readonly #lines: readonly KnownHostsLine[];
  readonly #faults: readonly KnownHostsFault[];
  /** Places of the lines whose names are no patterns, by name. */
  readonly #placesByName = new Map<string, number[]>();
  /** Places of the lines that must be tried one by one: hashes, patterns, negations. */
  readonly #patterns: readonly number[];
  readonly #aboutByName = new Map<string, readonly KnownHostsLine[]>();

  constructor(texts: readonly KnownHostsText[]) {
    this.#lines = texts.flatMap(({ lines }) => lines);
    this.#faults = texts.flatMap(({ faults }) => faults);
    const patterns: number[] = [];
    for (const [place, { names }] of this.#lines.entries()) {
      if (names.some((name) => /[|!*?]/.test(name))) patterns.push(place);
      else for (const name of new Set(names.map((each) => each.toLowerCase()))) this.#index(name, place);
    }
    this.#patterns = patterns;
  }

  /** The key types recorded for a host, first line first, each once. A client should ask the host for these first. */
  keyTypes(address: string, port: number): readonly string[] {
    for (const name of namesOf(address, port)) {
      const plain = this.#about(name).filter(({ mark }) => mark === 'none');
      if (plain.length > 0) return [...new Set(plain.map(({ keyType }) => keyType))];
    }
    return [];
  }

  /**
   * Judges the key that a host shows. A revocation anywhere wins over a match anywhere. Like ssh, it takes a key that
   * is recorded under the bare address for one on another port, when nothing is recorded for that port.
   */
  judge(address: string, port: number, shown: Buffer): HostKeyVerdict {
    const [first, ...others] = namesOf(address, port).map((name) => this.#judgeAs(name, shown));
    const verdict = first ?? { kind: 'unknown', authorities: [], faults: [] };
    if (verdict.kind !== 'unknown') return verdict;
    return others.find(({ kind }) => kind === 'known' || kind === 'revoked') ?? verdict;
  }

  #judgeAs(name: string, shown: Buffer): HostKeyVerdict {
    const about = this.#about(name);
    const same = about.filter(({ key }) => key.equals(shown));
    const revoked = same.find(({ mark }) => mark === 'revoked');
    if (revoked !== undefined) return { kind: 'revoked', line: revoked };
    if (same.some(({ mark }) => mark === 'none')) return { kind: 'known' };
    const [first, ...rest] = about.filter(({ mark }) => mark === 'none');
    if (first !== undefined) return { kind: 'changed', recorded: [first, ...rest] };
    return {
      kind: 'unknown',
      authorities: about.filter(({ mark }) => mark === 'cert-authority'),
      faults: this.#faults.filter(({ names }) => namesMatch(names, name)),
    };
  }

  #about(name: string): readonly KnownHostsLine[] {
    const cached = this.#aboutByName.get(name);
    if (cached !== undefined) return cached;
    const matching = this.#patterns.filter((place) => namesMatch(this.#lines[place]?.names ?? [], name));
    const places = [...(this.#placesByName.get(name) ?? []), ...matching].toSorted((a, b) => a - b);
    const about = places.flatMap((place) => this.#lines[place] ?? []);
    this.#aboutByName.set(name, about);
    return about;
  }

  #index(name: string, place: number): void {
    const places = this.#placesByName.get(name);
    if (places === undefined) this.#placesByName.set(name, [place]);
    else places.push(place);
  }
}

function namesOf(address: string, port: number): readonly string[] {
  return port === 22
    ? [knownHostName(address, 22)]
    : [knownHostName(address, port), knownHostName(address, 22)];
}
