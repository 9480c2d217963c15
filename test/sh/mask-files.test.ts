// Secrets in a host's own files never leave it, in any layout; that they changed is seen; nothing else is touched.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FileSecretMask, kindOfFile } from '../../src/run/file-secrets.ts';
import { RemoteMask } from '../../src/run/remote-mask.ts';
import { harmless, leaksOf, namedConf, zoneText } from '../support/key-texts.ts';
import type { PlantedText } from '../support/key-texts.ts';
import { awks, maskOnHost } from './mask-files.ts';

const count = 80;
/** Many texts for one process of sh; fast-check's own runner would start one for each. More of them: test/unit/run. */
const planted: readonly PlantedText[] = fc.sample(namedConf, { numRuns: count, seed: 20261128 });

function onController(text: string, path: string): string {
  const mask = new FileSecretMask(kindOfFile(path));
  return text
    .split('\n')
    .map((line) => mask.line(line))
    .join('\n');
}

const withoutNumbers = (text: string): string => text.replaceAll(/\[secret \d+\]/g, '[secret]');

describe.each(awks)('with %s', (awk) => {
  it('a diff shows that keys changed, and no part of them, whatever the layout', () => {
    const pairs = planted.map(({ text, changed }) => ({ old: text, new: changed }));
    const told = maskOnHost(pairs, awk);
    planted.forEach(({ text, secrets, changed, changedSecrets }, index) => {
      const { diff = [], masked = '' } = told[index] ?? {};
      const all = [...secrets, ...changedSecrets];
      const seen = { text, changed, diff, masked, leaks: leaksOf([...diff, masked].join('\n'), all) };
      expect(seen).toMatchObject({ leaks: [] });
      const lines = (sign: string): number => diff.filter((line) => line.startsWith(sign)).length;
      expect({ ...seen, removed: lines('-') > 0, added: lines('+') > 0 }).toMatchObject({
        removed: text !== changed,
        added: text !== changed,
      });
    });
  });

  it('nothing but the secrets is changed, and the controller masks the same', () => {
    const some = planted.slice(0, count / 2);
    const told = maskOnHost(
      some.map(({ changed }) => ({ old: '', new: changed })),
      awk,
    );
    some.forEach(({ changed, changedSecrets }, index) => {
      const { diff = [], masked = '' } = told[index] ?? {};
      const added = diff
        .filter((line) => line.startsWith('+'))
        .map((line) => `${line.slice(1)}\n`)
        .join('');
      expect(withoutNumbers(added)).toBe(masked === '' || masked.endsWith('\n') ? masked : `${masked}\n`);
      expect(onController(changed, '')).toBe(masked);
      expect(onController(masked, '')).toBe(masked);
      expect(masked.split('[secret]').length - 1).toBeGreaterThanOrEqual(changedSecrets.length);
    });
  });

  it('texts without secrets stay unchanged, byte by byte', () => {
    const sections = fc.array(harmless, { minLength: 1, maxLength: 10 }).map((parts) => parts.join(''));
    const texts = [
      ...fc.sample(sections, { numRuns: count / 4, seed: 1 }),
      ...fc.sample(zoneText, { numRuns: count / 4, seed: 2 }),
      'no newline at the end of this secret',
      'secret\n\n\n',
      'a secret \u00fc\u20ac \\ | \t text\r\n',
      `secret long line ${'x'.repeat(20_000)}\n`,
      `secret ; ${'many words; "of" { a long line } '.repeat(400)}\n`,
    ];
    const told = maskOnHost(
      texts.map((text) => ({ old: '', new: text })),
      awk,
    );
    texts.forEach((text, index) => {
      expect(told[index]?.masked).toBe(text);
      expect(onController(text, '')).toBe(text);
    });
  });

  it('a missing newline at the end is a change, as in texts without secrets', () => {
    const text = 'secret "abcdefgh";\n';
    const [told, same] = maskOnHost(
      [
        { old: text, new: text.trimEnd() },
        { old: text, new: text },
      ],
      awk,
    );
    expect(told?.diff).toEqual([
      '@@ -1 +1 @@',
      '-secret "[secret 1]";',
      '+secret "[secret 1]";',
      '\\ No newline at end of file',
    ]);
    expect(same?.diff).toEqual([]);
  });

  it('two keys that change places are noticed', () => {
    const keys = (a: string, b: string): string => `key a { secret "${a}"; };\nkey b { secret "${b}"; };\n`;
    const [told] = maskOnHost([{ old: keys('one1', 'two2'), new: keys('two2', 'one1') }], awk);
    expect(told?.diff.slice(1)).toEqual([
      '-key a { secret "[secret 1]"; };',
      '-key b { secret "[secret 2]"; };',
      '+key a { secret "[secret 2]"; };',
      '+key b { secret "[secret 1]"; };',
    ]);
  });
});

