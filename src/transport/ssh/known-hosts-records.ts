// Everything that a host's known_hosts files record, and the verdict on a key that a host shows.
import { keyTypeOf, knownHostName, namesMatch } from './known-hosts.ts';
import type { KnownHostsFault, KnownHostsLine, KnownHostsText } from './known-hosts.ts';
import { KnownHostsIndex } from './known-hosts-index.ts';

/** What the files say about a key that a host shows. */
export type HostKeyVerdict =
  /** `isLenient`: under the bare address only, though the host is at another port. */
  | { readonly kind: 'known'; readonly isLenient: boolean; readonly line: KnownHostsLine }
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

  /**
   * The key types recorded for a host, first line first, each once. A client should ask the host for these first. Like ssh, it does
   * not ask for those of the bare address where the host is at another port.
   */
  keyTypes(address: string, port: number): readonly string[] {
    return plainTypes(this.#index.about(knownHostName(address, port)));
  }

  /**
   * The same without a try of all hashes: it holds `keyTypes`, and may hold more, for a hashed line may be about any host. A
   * client that asks for these first is shown a key that is recorded, or it asks again for `keyTypes`.
   */
  possibleKeyTypes(address: string, port: number): readonly string[] {
    const readable = plainTypes(this.#index.readable(knownHostName(address, port)));
    return [...new Set([...readable, ...this.#index.hashedTypes])];
  }

  /** Nothing vouches for a host but a certificate authority that a line with a readable name gives it. */
  hasOnlyAuthority(address: string, port: number): boolean {
    const hasAuthority = namesOf(address, port).some((name) =>
      this.#index.readable(name).some(({ mark }) => mark === 'cert-authority'),
    );
    return hasAuthority && this.keyTypes(address, port).length === 0;
  }

  /** The lines that revoke a key for a host. */
  revocations(address: string, port: number): readonly KnownHostsLine[] {
    const about = namesOf(address, port).flatMap((name) => this.#index.about(name));
    return about.filter(({ mark }) => mark === 'revoked');
  }

  /**
   * Whether ssh might judge otherwise of a host that has a certificate for a key of the type `certified`. An authority may have
   * signed it, or a key that is revoked. If there is an authority, ssh asks for this key before all others. ssh then also takes a key
   * of the bare address beside another one of the port.
   */
  dependsOnCertificate(address: string, port: number, shown: Buffer, certified: string | undefined): boolean {
    const about = namesOf(address, port).flatMap((name) => this.#index.about(name));
    const verdict = this.judge(address, port, shown);
    if (verdict.kind !== 'known') return about.length > 0;
    if (about.some(({ mark, key }) => mark === 'revoked' && !key.equals(shown))) return true;
    const asksForIt = verdict.isLenient || about.some(({ mark }) => mark === 'cert-authority');
    return asksForIt && certified !== keyTypeOf(shown);
  }

  /**
   * Judges the key that a host shows. A revocation anywhere wins over a match anywhere. Like ssh, it takes a key that
   * is recorded under the bare address for one on another port, when nothing is recorded for that port.
   */
  judge(address: string, port: number, shown: Buffer): HostKeyVerdict {
    const [own, ...others] = namesOf(address, port);
    const verdict = this.#judgeAs(own, shown);
    if (verdict.kind !== 'unknown') return verdict;
    const [lenient] = others.flatMap((name) => this.#judgeByKey(name, shown) ?? []);
    return lenient?.kind === 'known' ? { ...lenient, isLenient: true } : (lenient ?? verdict);
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
    const known = same.find(({ mark }) => mark === 'none');
    return known === undefined ? undefined : { kind: 'known', isLenient: false, line: known };
  }
}

/** Of lines without a mark, each once. */
function plainTypes(lines: readonly KnownHostsLine[]): readonly string[] {
  return [...new Set(lines.flatMap(({ mark, keyType }) => (mark === 'none' ? [keyType] : [])))];
}

/** The name of its own first, then the bare address. */
function namesOf(address: string, port: number): readonly [string, ...string[]] {
  return port === 22
    ? [knownHostName(address, 22)]
    : [knownHostName(address, port), knownHostName(address, 22)];
}
