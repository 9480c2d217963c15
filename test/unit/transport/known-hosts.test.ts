// known_hosts lines: which host they are about, and what they say about a key.
import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  fingerprint,
  judgeHostKey,
  keyTypeOf,
  knownHostName,
  knownKeyTypes,
  lineMatches,
  parseKnownHosts,
} from '../../../src/transport/ssh/known-hosts.ts';

function blob(type: string, body: string): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(type.length);
  return Buffer.concat([length, Buffer.from(type + body)]);
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
  ])('with names %s is about %s port %i: %s', (names, address, port, expected) => {
    const [line] = parseKnownHosts(entry(names), 'known_hosts');
    expect(line && lineMatches(line, knownHostName(address, port))).toBe(expected);
  });

  it.each([
    ['a comment', '# ns1 ssh-ed25519 AAAA'],
    ['blank', '   '],
    ['without a key', 'ns1 ssh-ed25519'],
    ['with a key of another type than it says', `ns1 ssh-rsa ${blob('ssh-ed25519', 'x').toString('base64')}`],
    ['with bytes that are no key', 'ns1 ssh-ed25519 AAAA'],
    ['with an unknown mark', `@trusted ${entry('ns1')}`],
  ])('that is %s says nothing', (_what, line) => {
    expect(parseKnownHosts(line, 'known_hosts')).toEqual([]);
  });

  it('keeps its file and line number, across comments, CRLF and trailing words', () => {
    const text = `# comment\r\n\r\n${entry('ns1')} ops@bastion\r\n`;
    expect(parseKnownHosts(text, 'hosts')).toMatchObject([
      { file: 'hosts', line: 3, keyType: 'ssh-ed25519' },
    ]);
  });

  it('is found by any name it lists literally', () => {
    const word = fc.stringMatching(/^[a-z0-9-]{1,12}$/);
    const name = fc.array(word, { minLength: 1, maxLength: 4 }).map((labels) => labels.join('.'));
    fc.assert(
      fc.property(fc.array(name, { minLength: 1 }), fc.integer({ min: 1, max: 65_535 }), (names, port) => {
        const listed = names.map((each) => knownHostName(each, port));
        const [line] = parseKnownHosts(entry(listed.join(',')), 'f');
        return names.every((each) => line !== undefined && lineMatches(line, knownHostName(each, port)));
      }),
    );
  });
});

describe('the verdict on a host key', () => {
  const mine = blob('ssh-ed25519', 'mine');
  const other = blob('ssh-ed25519', 'other');
  const rsa = blob('ssh-rsa', 'rsa');
  const verdict = (...lines: readonly string[]) =>
    judgeHostKey(parseKnownHosts(lines.join('\n'), 'f'), 'ns1', mine).kind;

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

  it('names the certificate authorities that would have been asked', () => {
    const lines = parseKnownHosts(`@cert-authority ${entry('*', other)}`, 'f');
    expect(judgeHostKey(lines, 'ns1', mine)).toMatchObject({
      kind: 'unknown',
      authorities: [{ file: 'f', line: 1 }],
    });
  });
});

describe('the key types to ask a host for', () => {
  it('are those recorded for it, once each, without marked lines', () => {
    const text = [
      entry('ns1', blob('ssh-rsa', 'a')),
      entry('ns2', blob('ssh-dss', 'b')),
      `@revoked ${entry('ns1', blob('ecdsa-sha2-nistp256', 'c'))}`,
      entry('ns1', blob('ssh-ed25519', 'd')),
      entry('ns1', blob('ssh-rsa', 'e')),
    ].join('\n');
    expect(knownKeyTypes(parseKnownHosts(text, 'f'), 'ns1')).toEqual(['ssh-rsa', 'ssh-ed25519']);
  });
});

describe('a fingerprint', () => {
  it('is the one that ssh-keygen prints', () => {
    const key = Buffer.from('AAAAC3NzaC1lZDI1NTE5AAAAIEPVdllo5Xbhm1yCp+36ve5pH06vgvDl3VUBas5akbio', 'base64');
    expect(fingerprint(key)).toBe('SHA256:6OP4Wm/ouMZIQvNuu63jtr0ws9P9lUd3sNftkJtxFuI');
  });
});
