// Files that are named as private keys: every form that ssh reads gives the same key, whatever became of its text on
// the way, and everything else is called by its name, with the way to a key that works.
import { createHash, createHmac, generateKeyPairSync, verify } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import ssh2 from 'ssh2';
import { describe, expect, it } from 'vitest';
import { readKeyFile } from '../../../src/transport/ssh/key-file.ts';

interface Sample {
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
  /** The form of before PKCS#8. */
  readonly older: 'pkcs1' | 'sec1' | undefined;
  readonly hash: string | undefined;
}

const samples: Readonly<Record<string, Sample>> = {
  'ssh-rsa': { ...generateKeyPairSync('rsa', { modulusLength: 2048 }), older: 'pkcs1', hash: 'sha256' },
  'ecdsa-sha2-nistp256': {
    ...generateKeyPairSync('ec', { namedCurve: 'P-256' }),
    older: 'sec1',
    hash: 'sha256',
  },
  'ecdsa-sha2-nistp384': {
    ...generateKeyPairSync('ec', { namedCurve: 'P-384' }),
    older: 'sec1',
    hash: 'sha384',
  },
  'ecdsa-sha2-nistp521': {
    ...generateKeyPairSync('ec', { namedCurve: 'P-521' }),
    older: 'sec1',
    hash: 'sha512',
  },
  'ssh-ed25519': { ...generateKeyPairSync('ed25519'), older: undefined, hash: undefined },
};

function pem({ privateKey }: Sample, type: 'pkcs8' | 'pkcs1' | 'sec1', passphrase?: string): string {
  const cipher = passphrase === undefined ? {} : { cipher: 'aes-128-cbc', passphrase };
  return privateKey.export({ type, format: 'pem', ...cipher }) as string;
}

const forms = Object.entries(samples).flatMap(([keyType, sample]) => [
  { form: 'PKCS#8', keyType, sample, text: pem(sample, 'pkcs8') },
  ...(sample.older === undefined
    ? []
    : [{ form: sample.older.toUpperCase(), keyType, sample, text: pem(sample, sample.older) }]),
]);

function expectKey(text: string | Buffer, keyType: string, { publicKey, hash }: Sample): void {
  const file = readKeyFile(Buffer.from(text));
  if (file.kind !== 'private') throw new Error(`the file ${file.kind === 'unusable' ? file.is : file.kind}`);
  expect(file.key.type).toBe(keyType);
  const data = Buffer.from('to be signed');
  const signature = file.key.sign(data, keyType === 'ssh-rsa' ? hash : undefined);
  expect(verify(hash, data, publicKey, signature)).toBe(true);
  const parsed = ssh2.utils.parseKey(`${keyType} ${file.key.getPublicSSH().toString('base64')}`);
  expect(parsed).not.toBeInstanceOf(Error);
}

describe('a private key', () => {
  it.each(forms)('of type $keyType in $form is used', ({ text, keyType, sample }) => {
    expectKey(text, keyType, sample);
  });

  const mishaps: readonly (readonly [string, (text: string) => string])[] = [
    ['CRLF line ends', (text) => text.replaceAll('\n', '\r\n')],
    ['a byte order mark', (text) => `\ufeff${text}`],
    ['blank lines before it', (text) => `\r\n \n\n${text}`],
    ['no last line end', (text) => text.trimEnd()],
    [
      'text around it',
      (text) => `Bag Attributes\n    friendlyName: ops\nKey Attributes: <No Attributes>\n${text}\n--\n`,
    ],
    [
      'other PEM blocks before it',
      (text) => `-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n${text}`,
    ],
    ['indentation', (text) => text.replace(/^/gm, '    ')],
    ['spaces for line ends', (text) => text.replace(/\n(?!-)/g, ' ').replace(/(-----) /g, '$1\n')],
  ];
  it.each(mishaps)('with %s is used in each form', (_what, mishap) => {
    for (const { text, keyType, sample } of forms) expectKey(mishap(text), keyType, sample);
  });

  it('of type ssh-ed25519 in PKCS#8 is used whatever its bytes are', () => {
    for (let count = 0; count < 300; count++) {
      const pair = generateKeyPairSync('ed25519');
      const sample = { ...pair, older: undefined, hash: undefined };
      expectKey(pem(sample, 'pkcs8'), 'ssh-ed25519', sample);
    }
  });

  it('of type RSA in version 2 of PuTTY is used', () => {
    const rsa = samples['ssh-rsa'] as Sample;
    expectKey(putty2(rsa), 'ssh-rsa', rsa);
  });

  it('in the form of OpenSSH is used, also with CRLF and a byte order mark', () => {
    const text = opensshKey();
    for (const each of [text, text.replaceAll('\n', '\r\n'), `\ufeff\n${text}`, text.trim()]) {
      const file = readKeyFile(Buffer.from(each));
      expect(file).toMatchObject({ kind: 'private', key: { type: 'ssh-ed25519' } });
    }
  });
});

