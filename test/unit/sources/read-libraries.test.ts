// Libraries on a real disk: where they are looked for, what leads out, and what counts.
import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isMusterError } from '../../../src/model/index.ts';
import { parsePlaybook } from '../../../src/playbook/index.ts';
import { readPlaybookTree } from '../../../src/sources/index.ts';
import { folderWith, removeFoldersAfterwards } from './folder.ts';

removeFoldersAfterwards();

const manifest = 'name: demo\nuses: [net]\nsteps: [{id: a, script: steps/a.sh}]\n';
const files = {
  'books/demo/playbook.yaml': manifest,
  'books/demo/steps/a.sh': 'state() { dial; }\n',
  'books/lib/net/net.sh': 'dial() { :; }\n',
};

/** What became of a library: its files, or the code and the words that refuse it. */
async function readNet(directory: string, name = 'net'): Promise<unknown> {
  const { libraries } = await readPlaybookTree(directory);
  const found = libraries?.byName.get(name);
  if (isMusterError(found)) return `${found.code} ${found.message}`;
  return found === undefined ? undefined : [found.directory, ...found.files.keys()];
}

describe('libraries', () => {
  it('are read from lib beside the playbook, only those that it uses', async () => {
    const root = folderWith({ ...files, 'books/lib/other/o.sh': '', 'books/lib/other/README': '' });
    const tree = await readPlaybookTree(join(root, 'books/demo'));
    expect(tree.libraries?.directory).toBe(join(root, 'books/lib'));
    expect(tree.libraries?.names).toEqual(['net', 'other']);
    expect([...(tree.libraries?.byName.keys() ?? [])]).toEqual(['net']);
    expect(parsePlaybook(tree).files.get('uses/net/net.sh')?.bytes.toString()).toBe('dial() { :; }\n');
  });

  it('are not looked for if none is used, nor for names that are paths', async () => {
    const root = folderWith({ ...files, 'books/demo/playbook.yaml': 'name: demo\n', 'books/x.sh': '' });
    expect((await readPlaybookTree(join(root, 'books/demo'))).libraries).toBeUndefined();
    writeFileSync(join(root, 'books/demo/playbook.yaml'), 'uses: [.., ../demo, ".", 7, {a: b}, /etc]\n');
    expect((await readPlaybookTree(join(root, 'books/demo'))).libraries).toBeUndefined();
  });

  it('are left to the parser if playbook.yaml is broken', async () => {
    for (const text of ['uses: [net', 'uses: net\n', Uint8Array.of(0xff), '']) {
      const root = folderWith({ ...files, 'books/demo/playbook.yaml': text });
      expect((await readPlaybookTree(join(root, 'books/demo'))).libraries).toBeUndefined();
    }
  });

  it('are missing if there is no lib', async () => {
    const root = folderWith(files);
    rmSync(join(root, 'books/lib'), { recursive: true });
    expect((await readPlaybookTree(join(root, 'books/demo'))).libraries).toMatchObject({ names: [] });
    expect(await readNet(join(root, 'books/demo'))).toBeUndefined();
  });

  it('are those beside the playbook itself, not beside a link to it', async () => {
    const root = folderWith({ ...files, 'here/lib/net/trap.sh': 'trap() { :; }\n' });
    symlinkSync('../books/demo', join(root, 'here/demo'));
    expect(await readNet(join(root, 'here/demo'))).toEqual([join(root, 'books/lib/net'), 'net.sh']);
  });

  it('have paths relative to the working directory', async () => {
    const root = folderWith(files);
    const near = relative(process.cwd(), join(root, 'books'));
    for (const directory of [`${near}/demo`, `${near}/demo/`, `${near}/lib/../demo`]) {
      expect((await readPlaybookTree(directory)).libraries?.directory).toBe(`${near}/lib`);
    }
  });
});

describe('a library is refused', () => {
  it.each([
    ['a link to a directory elsewhere', '../../secret'],
    ['a link to another library', 'other'],
    ['a link to nothing', 'gone'],
    ['a link to a file', '/etc/passwd'],
  ])('when it is %s', async (_, target) => {
    const root = folderWith({ ...files, 'secret/key.sh': 'k', 'books/lib/other/o.sh': '' });
    rmSync(join(root, 'books/lib/net'), { recursive: true });
    symlinkSync(target, join(root, 'books/lib/net'));
    expect(await readNet(join(root, 'books/demo'))).toBe(
      `PLAYBOOK_LIBRARY ${join(root, 'books/lib/net')} is reached through a link`,
    );
  });

  it('when lib is a link', async () => {
    const root = folderWith({ ...files, 'secret/net/key.sh': 'k' });
    rmSync(join(root, 'books/lib'), { recursive: true });
    symlinkSync('../secret', join(root, 'books/lib'));
    expect(await readNet(join(root, 'books/demo'))).toContain('is reached through a link');
  });

  it.each([
    ['/etc/hosts', 'is a link that leads out of the library'],
    ['../../demo/steps/a.sh', 'is a link that leads out of the library'],
    ['gone.sh', 'is a link to nothing'],
  ])('when a file in it is a link to %s', async (target, problem) => {
    const root = folderWith(files);
    symlinkSync(target, join(root, 'books/lib/net/key.sh'));
    expect(await readNet(join(root, 'books/demo'))).toBe(
      `PLAYBOOK_LIBRARY_FILE ${join(root, 'books/lib/net')}/key.sh ${problem}`,
    );
  });

  it('when it is a file, or holds a pipe', async () => {
    const root = folderWith(files);
    execFileSync('mkfifo', [join(root, 'books/lib/net/pipe.sh')]);
    expect(await readNet(join(root, 'books/demo'))).toContain('is neither a file nor a directory');
    rmSync(join(root, 'books/lib/net'), { recursive: true });
    writeFileSync(join(root, 'books/lib/net'), '');
    expect(await readNet(join(root, 'books/demo'))).toContain('is not a directory');
  });

  it('when the playbook with it is too large, in files or in bytes', async () => {
    const root = folderWith({
      ...files,
      'books/demo/playbook.yaml': manifest.replace('[net]', '[net, big]'),
    });
    mkdirSync(join(root, 'books/lib/big'));
    for (let at = 0; at < 2_001; at += 1) writeFileSync(join(root, `books/lib/big/f${String(at)}.sh`), '');
    const directory = join(root, 'books/demo');
    expect(await readNet(directory)).toEqual([join(root, 'books/lib/net'), 'net.sh']);
    expect(await readNet(directory, 'big')).toBe(
      `PLAYBOOK_TOO_LARGE the playbook with ${join(root, 'books/lib/big')} holds more than 2000 files`,
    );
  });

  it.each([
    [{ files: 3, bytes: 1000 }, 'holds more than 3 files'],
    [{ files: 9, bytes: 90 }, 'holds more than 90 bytes'],
  ])('when it is the first one over the limit: %o', async (limits, problem) => {
    const root = folderWith(files);
    const { libraries } = await readPlaybookTree(join(root, 'books/demo'), limits);
    expect(libraries?.byName.get('net')).toMatchObject({ message: expect.stringContaining(problem) });
    const enough = { files: 4, bytes: 1000 };
    const read = await readPlaybookTree(join(root, 'books/demo'), enough);
    expect(read.libraries?.byName.get('net')).toHaveProperty('files');
  });
});
