// known_hosts lines: which host they are about, and what they say about a key.
import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  fingerprint,
  keyTypeOf,
  knownHostName,
  namesMatch,
  parseKnownHosts,
} from '../../../src/transport/ssh/known-hosts.ts';
import { KnownHosts } from '../../../src/transport/ssh/known-hosts-records.ts';

function blob(...strings: readonly string[]): Buffer {
  return Buffer.concat(
    strings.flatMap((each) => {
      const length = Buffer.alloc(4);
      length.writeUInt32BE(each.length);
      return [length, Buffer.from(each)];
    }),
  );
}

function entry(names: string, key = blob('ssh-ed25519', 'one')): string {
  return `${names} ${keyTypeOf(key)} ${key.toString('base64')}`;
}

function hashed(name: string, salt = 'twenty bytes of salt'): string {
  const hash = createHmac('sha1', salt).update(name).digest('base64');
  return `|1|${Buffer.from(salt).toString('base64')}|${hash}`;
}

describe('a known_hosts line', () => {
  it.each([
    ['ns1.example.net', 'ns1.example.net', 22, true],
    ['NS1.example.net', 'ns1.EXAMPLE.net', 22, true],
    ['ns1.example.net', 'ns1.example.net', 2222, false],
    ['[ns1.example.net]:2222', 'ns1.example.net', 2222, true],
    ['[ns1.example.net]:2222', 'ns1.example.net', 22, false],
    ['ns1.example.net,192.0.2.1', '192.0.2.1', 22, true],
    ['2001:db8::1', '2001:db8::1', 22, true],
    ['[2001:db8::1]:2222', '2001:db8::1', 2222, true],
    ['*.example.net', 'ns1.example.net', 22, true],
    ['*.example.net', 'example.net', 22, false],
    ['*.example.net', 'ns1.example.network', 22, false],
    ['ns?.example.net', 'ns1.example.net', 22, true],
    ['ns?.example.net', 'ns12.example.net', 22, false],
    ['ns1.example.net', 'ns1xexample.net', 22, false],
    ['*,!ns1.example.net', 'ns1.example.net', 22, false],
    ['!ns1.example.net,*', 'ns1.example.net', 22, false],
    ['*.example.net,!ns1.example.net', 'ns2.example.net', 22, true],
    ['!ns1.example.net', 'ns2.example.net', 22, false],
    [hashed('ns1.example.net'), 'ns1.example.net', 22, true],
    [hashed('ns1.example.net'), 'ns2.example.net', 22, false],
    [hashed('[192.0.2.1]:2222'), '192.0.2.1', 2222, true],
    ['|2|c2FsdA==|aGFzaA==', 'ns1.example.net', 22, false],
    ['|1|c2FsdA==', 'ns1.example.net', 22, false],
    ['*', 'ns1.example.net', 2222, true],
    ['[*.example.net]:*', 'ns1.example.net', 2222, true],
    ['n*s*1*', 'ns1.example.net', 22, true],
    ['?', '', 22, false],
    [`${'*a'.repeat(30)}b`, 'a'.repeat(200), 22, false],
    ['ns1.example.net,,', 'ns1.example.net', 22, true],
  ])('with names %s is about %s port %i: %s', (names, address, port, expected) => {
    const [line] = parseKnownHosts(entry(names), 'known_hosts').lines;
    expect(line && namesMatch(line.names, knownHostName(address, port))).toBe(expected);
  });

  it.each([
    ['a comment', '# ns1 ssh-ed25519 AAAA'],
    ['blank', '   '],
    ['a key for SSH 1', 'ns1 1024 35 123456789 ops@bastion'],
  ])('that is %s is ignored', (_what, line) => {
    expect(parseKnownHosts(line, 'known_hosts')).toEqual({ lines: [], faults: [] });
  });

  const whole = blob('ssh-ed25519', 'x').toString('base64');
  it.each([
    ['without a key', 'ns1 ssh-ed25519', 'it holds no key'],
    ['with names only', 'ns1', 'it holds no key'],
    ['with a key of another type than it says', `ns1 ssh-rsa ${whole}`, 'its key is not of type ssh-rsa'],
    ['with bytes that are no key', 'ns1 ssh-ed25519 AAAA', 'its key is cut off or damaged'],
    ['with half a key', `ns1 ssh-ed25519 ${whole.slice(0, -4)}`, 'its key is cut off or damaged'],
    ['with no base64', 'ns1 ssh-ed25519 <html>', 'its key is cut off or damaged'],
    ['with an unknown mark', `@trusted ${entry('ns1')}`, 'the mark @trusted is not known'],
  ])('that is broken, %s, does not affect others and is reported', (_what, line, what) => {
    const { lines, faults } = parseKnownHosts(`${entry('ns2')}\n${line}\n${entry('ns3')}\n`, 'f');
    expect(lines.map(({ names }) => names)).toEqual([['ns2'], ['ns3']]);
    expect(faults).toEqual([{ file: 'f', line: 2, names: ['ns1'], what }]);
  });

  it('keeps its file and line number, across comments, CRLF and trailing words', () => {
    const text = `# comment\r\n\r\n${entry('ns1')} ops@bastion\r\n`;
    expect(parseKnownHosts(`\ufeff${text}`, 'hosts')).toMatchObject({
      lines: [{ file: 'hosts', line: 3, keyType: 'ssh-ed25519' }],
      faults: [],
    });
  });

  it('is found by any name that it lists literally', () => {
    const word = fc.stringMatching(/^[a-z0-9-]{1,12}$/);
    const name = fc.array(word, { minLength: 1, maxLength: 4 }).map((labels) => labels.join('.'));
    fc.assert(
      fc.property(fc.array(name, { minLength: 1 }), fc.integer({ min: 1, max: 65_535 }), (names, port) => {
        const listed = names.map((each) => knownHostName(each, port));
        const [line] = parseKnownHosts(entry(listed.join(',')), 'f').lines;
        return names.every((each) => line !== undefined && namesMatch(line.names, knownHostName(each, port)));
      }),
    );
  });
});

