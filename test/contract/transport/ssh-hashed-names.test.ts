// Hosts whose names in known_hosts are hashed: what is recorded for a host is found out only when it shows a key that no line
// of its own holds, and then it is asked once more.
import { createHmac } from 'node:crypto';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { sshTransport } from '../../../src/transport/index.ts';
import { clientFiles, keyPair, loopbackHost, startSshd } from './in-process-sshd.ts';
import type { InProcessSshd } from './in-process-sshd.ts';

let server: InProcessSshd;
let connections: number;

beforeAll(() => {
  keyPair('user');
  keyPair('ed25519-host');
  keyPair('rsa-host', 'rsa');
});

afterEach(async () => {
  await server.stop();
});

/** Connects to a host with an ed25519 and an RSA key; the lines name it by `@`, and have its keys as ED25519 and RSA. */
async function connected(...lines: readonly string[]): Promise<string> {
  connections = 0;
  server = await startSshd({
    hostKeys: [keyPair('ed25519-host').private, keyPair('rsa-host').private],
    onConnection: () => (connections += 1),
  });
  const [ed25519 = '', rsa = ''] = server.hostPublicKeys;
  const text = lines.map((line) =>
    line
      .replace('@ ', `${hashed(`[127.0.0.1]:${server.port}`)} `)
      .replace('OTHER', keyPair('user').public)
      .replace('ED25519', ed25519)
      .replace('RSA', rsa),
  );
  const transport = sshTransport({
    startLimit: 1,
    homeDirectory: '',
    readFile: clientFiles({ '/id': keyPair('user').private, '/known_hosts': text.join('\n') }),
    retryDelayMs: () => 1,
  });
  return await transport.connect(loopbackHost(server.port), new AbortController().signal).then(
    (session) => {
      session.close();
      return 'connected';
    },
    (error: unknown) => (error as { readonly code: string }).code,
  );
}

function hashed(name: string): string {
  const hash = createHmac('sha1', 'salt').update(name).digest('base64');
  return `|1|${Buffer.from('salt').toString('base64')}|${hash}`;
}

describe('a host with several keys and a hashed name', () => {
  const another = hashed('ns2.example.net');

  it.each([
    ['at once by the type that all hosts have', 1, 'connected', ['@ RSA', `${another} RSA`]],
    ['at once by the better of two types', 1, 'connected', ['@ ED25519', `${another} RSA`]],
    ['asked again, for its own type', 2, 'connected', ['@ RSA', `${another} ED25519`]],
    [
      'asked again when the key of another type is revoked',
      2,
      'connected',
      ['@ RSA', `${another} ED25519`, '@revoked * ED25519'],
    ],
    [
      'refused: the key of the type that is asked for is another',
      1,
      'SSH_HOST_KEY_CHANGED',
      ['@ OTHER', '@ RSA'],
    ],
    ['refused: no line of its own', 2, 'SSH_HOST_KEY_UNKNOWN', [`${another} RSA`]],
    [
      'refused: revoked',
      1,
      'SSH_HOST_KEY_REVOKED',
      ['@ ED25519', '@ RSA', '@revoked @ ED25519', `${another} RSA`],
    ],
  ])('is %s', async (_how, times, outcome, lines) => {
    expect(await connected(...lines)).toBe(outcome);
    expect(connections).toBe(times);
  });
});
