// Files that a var names: from the place that names them, and nothing that was not meant.
import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readGivenFiles } from '../../../src/sources/index.ts';
import { folderWith, removeFoldersAfterwards } from './folder.ts';

removeFoldersAfterwards();

const zones = {
  'zones/example.net': 'a',
  'zones/include/hosts': 'b',
  'zones/.gitignore': '',
  'zones/x~': '',
};

function names(files: ReadonlyMap<string, Uint8Array>): string[] {
  return [...files.keys()];
}

describe('readGivenFiles', () => {
  it('takes everything below a directory, except names with a dot and files of editors', async () => {
    const folder = folderWith(zones);
    expect(names(await readGivenFiles('zones/', join(folder, 'dns.yaml')))).toEqual([
      'example.net',
      'include/hosts',
    ]);
  });

  it('takes a single file by its last name, and absolute paths unchanged', async () => {
    const folder = folderWith(zones);
    expect(names(await readGivenFiles('zones/include/hosts', join(folder, 'dns.yaml')))).toEqual(['hosts']);
    const absolute = await readGivenFiles(join(folder, 'zones/example.net'), '/nowhere/dns.yaml');
    expect(new TextDecoder().decode(absolute.get('example.net'))).toBe('a');
  });

  it('reports what is missing, and suggests a name', async () => {
    const folder = folderWith(zones);
    await expect(readGivenFiles('zones/exmple.net', join(folder, 'dns.yaml'))).rejects.toMatchObject({
      code: 'FILE_MISSING',
      message: `there is no ${folder}/zones/exmple.net`,
      hint: `did you mean "${folder}/zones/example.net"?`,
    });
  });

  it('refuses an empty directory, a link that leads out, and too many files', async () => {
    const folder = folderWith({ ...zones, 'empty/.keep': '', 'links/a': '' });
    const from = join(folder, 'dns.yaml');
    await expect(readGivenFiles('empty', from)).rejects.toMatchObject({ code: 'VAR_FILES' });
    symlinkSync('/etc/passwd', join(folder, 'links/b'));
    await expect(readGivenFiles('links', from)).rejects.toMatchObject({
      code: 'VAR_FILES',
      message: `${folder}/links/b is a link that leads out of the directory`,
    });
    const limits = { files: 10, bytes: 1 };
    await expect(readGivenFiles('zones', from, limits)).rejects.toMatchObject({
      code: 'VAR_FILES_TOO_LARGE',
    });
    const large = folderWith({ large: 'ab' });
    await expect(readGivenFiles('large', join(large, 'dns.yaml'), limits)).rejects.toMatchObject({
      code: 'VAR_FILES_TOO_LARGE',
    });
  });
});
