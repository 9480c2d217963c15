// Identity files: read once, and every reason why one cannot be used is said.
import { describe, expect, it } from 'vitest';
import { identityReader } from '../../../src/transport/ssh/identity.ts';
import { keyPair } from '../../contract/transport/in-process-sshd.ts';
import { knownHostsReader } from '../../../src/transport/ssh/known-hosts-files.ts';

const pair = keyPair('identity');

function fileReader(files: Readonly<Record<string, string>>) {
  const reads: string[] = [];
  return {
    reads,
    readFile: (path: string): Promise<Buffer> => {
      reads.push(path);
      const text = files[path];
      if (text !== undefined) return Promise.resolve(Buffer.from(text));
      return Promise.reject(Object.assign(new Error(`ENOENT: ${path}`), { code: 'ENOENT' }));
    },
  };
}

describe('an identity file', () => {
  it('is read once for all hosts', async () => {
    const { reads, readFile } = fileReader({ '/id': pair.private });
    const identityAt = identityReader(readFile);
    const [first, second] = await Promise.all([identityAt('/id'), identityAt('/id')]);
    expect(first).toBe(second);
    expect(first.key?.type).toBe('ssh-ed25519');
    expect(reads).toEqual(['/id']);
  });

  it.each([
    ['does not exist', {}, /cannot be read: ENOENT/],
    ['is no key', { '/id': 'not a key' }, /is not a private key/],
  ])('that %s is an error that names it', async (_what, files, message) => {
    await expect(identityReader(fileReader(files).readFile)('/id')).rejects.toMatchObject({
      code: 'SSH_IDENTITY',
      message: expect.stringMatching(message) as string,
    });
  });

  it('that holds only a public key gives that key to find in an agent', async () => {
    const identity = await identityReader(fileReader({ '/id.pub': pair.public }).readFile)('/id.pub');
    expect(identity).toMatchObject({ key: undefined, problem: 'public-only' });
    expect(identity.publicKey?.toString('base64')).toBe(pair.public.split(' ')[1]);
  });
});

describe('known_hosts files', () => {
  it('are read once each, and a missing one records nothing', async () => {
    const { reads, readFile } = fileReader({ '/a': `ns1 ${pair.public}\n`, '/b': `ns2 ${pair.public}\n` });
    const linesOf = knownHostsReader(readFile);
    const lines = await linesOf(['/a', '/missing', '/b']);
    expect(lines.map(({ file }) => file)).toEqual(['/a', '/b']);
    await linesOf(['/b']);
    expect(reads).toEqual(['/a', '/missing', '/b']);
  });

  it('that exist and cannot be read are an error, since a revocation could stand there', async () => {
    const denied = (): Promise<Buffer> =>
      Promise.reject(Object.assign(new Error('EACCES'), { code: 'EACCES' }));
    await expect(knownHostsReader(denied)(['/a'])).rejects.toMatchObject({ code: 'SSH_KNOWN_HOSTS' });
  });
});
