// The index of known_hosts finds what a try of each line would find; and a host whose hashes were not all tried before it
// was contacted gets the verdict of one whose hashes were.
import crypto from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';
import fc from 'fast-check';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { offeredAlgorithms } from '../../../src/transport/ssh/algorithms.ts';
import {
  keyTypeOf,
  knownHostName,
  type KnownHostsText,
  namesMatch,
  parseKnownHosts,
} from '../../../src/transport/ssh/known-hosts.ts';
import { type HostKeyVerdict, KnownHosts } from '../../../src/transport/ssh/known-hosts-records.ts';

function blob(...strings: readonly string[]): Buffer {
  const pieces = strings.map((each) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(each.length);
    return Buffer.concat([length, Buffer.from(each)]);
  });
  return Buffer.concat(pieces);
}

function hashed(name: string, salt: string): string {
  const hash = crypto.createHmac('sha1', salt).update(name).digest('base64');
  return `|1|${Buffer.from(salt).toString('base64')}|${hash}`;
}

/** The whole rule without an index: each line is tried for each name. */
class EachLineTried {
  readonly #text: KnownHostsText;

  constructor(text: KnownHostsText) {
    this.#text = text;
  }

  keyTypes(address: string, port: number): readonly string[] {
    const plain = this.#about(knownHostName(address, port)).filter(({ mark }) => mark === 'none');
    return [...new Set(plain.map(({ keyType }) => keyType))];
  }

  judge(address: string, port: number, shown: Buffer): HostKeyVerdict {
    const [own, bare] = this.#names(address, port).map((name) => this.#judgeAs(name, shown));
    if (own?.kind !== 'unknown') return own!;
    if (bare?.kind === 'known') return { ...bare, isLenient: true };
    return bare?.kind === 'revoked' ? bare : own;
  }

  #judgeAs(name: string, shown: Buffer): HostKeyVerdict {
    const about = this.#about(name);
    const same = about.filter(({ key }) => key.equals(shown));
    const revoked = same.find(({ mark }) => mark === 'revoked');
    if (revoked !== undefined) return { kind: 'revoked', line: revoked };
    const line = same.find(({ mark }) => mark === 'none');
    if (line !== undefined) return { kind: 'known', isLenient: false, line };
    const [first, ...rest] = about.filter(({ mark }) => mark === 'none');
    if (first !== undefined) return { kind: 'changed', recorded: [first, ...rest] };
    const authorities = about.filter(({ mark }) => mark === 'cert-authority');
    return {
      kind: 'unknown',
      authorities,
      faults: this.#text.faults.filter(({ names }) => namesMatch(names, name)),
    };
  }

  #about(name: string) {
    return this.#text.lines.filter(({ names }) => namesMatch(names, name));
  }

  #names(address: string, port: number): readonly string[] {
    return port === 22
      ? [knownHostName(address, 22)]
      : [knownHostName(address, port), knownHostName(address, 22)];
  }
}

const types = ['ssh-ed25519', 'ecdsa-sha2-nistp256', 'ssh-rsa', 'ssh-dss'] as const;
const key = fc
  .tuple(fc.constantFrom(...types), fc.constantFrom('one', 'two', 'three'))
  .map((parts) => blob(...parts));
const address = fc.constantFrom('ns1', 'ns2', 'NS1', 'ns10', '192.0.2.1', '2001:db8::1');
const port = fc.constantFrom(22, 2222, 2223);
const name = fc.tuple(address, port).map((parts) => knownHostName(...parts));
const hash = fc.tuple(name, fc.constantFrom('salt', 'another salt')).map((parts) => hashed(...parts));
const pattern = fc.constantFrom('*', 'ns?', 'ns1*', '[*]:2222', '[ns?]:*', '192.0.2.*', 'NS*');
const one = fc.oneof(name, hash, pattern, fc.constantFrom('|1|broken', 'a|b'));
const listed = fc.oneof(
  one,
  fc.tuple(one, one).map((pair) => pair.join(',')),
  fc.tuple(one, one).map(([a, not]) => `${a},!${not}`),
);
const mark = fc.constantFrom('', '', '', '@revoked ', '@cert-authority ');
const line = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.tuple(mark, listed, key).map(([first, names, each]) => `${first}${entry(names, each)}`),
  },
  { weight: 1, arbitrary: listed.map((names) => `${names} ssh-rsa`) },
);
const text = fc.array(line, { maxLength: 12 }).map((lines) => parseKnownHosts(lines.join('\n'), 'f'));

function entry(names: string, each: Buffer): string {
  return `${names} ${keyTypeOf(each)} ${each.toString('base64')}`;
}

describe('an index of known_hosts', () => {
  it('gives the same verdict and types as a try of each line, whatever was asked before', () => {
    const question = fc.tuple(fc.boolean(), address, port, key);
    fc.assert(
      fc.property(text, fc.array(question, { minLength: 1, maxLength: 6 }), (given, questions) => {
        const [indexed, tried] = [new KnownHosts([given]), new EachLineTried(given)];
        for (const [asksTypes, host, at, shown] of questions) {
          if (asksTypes) expect(indexed.keyTypes(host, at)).toEqual(tried.keyTypes(host, at));
          else expect(indexed.judge(host, at, shown)).toEqual(tried.judge(host, at, shown));
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('leads to the same verdict if a host is asked for the possible types first', () => {
    fc.assert(
      fc.property(
        text,
        address,
        port,
        fc.uniqueArray(key, { minLength: 1, selector: keyTypeOf }),
        (given, host, at, keys) => {
          const [indexed, tried] = [new KnownHosts([given]), new EachLineTried(given)];
          // As in a handshake: the first algorithm of the client's for which the host has a key.
          const shownTo = (wanted: readonly string[]) => {
            const order = offeredAlgorithms(wanted, true).serverHostKey as readonly string[];
            const shown = order.map((each) =>
              keys.find((own) => keyTypeOf(own) === each.replace(/^rsa-.*/, 'ssh-rsa')),
            );
            return shown.find((each) => each !== undefined)!;
          };
          const first = indexed.judge(host, at, shownTo(indexed.possibleKeyTypes(host, at)));
          const isSure = first.kind === 'known' && !first.isLenient;
          const last = isSure ? first : indexed.judge(host, at, shownTo(indexed.keyTypes(host, at)));
          expect(last).toEqual(tried.judge(host, at, shownTo(tried.keyTypes(host, at))));
        },
      ),
      { numRuns: 2000 },
    );
  });

  it('tries one hash for a host whose key is recorded, among any number of them', () => {
    const hosts = Array.from({ length: 500 }, (_, at) => ({
      address: `host${at}`,
      key: blob('ssh-ed25519', `key of ${at}`),
    }));
    const lines = hosts.map((each) => entry(hashed(each.address, `salt ${each.address}`), each.key));
    const known = new KnownHosts([parseKnownHosts(lines.join('\n'), 'f')]);
    const createHmac = vi.spyOn(crypto, 'createHmac');
    syncBuiltinESMExports();
    onTestFinished(() => {
      createHmac.mockRestore();
      syncBuiltinESMExports();
    });
    for (const each of hosts) {
      expect(known.possibleKeyTypes(each.address, 22)).toEqual(['ssh-ed25519']);
      expect(known.judge(each.address, 22, each.key).kind).toBe('known');
    }
    expect(createHmac).toHaveBeenCalledTimes(hosts.length);
  });
});