describe('the verdict on a host key', () => {
  const mine = blob('ssh-ed25519', 'mine');
  const other = blob('ssh-ed25519', 'other');
  const rsa = blob('ssh-rsa', 'rsa');
  const records = (...lines: readonly string[]) => new KnownHosts([parseKnownHosts(lines.join('\n'), 'f')]);
  const verdict = (...lines: readonly string[]) => records(...lines).judge('ns1', 22, mine).kind;

  it.each([
    ['known', 'recorded', [entry('ns1', mine)]],
    ['known', 'recorded in a later line', [entry('ns1', other), entry('ns1', mine)]],
    ['changed', 'another key of the type is recorded', [entry('ns1', other)]],
    ['changed', 'only a key of another type is recorded', [entry('ns1', rsa)]],
    ['unknown', 'it is recorded for another host', [entry('ns2', mine)]],
    ['unknown', 'nothing is recorded', ['']],
    ['revoked', 'it is revoked', [`@revoked ${entry('*', mine)}`]],
    ['revoked', 'it is recorded, and revoked later', [entry('ns1', mine), `@revoked ${entry('ns1', mine)}`]],
    ['known', 'another key is revoked', [`@revoked ${entry('ns1', other)}`, entry('ns1', mine)]],
    ['unknown', 'only another key is revoked', [`@revoked ${entry('ns1', other)}`]],
    ['unknown', 'it is a certificate authority', [`@cert-authority ${entry('ns1', mine)}`]],
  ])('is %s when %s', (expected, _when, lines) => {
    expect(verdict(...lines)).toBe(expected);
  });

  it('names the certificate authorities that would have been asked, and broken lines about the host', () => {
    const known = records(`@cert-authority ${entry('*', other)}`, 'ns1 ssh-rsa', 'ns2 ssh-rsa');
    expect(known.judge('ns1', 22, mine)).toMatchObject({
      kind: 'unknown',
      authorities: [{ file: 'f', line: 1 }],
      faults: [{ file: 'f', line: 2 }],
    });
  });

  it.each([
    ['known', 'the key is recorded for that port', [entry('[ns1]:2222', mine)]],
    ['known', 'it is recorded for the address, and nothing for the port', [entry('ns1', mine)]],
    ['changed', 'another is recorded for that port', [entry('ns1', mine), entry('[ns1]:2222', other)]],
    ['unknown', 'another is recorded for the address', [entry('ns1', other)]],
    ['revoked', 'it is revoked under the address', [`@revoked ${entry('ns1', mine)}`]],
    ['unknown', 'it is recorded for another port', [entry('[ns1]:2223', mine)]],
  ])('on another port is %s when %s', (expected, _when, lines) => {
    expect(records(...lines).judge('ns1', 2222, mine).kind).toBe(expected);
  });

  it('uses all files together: a later file may record, and revoke', () => {
    const files = [entry('ns1', other), hashed('ns1'), `@revoked ${entry('*', rsa)}`];
    const texts = [
      parseKnownHosts(files[0] ?? '', 'a'),
      parseKnownHosts(entry(files[1] ?? '', mine), 'b'),
      parseKnownHosts(files[2] ?? '', 'c'),
    ];
    const known = new KnownHosts(texts);
    expect(known.judge('ns1', 22, mine).kind).toBe('known');
    expect(known.judge('ns1', 22, rsa)).toMatchObject({ kind: 'revoked', line: { file: 'c' } });
  });

  it('is the same whether a line is found by its name, a pattern or a hash, in any case and order', () => {
    const form = fc.constantFrom('ns1', 'NS1', 'ns2,ns1', 'n?1', '*', hashed('ns1'), 'ns*,!ns2');
    const line = fc.tuple(fc.constantFrom('', '@revoked '), form, fc.constantFrom(mine, other, rsa));
    fc.assert(
      fc.property(fc.array(line, { maxLength: 8 }), (given) => {
        const plain = given.map(([mark, , key]) => `${mark}${entry('ns1', key)}`);
        const dressed = given.map(([mark, names, key]) => `${mark}${entry(names, key)}`);
        const seen = (lines: readonly string[]) => {
          const known = records(...lines);
          const { kind, ...rest } = known.judge('ns1', 22, mine);
          const at =
            'line' in rest ? rest.line.line : 'recorded' in rest ? rest.recorded.map((each) => each.line) : 0;
          return { kind, at, types: known.keyTypes('ns1', 22) };
        };
        expect(seen(dressed)).toEqual(seen(plain));
      }),
    );
  });
});