const body = 'b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAMwAAAAtzc2gtZW';
const salted = 'q7Lw0xVtZ3n8yBcD9eFgHiJkLmNoPqRsTuVwXyZ0123456789.ab/';

/** Files with secrets by their paths, and what is to be seen of each. */
const files: readonly (readonly [path: string, text: string, masked: string])[] = [
  [
    '/etc/ssl/tls.pem',
    `-----BEGIN PRIVATE KEY-----\n${body}\n${body}==\n-----END PRIVATE KEY-----\n-----BEGIN CERTIFICATE-----\n${body}\n-----END CERTIFICATE-----\n`,
    `-----BEGIN PRIVATE KEY-----\n[secret]\n[secret]\n-----END PRIVATE KEY-----\n-----BEGIN CERTIFICATE-----\n${body}\n-----END CERTIFICATE-----\n`,
  ],
  [
    '/root/backup',
    `  -----BEGIN OPENSSH PRIVATE KEY-----\n  ${body}\r\n  -----END OPENSSH PRIVATE KEY-----\nafter it\n`,
    `  -----BEGIN OPENSSH PRIVATE KEY-----\n  [secret]\n  -----END OPENSSH PRIVATE KEY-----\nafter it\n`,
  ],
  [
    '/etc/key.json',
    `{ "key": "-----BEGIN EC PRIVATE KEY-----\\n${body}\\n-----END EC PRIVATE KEY-----" }\n`,
    `{ "key": "-----BEGIN EC PRIVATE KEY-----[secret]-----END EC PRIVATE KEY-----" }\n`,
  ],
  [
    '/root/id',
    `-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\n${body}\n-----END RSA PRIVATE KEY-----\n`,
    `-----BEGIN RSA PRIVATE KEY-----\n[secret]\n\n[secret]\n-----END RSA PRIVATE KEY-----\n`,
  ],
  [
    '/etc/namedb/keys/Kexample.net.+008+12345.private',
    `Private-key-format: v1.3\nAlgorithm: 8 (RSASHA256)\nModulus: ${body}\nPublicExponent: AQAB\nPrivateExponent: ${body}=\nPrime1: q7Lw\nCoefficient: ${body}\nCreated: 20260101000000\nPublish: x\n`,
    'Private-key-format: v1.3\nAlgorithm: 8 (RSASHA256)\nModulus: [secret]\nPublicExponent: [secret]\nPrivateExponent: [secret]\nPrime1: [secret]\nCoefficient: [secret]\nCreated: 20260101000000\nPublish: [secret]\n',
  ],
  [
    '/etc/namedb/keys/without-header.private',
    `Key: c2hvcnQ=\nBits: AAA=\n`,
    'Key: [secret]\nBits: [secret]\n',
  ],
  [
    '/var/tmp/part-of-one',
    `Prime2: ${body}\nPrime ministers: two\n`,
    'Prime2: [secret]\nPrime ministers: two\n',
  ],
  [
    '/etc/namedb/keys/Kx.+157+00001.key',
    `x. IN KEY 512 3 157 ${body}==\ny. IN DNSKEY 256 3 8 ${body}==\n`,
    `x. IN KEY 512 3 157 [secret]\ny. IN DNSKEY 256 3 8 ${body}==\n`,
  ],
  ['/etc/wireguard/host.key', `${body}==\n`, '[secret]\n'],
  [
    '/etc/namedb/private/xfer.key',
    `key "xfer-key" { algorithm hmac-sha256; secret "${body}"; };\n`,
    'key "xfer-key" { algorithm hmac-sha256; secret "[secret]"; };\n',
  ],
  [
    '/etc/master.passwd',
    `root:$2a$10$${salted}:0:0::0:0:Charlie &:/root:/bin/sh\ntoor:*:0:0::0:0:B:/root:/bin/sh\nold:ab:1:1::0:0:x:/:/x\nlocked:*LOCKED*$sha1$24680$q7Lw0xVt$Z3n8yBcD9eFgHiJkLmNoPqRsTuVw:2:2::0:0:x:/:/x\n`,
    'root:[secret]:0:0::0:0:Charlie &:/root:/bin/sh\ntoor:*:0:0::0:0:B:/root:/bin/sh\nold:[secret]:1:1::0:0:x:/:/x\nlocked:[secret]:2:2::0:0:x:/:/x\n',
  ],
  [
    '/root/copy-of-accounts',
    `a:abJnggxhB/yWI:0:0::0:0:x:/:/x\nb:$argon2id$v=19$m=4096,t=3,p=1$c2FsdHNhbHQ$Z3n8yBcD9eFgHiJkLmNoPqRsTuVw:19000:0:99999:7:::\nc:abJnggxhB/yWI:1:1:x:/:/x\nwheel:*:0:root,a\nadm:x:3:\n`,
    'a:[secret]:0:0::0:0:x:/:/x\nb:[secret]:19000:0:99999:7:::\nc:[secret]:1:1:x:/:/x\nwheel:*:0:root,a\nadm:x:3:\n',
  ],
  [
    '/etc/script',
    `usermod -p '$6$rounds=5000$salt$${salted}${salted}' x; echo "$1$suffix_of_it" $2$3\n`,
    `usermod -p '[secret]' x; echo "$1$suffix_of_it" $2$3\n`,
  ],
  [
    '/etc/named.conf',
    `// key old { secret "${body}"; };\n# secret "pw";\n/* secret ${body}= ; */\n# secret\n#   "${body}";\n`,
    '// key old { secret "[secret]"; };\n# secret "[secret]";\n/* secret [secret] ; */\n# secret\n#   "[secret]";\n',
  ],
  [
    '/etc/nsd/nsd.conf',
    `key:\n    name: "k"\n    algorithm: hmac-sha256\n    secret: "${body}"\n`,
    'key:\n    name: "k"\n    algorithm: hmac-sha256\n    secret: "[secret]"\n',
  ],
  [
    '/etc/ddns/update',
    `server 127.0.0.1\nkey hmac-sha256:ddns ${body}b=\nkey CNAME abcdefghijklmnopqrst\ndig -y hmac-md5:k:${body}= soa; ls -y a:b\n`,
    'server 127.0.0.1\nkey hmac-sha256:ddns [secret]\nkey CNAME abcdefghijklmnopqrst\ndig -y hmac-md5:k:[secret] soa; ls -y a:b\n',
  ],
  [
    '/etc/pkg.conf',
    'PKG_PATH=http://joe:pass:word@host:80/x https://[2001:db8::1]:80/ http://host:80/a@b ftp://joe@host\n',
    'PKG_PATH=http://joe:[secret]@host:80/x https://[2001:db8::1]:80/ http://host:80/a@b ftp://joe@host\n',
  ],
  [
    '/etc/named.odd',
    'key k { algorithm hmac-md5\n; secret c2VjcmV0\n;}; ; secret words; here\n; secret words; here\n',
    'key k { algorithm hmac-md5\n; secret [secret]\n;}; ; secret [secret]; here\n; secret words; here\n',
  ],
  [
    '/etc/backup.json',
    `{ "named.conf": "key \\"k\\" {\\n\\tsecret \\"${body}=\\";\\n\\tSECRET\\n${body}b=;\\n};", "secret": "none" }\necho "secret \\"${body}\\"; key" >>x\n<td>secret &quot;${body}&quot;;</td>\n`,
    '{ "named.conf": "key \\"k\\" {\\n\\tsecret \\"[secret]\\";\\n\\tSECRET\\n[secret];\\n};", "secret": "none" }\necho "secret \\"[secret]\\"; key" >>x\n<td>secret &quot;[secret]&quot;;</td>\n',
  ],
  [
    '/etc/named.quotes',
    'key k { secret "a\\"b; \\\\"; };\nzone "x\\" secret " { };\n',
    'key k { secret "[secret]"; };\nzone "x\\" secret " { };\n',
  ],
  [
    '/etc/named.broken',
    `key k { algorithm x\nsecret "${body}"\n}; secret "not closed ${body}\n};\nzone "x" { };\n`,
    'key k { algorithm x\nsecret "[secret]"\n}; secret "[secret]\n[secret]\nzone "x" { };\n',
  ],
];

describe.each(awks)('by the kinds of files, with %s,', (awk) => {
  it('every secret is masked, and nothing else', () => {
    const told = maskOnHost(
      files.map(([path, text]) => ({ old: '', new: text, path })),
      awk,
    );
    files.forEach(([path, text, masked], index) => {
      const { diff = [], masked: printed } = told[index] ?? {};
      expect(printed).toBe(masked);
      expect(onController(text, path)).toBe(masked);
      const added = diff.filter((line) => line.startsWith('+')).map((line) => withoutNumbers(line.slice(1)));
      expect(added).toEqual(masked.split('\n').slice(0, -1));
    });
  });
});

describe('the controller', () => {
  it('masks a diff that a host did not mask', () => {
    const mask = new RemoteMask([]);
    for (const { text, changed, secrets, changedSecrets } of planted) {
      const old = text.split('\n').map((line) => `-${line}`);
      const fresh = changed.split('\n').map((line) => `+${line}`);
      const shown = mask.diff(['@@ -1 +1 @@', ...old, ...fresh], '/etc/named.conf');
      expect(leaksOf(shown.join('\n'), [...secrets, ...changedSecrets])).toEqual([]);
      expect(shown).toHaveLength(old.length + fresh.length + 1);
    }
  });
});
