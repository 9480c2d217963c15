// Identity files: read once, and every reason why one cannot be used is said.
import { describe, expect, it } from 'vitest';
import { identityError, identityFiles, outdatedError } from '../../../src/transport/ssh/identity.ts';
import type { ParsedKey } from 'ssh2';
import { keyPair, loopbackHost } from '../../contract/transport/in-process-sshd.ts';

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
    const identities = identityFiles(readFile);
    const [first, second] = await Promise.all([identities.at('/id'), identities.at('/id')]);
    expect(first).toBe(second);
    expect(first.key?.type).toBe('ssh-ed25519');
    expect(reads).toEqual(['/id']);
  });

  it.each([
    ['does not exist', {}, /cannot be read: ENOENT/],
    ['is no key', { '/id': 'not a key' }, /is not a private key/],
  ])('that %s is an error that names it', async (_what, files, message) => {
    await expect(identityFiles(fileReader(files).readFile).at('/id')).rejects.toMatchObject({
      code: 'SSH_IDENTITY',
      message: expect.stringMatching(message) as string,
    });
  });

  it.each([
    ['EISDIR', 'identity file /id is a directory, not a key'],
    ['EACCES', 'identity file /id cannot be read by this user (permission denied)'],
  ])('that causes %s has an error that explains it', async (code, message) => {
    const refuse = (): Promise<Buffer> => Promise.reject(Object.assign(new Error(code), { code }));
    await expect(identityFiles(refuse).at('/id')).rejects.toMatchObject({ code: 'SSH_IDENTITY', message });
  });

  it('that must be converted is named in the command for it', async () => {
    const files = { '/k.ppk': 'PuTTY-User-Key-File-3: ssh-ed25519\n' };
    await expect(identityFiles(fileReader(files).readFile).at('/k.ppk')).rejects.toMatchObject({
      message: 'identity file /k.ppk is a key of PuTTY (PPK 3)',
      hint: expect.stringContaining('puttygen /k.ppk -O private-openssh -o NEW-FILE') as string,
    });
  });

  it('with a passphrase and a hidden public half has an error that says how an agent can hold it', async () => {
    const hidden = '-----BEGIN ENCRYPTED PRIVATE KEY-----\nAA==\n-----END ENCRYPTED PRIVATE KEY-----\n';
    const identity = await identityFiles(fileReader({ '/id': hidden }).readFile).at('/id');
    expect(identityError(identity, 'ns1').hint).toContain('ssh-keygen -y -f /id >/id.pub');
    const beside = { '/id': hidden, '/id.pub': pair.public };
    const found = await identityFiles(fileReader(beside).readFile).at('/id');
    expect(found.publicKey?.toString('base64')).toBe(pair.public.split(' ')[1]);
    expect(identityError(found, 'ns1').hint).not.toContain('-y');
  });

  it('that is the public half has an error that names the private one', async () => {
    const identity = await identityFiles(fileReader({ '/id.pub': pair.public }).readFile).at('/id.pub');
    expect(identityError(identity, 'ns1')).toMatchObject({
      message: '/id.pub is the public half of a key, and the agent does not hold the key',
      hint: expect.stringContaining('name the private key in identity_file, probably /id,') as string,
    });
  });

  it('of type DSA is refused here as by every sshd of today, and kept for hosts that are older', () => {
    const dsa = {
      path: '/id',
      key: { type: 'ssh-dss' } as ParsedKey,
      publicKey: undefined,
      problem: 'none' as const,
    };
    expect(outdatedError(dsa, loopbackHost(22))?.message).toContain('is a DSA key');
    expect(outdatedError(dsa, loopbackHost(22, { legacyAlgorithms: true }))).toBeUndefined();
  });

  it('that holds only a public key gives that key to find in an agent', async () => {
    const identity = await identityFiles(fileReader({ '/id.pub': pair.public }).readFile).at('/id.pub');
    expect(identity).toMatchObject({ key: undefined, problem: 'public-only' });
    expect(identity.publicKey?.toString('base64')).toBe(pair.public.split(' ')[1]);
  });
});