// ssh2 writes about one key in 256 in a form that it then cannot read.
function opensshKey(): string {
  for (;;) {
    const text = ssh2.utils.generateKeyPairSync('ed25519').private;
    if (!(ssh2.utils.parseKey(text) instanceof Error)) return text;
  }
}

/** An RSA key as PuTTY's version 2 writes it without passphrase. */
function putty2({ publicKey, privateKey }: Sample): string {
  const { d, p, q, qi } = privateKey.export({ format: 'jwk' });
  const { n, e } = publicKey.export({ format: 'jwk' });
  const string = (bytes: Buffer): Buffer => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.length);
    return Buffer.concat([length, bytes]);
  };
  const number = (text = ''): Buffer => {
    const bytes = Buffer.from(text, 'base64url');
    return string((bytes[0] ?? 0) > 127 ? Buffer.concat([Buffer.alloc(1), bytes]) : bytes);
  };
  const pub = Buffer.concat([string(Buffer.from('ssh-rsa')), number(e), number(n)]);
  const secret = Buffer.concat([number(d), number(p), number(q), number(qi)]);
  const signed = [Buffer.from('ssh-rsa'), Buffer.from('none'), Buffer.from('ops'), pub, secret];
  const macKey = createHash('sha1').update('putty-private-key-file-mac-key').digest();
  const lines = (bytes: Buffer): string[] => bytes.toString('base64').match(/.{1,64}/g) ?? [];
  return [
    ...['PuTTY-User-Key-File-2: ssh-rsa', 'Encryption: none', 'Comment: ops'],
    ...[`Public-Lines: ${String(lines(pub).length)}`, ...lines(pub)],
    ...[`Private-Lines: ${String(lines(secret).length)}`, ...lines(secret)],
    `Private-MAC: ${createHmac('sha1', macKey)
      .update(Buffer.concat(signed.map(string)))
      .digest('hex')}`,
    '',
  ].join('\r\n');
}

describe('a private key with a passphrase', () => {
  const ecdsa = samples['ecdsa-sha2-nistp256'] as Sample;

  it.each([
    ['PKCS#8', pem(ecdsa, 'pkcs8', 'words')],
    ['SEC 1', pem(ecdsa, 'sec1', 'words')],
    ['PKCS#8 with CRLF', pem(ecdsa, 'pkcs8', 'words').replaceAll('\n', '\r\n')],
  ])('in %s is recognised, and hides its public half', (_form, text) => {
    expect(readKeyFile(Buffer.from(text))).toEqual({ kind: 'locked', publicKey: undefined });
  });

  it('in the form of OpenSSH shows its public half', () => {
    const made = ssh2.utils.generateKeyPairSync('ecdsa', {
      bits: 256,
      passphrase: 'words',
      cipher: 'aes256-ctr',
      rounds: 1,
    });
    const file = readKeyFile(Buffer.from(made.private));
    expect(file.kind === 'locked' && file.publicKey?.toString('base64')).toBe(made.public.split(' ')[1]);
  });
});

// Made with puttygen for this test; nothing trusts this key.
const putty3 = `PuTTY-User-Key-File-3: ssh-ed25519
Encryption: none
Comment: ops@bastion
Public-Lines: 2
AAAAC3NzaC1lZDI1NTE5AAAAIDePx1iXiE66AcwjEcOvaMUZOQk+S9JTfnosMWWz
krPv
Private-Lines: 1
AAAAICwtRXhOXK7x5Hh4di8uSYcBZPCjbJED6ZhVZtV/BDFz
Private-MAC: 847accdbd3523caf534a30baa760e69301d4d9985273de2930aadf44ac359207
`;
const certificate = 'ssh-ed25519-cert-v01@openssh.com AAAAIHNzaC1lZDI1NTE5LWNlcnQtdjAxQG9wZW5zc2guY29t ops';
const ed25519 = pem(samples['ssh-ed25519'] as Sample, 'pkcs8');

function openssh(...strings: readonly string[]): string {
  const fields = strings.map((each) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(each.length);
    return Buffer.concat([length, Buffer.from(each, 'latin1')]);
  });
  const count = Buffer.from([0, 0, 0, 1]);
  const bytes = Buffer.concat([
    Buffer.from('openssh-key-v1\0'),
    ...fields.slice(0, 3),
    count,
    ...fields.slice(3),
  ]);
  return `-----BEGIN OPENSSH PRIVATE KEY-----\n${bytes.toString('base64')}\n-----END OPENSSH PRIVATE KEY-----\n`;
}

