// Everything that a host's known_hosts files record, and the verdict on a key that a host shows.
import { knownHostName, namesMatch } from './known-hosts.ts';
import type { KnownHostsFault, KnownHostsLine, KnownHostsText } from './known-hosts.ts';
import { KnownHostsIndex } from './known-hosts-index.ts';

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

/** The lines of one or more files, in their order. */
export class KnownHosts {
  readonly #index: KnownHostsIndex;
  readonly #faults: readonly KnownHostsFault[];

  constructor(texts: readonly KnownHostsText[]) {
    this.#index = new KnownHostsIndex(texts.flatMap(({ lines }) => lines));
    this.#faults = texts.flatMap(({ faults }) => faults);
  }

  /** The key types recorded for a host, first line first, each once. A client should ask the host for these first. */
  keyTypes(address: string, port: number): readonly string[] {
    return firstTypes(namesOf(address, port), (name) => this.#index.about(name));
  }

  /**
   * The same without a try of all hashes: it holds `keyTypes`, and may hold more, for a hashed line may be about any host. A
   * client that asks for these first is shown a key that is recorded, or it asks again for `keyTypes`.
   */
  possibleKeyTypes(address: string, port: number): readonly string[] {
    const readable = firstTypes(namesOf(address, port), (name) => this.#index.readable(name));
    return [...new Set([...readable, ...this.#index.hashedTypes])];
  }

  /**
   * Judges the key that a host shows. A revocation anywhere wins over a match anywhere. Like ssh, it takes a key that
   * is recorded under the bare address for one on another port, when nothing is recorded for that port.
   */
  judge(address: string, port: number, shown: Buffer): HostKeyVerdict {
    const [own, ...others] = namesOf(address, port);
    const verdict = this.#judgeAs(own, shown);
    if (verdict.kind !== 'unknown') return verdict;
    const lenient = others.map((name) => this.#judgeByKey(name, shown));
    return lenient.find((each) => each !== undefined) ?? verdict;
  }

  #judgeAs(name: string, shown: Buffer): HostKeyVerdict {
    const byKey = this.#judgeByKey(name, shown);
    if (byKey !== undefined) return byKey;
    const about = this.#index.about(name);
    const [first, ...rest] = about.filter(({ mark }) => mark === 'none');
    if (first !== undefined) return { kind: 'changed', recorded: [first, ...rest] };
    return {
      kind: 'unknown',
      authorities: about.filter(({ mark }) => mark === 'cert-authority'),
      faults: this.#faults.filter(({ names }) => namesMatch(names, name)),
    };
  }

  /** The verdict when a line about the host holds this very key: few hashes are tried for it. */
  #judgeByKey(name: string, shown: Buffer): HostKeyVerdict | undefined {
    const same = this.#index.withKey(name, shown);
    const revoked = same.find(({ mark }) => mark === 'revoked');
    if (revoked !== undefined) return { kind: 'revoked', line: revoked };
    return same.some(({ mark }) => mark === 'none') ? { kind: 'known' } : undefined;
  }
}

/** The types under the first name that has any, without marked lines. */
function firstTypes(
  names: readonly string[],
  about: (name: string) => readonly KnownHostsLine[],
): readonly string[] {
  for (const name of names) {
    const plain = about(name).filter(({ mark }) => mark === 'none');
    if (plain.length > 0) return [...new Set(plain.map(({ keyType }) => keyType))];
  }
  return [];
}

/** The name of its own first, then the bare address. */
function namesOf(address: string, port: number): readonly [string, ...string[]] {
  return port === 22
    ? [knownHostName(address, 22)]
    : [knownHostName(address, port), knownHostName(address, 22)];
}
