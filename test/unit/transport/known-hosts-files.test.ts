// known_hosts files: each read once, and what cannot be read or understood is said.
import { describe, expect, it } from 'vitest';
import { knownHostsReader } from '../../../src/transport/ssh/known-hosts-files.ts';
import { clientFiles, keyPair } from '../../contract/transport/in-process-sshd.ts';

const key = keyPair('known').public;
const shown = Buffer.from(key.split(' ')[1] ?? '', 'base64');

function reading(files: Readonly<Record<string, string>>) {
  const reads: string[] = [];
  const warnings: string[] = [];
  const read = clientFiles(files);
  const recordsOf = knownHostsReader(
    (path) => {
      reads.push(path);
      return read(path);
    },
    (text) => warnings.push(text),
  );
  return { reads, warnings, recordsOf };
}

describe('known_hosts files', () => {
  it('are read once each, and a missing one records nothing', async () => {
    const { reads, recordsOf } = reading({ '/a': `ns1 ${key}\n`, '/b': `ns2 ${key}\n` });
    const both = await recordsOf(['/a', '/missing', '/b']);
    expect(['ns1', 'ns2', 'ns3'].map((name) => both.judge(name, 22, shown).kind)).toEqual([
      'known',
      'known',
      'unknown',
    ]);
    expect((await recordsOf(['/b'])).judge('ns1', 22, shown).kind).toBe('unknown');
    expect(await recordsOf(['/a', '/missing', '/b'])).toBe(both);
    expect(reads).toEqual(['/a', '/missing', '/b']);
  });

  it('with unknown lines still give the others, and one warning for each file with line numbers', async () => {
    const broken = 'ns7 ssh-rsa\n';
    const { warnings, recordsOf } = reading({
      '/a': `# hosts\r\n@revokd * ${key}\r\nns1 ${key}\r\n`,
      '/b': broken.repeat(7),
    });
    const records = await recordsOf(['/a', '/b']);
    await recordsOf(['/b', '/a']);
    expect(records.judge('ns1', 22, shown).kind).toBe('known');
    expect(warnings).toEqual([
      'a line of /a is skipped (line 2: the mark @revokd is not known)',
      '7 lines of /b are skipped (line 1: it holds no key; line 2: it holds no key; line 3: it holds no key; line 4: it holds no key; line 5: it holds no key; ...)',
    ]);
  });

  it.each(['EACCES', 'EISDIR'])(
    'that give %s are an error, because they could hold a revocation',
    async (code) => {
      const denied = (): Promise<Buffer> => Promise.reject(Object.assign(new Error(code), { code }));
      const recordsOf = knownHostsReader(denied, () => undefined);
      await expect(recordsOf(['/a'])).rejects.toMatchObject({
        code: 'SSH_KNOWN_HOSTS',
        message: `/a cannot be read (${code})`,
      });
    },
  );
});