describe('a file without a private key', () => {
  it.each([
    ['nothing', '', 'is empty', 'copy the private key'],
    ['blank lines', '\r\n \n\ufeff\n'.trimEnd(), 'is empty', 'copy the private key'],
    ['a PuTTY key of version 3', putty3, 'is a key of PuTTY (PPK 3)', 'puttygen FILE -O private-openssh'],
    [
      'one with CRLF',
      putty3.replaceAll('\n', '\r\n'),
      'is a key of PuTTY (PPK 3)',
      'puttygen FILE -O private-openssh',
    ],
    [
      'a PuTTY key of version 2 that is not RSA',
      putty3.replace('File-3', 'File-2'),
      '(PPK 2)',
      'puttygen FILE',
    ],
    ['half a key', ed25519.slice(0, 60), 'is cut off: its END line is missing', 'copy the whole file'],
    ['damaged base64', ed25519.replace(/M/g, '!'), 'is damaged', 'ssh-keygen -y -f FILE'],
    ['a damaged key of OpenSSH', openssh('none', 'none', '', 'x'), 'is damaged', 'copy the whole file'],
    [
      'no OpenSSH key at all',
      '-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----',
      'is damaged',
      'copy',
    ],
    [
      'a token handle',
      openssh('none', 'none', '', '\0\0\0\x1ask-ssh-ed25519@openssh.com'),
      'hardware token',
      'ssh-keygen -t ed25519',
    ],
    ['a user certificate', certificate, 'is a user certificate', 'name the private key'],
    [
      'a public key in PEM',
      '-----BEGIN PUBLIC KEY-----\nAA\n-----END PUBLIC KEY-----',
      'public half',
      'name the private key',
    ],
    [
      'an X.509 certificate',
      '-----BEGIN CERTIFICATE-----\nAA\n-----END CERTIFICATE-----',
      'X.509',
      'name the private key',
    ],
    ['a key of ssh.com', '---- BEGIN SSH2 ENCRYPTED PRIVATE KEY ----', 'ssh.com', 'ssh-keygen -i -f FILE'],
    ['a key for SSH 1', 'SSH PRIVATE KEY FILE FORMAT 1.1\n\0', 'SSH 1', 'ssh-keygen -t ed25519'],
    ['an encrypted file', '-----BEGIN PGP MESSAGE-----', 'is an encrypted file', 'decrypt it'],
    ['a vault', '$ANSIBLE_VAULT;1.1;AES256\n6162', 'is an encrypted file', 'decrypt it'],
    ['any text', 'hunter2\n', 'is not a private key in a form that muster reads', 'name a private key'],
  ])('but with %s is reported by its kind', (_what, text, is, hint) => {
    const file = readKeyFile(Buffer.from(text));
    expect(file).toMatchObject({
      kind: 'unusable',
      is: expect.stringContaining(is) as string,
      hint: expect.stringContaining(hint) as string,
    });
    expect(JSON.stringify(file)).not.toContain('hunter2');
  });

  it.each([
    [
      'binary',
      (): Buffer => (samples['ssh-rsa'] as Sample).privateKey.export({ type: 'pkcs8', format: 'der' }),
      'openssl pkey -inform DER',
    ],
    ['text in UTF-16', (): Buffer => Buffer.from(`\ufeff${ed25519}`, 'utf16le'), 'iconv -f UTF-16'],
  ])('but with one that is %s has an error that says how to convert it', (is, bytes, hint) => {
    expect(readKeyFile(bytes())).toMatchObject({
      is: expect.stringContaining(`is ${is}`) as string,
      hint: expect.stringContaining(hint) as string,
    });
  });

  it.each([
    [
      'dsa',
      (): KeyObject => generateKeyPairSync('dsa', { modulusLength: 1024, divisorLength: 160 }).privateKey,
    ],
    ['ed448', (): KeyObject => generateKeyPairSync('ed448').privateKey],
    ['x25519', (): KeyObject => generateKeyPairSync('x25519').privateKey],
    ['rsa-pss', (): KeyObject => generateKeyPairSync('rsa-pss', { modulusLength: 2048 }).privateKey],
    [
      'ec, on a curve without a name',
      (): KeyObject => generateKeyPairSync('ec', { namedCurve: 'secp256k1' }).privateKey,
    ],
  ])('that sshd accepts, such as %s, is reported as such', (kind, make) => {
    const text = make().export({ type: 'pkcs8', format: 'pem' });
    expect(readKeyFile(Buffer.from(text))).toMatchObject({
      is: `is a key of a kind that sshd does not accept (${kind})`,
      hint: 'make a new key with ssh-keygen -t ed25519',
    });
  });

  it('but with its public half shows that, for the search in an agent', () => {
    const made = ssh2.utils.generateKeyPairSync('ecdsa', { bits: 256 });
    const blob = Buffer.from(made.public.split(' ')[1] ?? '', 'base64');
    for (const text of [made.public, `${made.public} ops@bastion\r\n`, `\n${made.public}\n`])
      expect(readKeyFile(Buffer.from(text))).toEqual({ kind: 'public', publicKey: blob });
  });
});
