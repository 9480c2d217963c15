// Texts of a host's files with secrets planted in them, in every layout that their readers take; for property tests.
import fc from 'fast-check';

/** A text, the secrets in it, and the same text with other secrets. */
export interface PlantedText {
  readonly text: string;
  readonly secrets: readonly string[];
  readonly changed: string;
  readonly changedSecrets: readonly string[];
}

const base64Character = fc.constantFrom(
  ...Array.from('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'),
);

/** Base64 as keys have it. Its first eight characters are random letters, so that no two are alike. */
const base64 = fc
  .tuple(
    fc.array(base64Character, { minLength: 16, maxLength: 85 }),
    fc.constantFrom('', '=', '=='),
    fc.stringMatching(/^[a-z]{8}$/),
  )
  .map(([body, tail, head]) => head + body.join('') + tail);

/** What was meant for base64 and is none: a password. It is quoted. */
const password = fc
  .array(fc.constantFrom(...Array.from("abcdefghij0123456789 -_.:!?$%&()[]<>|,;{}#*/@~^'")), {
    minLength: 8,
    maxLength: 30,
  })
  .map((list) => list.join(''));

const pick = (...texts: string[]): fc.Arbitrary<string> => fc.constantFrom(...texts);
const comment = pick(
  '/* the secret; of "life" */',
  '/*\n * secret words\n */',
  '// it is a secret\n',
  '# "secret" { key };\n',
  '/**/',
);
/** What may stand between two tokens. At least a blank, unless one of the two ends by itself. */
const gap = fc.oneof(
  pick(' ', '\t', '  ', '\n', '\n\t', ' \n\n  ', '\r\n\t'),
  fc.tuple(pick(' ', '\t', '\n'), comment, pick(' ', '\n\t')).map((parts) => parts.join('')),
);
const optionalGap = fc.oneof(fc.constant(''), gap);
const keyword = pick('secret', 'SECRET', 'Secret', 'sEcReT');
const keyName = pick('"xfer-key"', 'ddns.example.net.', '"a secret"', 'k1');
const algorithm = pick('algorithm hmac-sha256', 'algorithm "hmac-md5"', 'Algorithm HMAC-SHA512');

/** A template and how a secret is written at its `@`. */
interface Layout {
  readonly template: string;
  readonly kind: 'quoted' | 'wrapped' | 'bare' | 'password';
}

const statement: fc.Arbitrary<Layout> = fc
  .record({
    keyword,
    gap,
    noGap: fc.boolean(),
    end: optionalGap,
    kind: fc.constantFrom<Layout['kind'][]>('quoted', 'wrapped', 'bare', 'password'),
  })
  .map(({ keyword: word, gap: between, noGap, end, kind }) => ({
    template: kind === 'bare' ? `${word}${between}@${end};` : `${word}${noGap ? '' : between}"@"${end};`,
    kind,
  }));

const keyBlock: fc.Arbitrary<Layout> = fc
  .record({
    keyName,
    algorithm,
    statement,
    gaps: fc.array(gap, { minLength: 6, maxLength: 6 }),
    order: fc.boolean(),
  })
  .map(({ keyName: name, algorithm: cipher, statement: { template, kind }, gaps, order }) => {
    const [a = ' ', b = ' ', c = ' ', d = ' ', e = ' ', f = '\n'] = gaps;
    const body = order ? `${cipher};${c}${template}` : `${template}${c}${cipher};`;
    return { template: `key${a}${name}${b}{${d}${body}${e}};${f}`, kind };
  });

/** Statements that are no keys, and comments: nothing in them is to change. */
export const harmless = pick(
  'options {\n\tdirectory "/etc/namedb";\n\tlisten-on { any; };\n};\n',
  'zone "secret" { type master; file "secret"; };\n',
  '# keep the secret safe; it is "important"\n',
  '// secrets are in /etc/namedb/keys; ask for them\n',
  '/* the secret is\n * kept elsewhere; see "secret" there\n */\n',
  'acl "secret-net" { 192.0.2.0/24; 2001:db8::/32; };\n',
  'controls { inet 127.0.0.1 allow { localhost; } keys { "rndc-key"; }; };\n',
  'include "/etc/namedb/secret/*.conf";\n',
  'zone "x.example" { type slave; masters { 192.0.2.1 key "secret"; }; };\n',
  'trust-anchors { . initial-key 257 3 8 "AwEAAaz/tAm8yTn4Mfeh5eyI96WSVexTBAvkMgJzkKTOiW1vkIbzxeF3"; };\n',
  '\n',
);

