// Which mirrors docker/base-image.sh takes from a machine's apt configuration.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runProgram } from '../../../src/programs/index.ts';
import { temporaryDirectory } from './temporary-directory.ts';

const script = join(import.meta.dirname, '../../../docker/base-image.sh');

async function mirrors(files: Readonly<Record<string, string>>): Promise<readonly string[]> {
  const etc = await temporaryDirectory();
  await mkdir(join(etc, 'sources.list.d'));
  for (const [name, text] of Object.entries(files)) await writeFile(join(etc, name), text);
  const end = await runProgram('sh', [script, '--list-mirrors', etc], { timeoutMs: 30_000 });
  expect(end).toMatchObject({ exitCode: 0, stderr: '' });
  return end.stdout.split('\n').filter((line) => line !== '');
}

describe('base-image.sh --list-mirrors', () => {
  it('reads one-line sources with and without options', async () => {
    const text = [
      '# deb http://192.0.2.9/debian bookworm main',
      'deb http://192.0.2.1/debian bookworm main contrib # the near one',
      'deb [ arch=amd64 signed-by=/k/a.gpg ] http://192.0.2.2/debian bookworm main',
      'deb\t[trusted=yes]\thttp://192.0.2.3/debian\tbookworm\tmain',
      'deb-src http://192.0.2.9/debian bookworm main',
    ];
    expect(await mirrors({ 'sources.list': `${text.join('\n')}\n` })).toEqual([
      'http://192.0.2.1/debian - -',
      'http://192.0.2.2/debian /k/a.gpg -',
      'http://192.0.2.3/debian - yes',
    ]);
  });

  it('reads deb822 stanzas with lists, continued lines, comments and a key in line', async () => {
    const text = [
      '# Debian',
      'Types: deb deb-src',
      'URIs: http://192.0.2.1/debian',
      ' http://192.0.2.2/debian',
      '# a comment inside',
      'Suites: bookworm bookworm-updates',
      'Components: main',
      'Signed-By:',
      ' -----BEGIN PGP PUBLIC KEY BLOCK-----',
      ' .',
      ' -----END PGP PUBLIC KEY BLOCK-----',
      '',
      'Types: deb',
      'URIs: http://192.0.2.3/debian',
      'Suites: bookworm',
      'Trusted: yes',
      'Signed-By: /k/a.gpg',
      '',
      'Types: deb',
      'Enabled: no',
      'URIs: http://192.0.2.9/debian',
      'Suites: bookworm',
    ];
    expect(await mirrors({ 'sources.list.d/debian.sources': `${text.join('\n')}\n` })).toEqual([
      'http://192.0.2.1/debian - -',
      'http://192.0.2.2/debian - -',
      'http://192.0.2.3/debian /k/a.gpg yes',
    ]);
  });

  it('tries sources of the wanted suite first, each once, and leaves out incomplete archives', async () => {
    const text = [
      'deb http://192.0.2.2/debian trixie main',
      'deb http://192.0.2.1/debian bookworm-updates main',
      'deb http://192.0.2.1/debian bookworm main',
      'deb http://192.0.2.9/debian-security bookworm-security main',
      'deb http://192.0.2.9/flat ./',
      'deb cdrom:[disc]/ bookworm main',
    ];
    const stanza = 'Types: deb\nURIs: http://192.0.2.1/debian\nSuites: bookworm\n';
    const files = { 'sources.list': `${text.join('\n')}\n`, 'sources.list.d/again.sources': stanza };
    expect(await mirrors(files)).toEqual(['http://192.0.2.1/debian - -', 'http://192.0.2.2/debian - -']);
  });

  it('finds nothing if nothing is configured', async () => {
    expect(await mirrors({})).toEqual([]);
  });
});