describe('the key types to ask a host for', () => {
  const known = new KnownHosts([
    parseKnownHosts(
      [
        entry('ns1', blob('ssh-rsa', 'a')),
        entry('ns2', blob('ssh-dss', 'b')),
        `@revoked ${entry('ns1', blob('ecdsa-sha2-nistp256', 'c'))}`,
        entry('ns1', blob('ssh-ed25519', 'd')),
        entry('ns1', blob('ssh-rsa', 'e')),
        entry('[ns2]:2222', blob('ssh-ed25519', 'f')),
      ].join('\n'),
      'f',
    ),
  ]);

  it.each([
    ['ns1', 22, ['ssh-rsa', 'ssh-ed25519']],
    ['NS1', 22, ['ssh-rsa', 'ssh-ed25519']],
    ['ns1', 2222, []],
    ['ns2', 2222, ['ssh-ed25519']],
    ['ns3', 22, []],
  ])(
    'of %s on port %i are those recorded for this name and port, once each, without marked lines',
    (address, port, types) => {
      expect(known.keyTypes(address, port)).toEqual(types);
    },
  );
});

describe('a fingerprint', () => {
  it('is the one that ssh-keygen prints', () => {
    const key = Buffer.from('AAAAC3NzaC1lZDI1NTE5AAAAIEPVdllo5Xbhm1yCp+36ve5pH06vgvDl3VUBas5akbio', 'base64');
    expect(fingerprint(key)).toBe('SHA256:6OP4Wm/ouMZIQvNuu63jtr0ws9P9lUd3sNftkJtxFuI');
  });
});