/** Lines of zones: names and records that look like keys, and are everybody's. */
export const zoneText = fc
  .array(
    pick(
      ';\n',
      '; the secret of the zone; keep it safe\n',
      'secret IN A 192.0.2.7\n',
      'secret\t3600\tIN\tTXT\t"v=spf1 -all"\n',
      '@ NS secret\n',
      'www CNAME secret ; a comment\n',
      'x TXT "secret \\"abc\\";"\n',
      '@ IN DNSKEY 257 3 13 mdsswUyr3DPW132mOi8V9xESWE8jTo0dxCjjnopKl+GqJxpVXckHAeF+KkxLbxILfDLUT0rAK9iUzy1L53eKGQ== ; KSK\n',
      '@ RRSIG SOA 13 2 3600 20260101000000 (\n\t20251201000000 12345 example.net.\n\t\toJB1W6WNGv+ldvQ3WDG0MQkg5IEhjRip8WTrPYGv07h108dUKGMeDPKijVCHX3DDKdfb+v6oB9wfuh3DTJXUAfI=\n\t\t)\n',
      '@ KEY 512 3 13 mdsswUyr3DPW132mOi8V9xESWE8jTo0dxCjjnopKl+GqJxpVXckHAeF+Kk==\n',
      'k._domainkey TXT ( "v=DKIM1; k=rsa; p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDwIRP/UC3SBsEmGqZ9ZJW3/DkMoGeLnQg1" )\n',
      '@ SOA ns1 root (\n\t2026112801 ; serial\n\t3600 900 604800 3600 )\n',
    ),
    { minLength: 1, maxLength: 12 },
  )
  .map((lines) => lines.join(''));

/** A named.conf with key statements, and what it is with other secrets in them. */
export const namedConf: fc.Arbitrary<PlantedText> = fc
  .array(fc.oneof({ weight: 1, arbitrary: harmless }, { weight: 1, arbitrary: keyBlock }), {
    minLength: 1,
    maxLength: 6,
  })
  .chain((parts) =>
    fc
      .array(fc.record({ base64, password, other: base64, otherPassword: password }), {
        minLength: parts.length,
        maxLength: parts.length,
      })
      .map((values) => plant(parts, values)),
  );

function plant(
  parts: readonly (string | Layout)[],
  values: readonly { base64: string; password: string; other: string; otherPassword: string }[],
): PlantedText {
  const [secrets, changedSecrets]: [string[], string[]] = [[], []];
  let [text, changed] = ['', ''];
  parts.forEach((part, index) => {
    const value = values[index];
    if (typeof part === 'string' || value === undefined) {
      text += typeof part === 'string' ? part : '';
      changed += typeof part === 'string' ? part : '';
      return;
    }
    const isPassword = part.kind === 'password';
    const [before, after] = isPassword ? [value.password, value.otherPassword] : [value.base64, value.other];
    secrets.push(before);
    changedSecrets.push(after);
    text += part.template.replace('@', () => written(before, part.kind));
    changed += part.template.replace('@', () => written(after, part.kind));
  });
  return { text, secrets, changed, changedSecrets };
}

function written(secret: string, kind: Layout['kind']): string {
  if (kind === 'wrapped') return `${secret.slice(0, 9)}\n\t${secret.slice(9)}`;
  // BIND takes a bare word for a comment from two slashes on, and ends it at a sign of equality.
  return kind === 'bare' ? secret.replaceAll(/[/+]{2,}/g, '/') : secret;
}

/** Every stretch of eight characters of the secrets that has some variety and stands in the text. */
export function leaksOf(text: string, secrets: readonly string[]): readonly string[] {
  return secrets.flatMap((secret) =>
    Array.from({ length: Math.max(0, secret.length - 7) }, (_, at) => secret.slice(at, at + 8)).filter(
      (stretch) => text.includes(stretch) && new Set(stretch).size > 2,
    ),
  );
}
