import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { armor, Encrypter, generateIdentity, identityToRecipient } from 'age-encryption';
import { describe, expect, it } from 'vitest';
import { readInventory, readKeys, readPlaybookTree, readSecret } from '../../../src/sources/index.ts';
import { readTextFile } from '../../../src/sources/read-text.ts';
import { parsePlaybook } from '../../../src/playbook/index.ts';
import { folderWith, removeFoldersAfterwards } from './folder.ts';

removeFoldersAfterwards();

describe('readTextFile', () => {
  it('returns the text, and the name as given', async () => {
    const path = join(folderWith({ 'a.txt': 'é\n' }), 'a.txt');
    expect(await readTextFile(path)).toEqual({ file: path, text: 'é\n' });
  });

  it.each([
    ['a missing file', 'ab.yaml', 'FILE_MISSING'],
    ['a directory', 'sub', 'FILE_IS_DIRECTORY'],
    ['bytes that are not UTF-8', 'bytes', 'FILE_NOT_TEXT'],
    ['a huge file', 'huge', 'FILE_TOO_LARGE'],
    ['a path through a file', 'a.yaml/x', 'FILE_MISSING'],
  ])('refuses %s', async (_, name, code) => {
    const folder = folderWith({
      'a.yaml': '',
      'sub/x': '',
      bytes: Uint8Array.of(0xc3, 0x28),
      huge: new Uint8Array(4 * 1024 ** 2 + 1),
    });
    await expect(readTextFile(join(folder, name))).rejects.toMatchObject({ code });
  });
});

describe('something that is no file', () => {
  it('causes no wait if it is a named pipe', async () => {
    const path = join(folderWith({ 'a.yaml': '' }), 'pipe');
    execFileSync('mkfifo', [path]);
    for (const read of [readTextFile, readInventory]) {
      await expect(read(path)).rejects.toMatchObject({
        code: 'FILE_NOT_FILE',
        message: `${path} is a named pipe, not a file`,
        hint: 'name a file, or /dev/stdin for what is piped into muster',
      });
    }
  });

  it('is not read for ever if it is a device', async () => {
    await expect(readInventory('/dev/zero')).rejects.toMatchObject({ code: 'FILE_NOT_FILE' });
  });
});

describe('readKeys', () => {
  it('rejects with the code of the system, or with a message for something that is no file', async () => {
    const folder = folderWith({ key: 'k', 'sub/x': '' });
    execFileSync('mkfifo', [join(folder, 'pipe')]);
    expect((await readKeys(join(folder, 'key'))).toString()).toBe('k');
    await expect(readKeys(join(folder, 'gone'))).rejects.toMatchObject({ code: 'ENOENT' });
    await expect(readKeys(join(folder, 'sub'))).rejects.toMatchObject({ code: 'EISDIR' });
    await expect(readKeys(join(folder, 'pipe'))).rejects.toMatchObject({ code: 'a named pipe, not a file' });
  });
});

describe('readInventory', () => {
  it('reports where a text stops being UTF-8', async () => {
    const path = join(folderWith({ i: Uint8Array.of(0x61, 0x0a, 0x20, 0xc3, 0x28) }), 'i');
    await expect(readInventory(path)).rejects.toThrow(`${path}:2:2: error[CONFIG_ENCODING]`);
  });

  it('reads the text', async () => {
    const folder = folderWith({ 'dns.yaml': 'hosts: {}\n' });
    expect((await readInventory(join(folder, 'dns.yaml'))).text).toBe('hosts: {}\n');
  });

  it('names the inventories of a directory', async () => {
    const folder = folderWith({ 'dns.yaml': '', 'b.yml': '', README: '' });
    await expect(readInventory(folder)).rejects.toMatchObject({
      code: 'INVENTORY_IS_DIRECTORY',
      hint: 'inventories in it: b.yml, dns.yaml',
    });
  });

  it('suggests the nearest file if there is none of that name', async () => {
    const folder = folderWith({ 'dns.yaml': '' });
    await expect(readInventory(join(folder, 'dms.yaml'))).rejects.toMatchObject({
      code: 'FILE_MISSING',
      hint: `did you mean "${join(folder, 'dns.yaml')}"?`,
    });
  });
});

describe('readPlaybookTree', () => {
  it('reads what parsePlaybook needs, sorted by path, with executable files', async () => {
    const folder = folderWith({
      'steps/02.sh': 'state() { :; }\n',
      'playbook.yaml': 'name: demo\nsteps: [{id: a, script: steps/02.sh}]\n',
      'files/motd': 'hello\n',
      '.git/config': '',
      'steps/02.sh~': '',
      'steps/.02.sh.swp': '',
    });
    chmodSync(join(folder, 'steps/02.sh'), 0o755);
    const tree = await readPlaybookTree(folder);
    expect([...tree.files].map(([name, { executable }]) => [name, executable])).toEqual([
      ['files/motd', false],
      ['playbook.yaml', false],
      ['steps/02.sh', true],
    ]);
    expect(new TextDecoder().decode(tree.files.get('files/motd')?.bytes)).toBe('hello\n');
    expect(parsePlaybook(tree).steps).toHaveLength(1);
  });

  it('follows links inside the playbook', async () => {
    const folder = folderWith({ 'playbook.yaml': 'x', 'lib/a.sh': 'a' });
    symlinkSync('lib/a.sh', join(folder, 'b.sh'));
    symlinkSync('lib', join(folder, 'more'));
    const { files } = await readPlaybookTree(folder);
    expect([...files.keys()]).toEqual(['b.sh', 'lib/a.sh', 'more/a.sh', 'playbook.yaml']);
  });

  it.each([
    ['a link out of the playbook', '/etc/hosts', 'is a link that leads out of the playbook'],
    ['a link to the folder above', '..', 'is a link that leads out of the playbook'],
    ['a link to itself', 'bad', 'is a link to nothing'],
    ['a link to nothing', 'gone', 'is a link to nothing'],
    ['a link to the playbook', '.', 'is a link that leads out of the playbook'],
  ])('refuses %s', async (_, target, problem) => {
    const folder = folderWith({ 'playbook.yaml': 'x' });
    symlinkSync(target, join(folder, 'bad'));
    await expect(readPlaybookTree(folder)).rejects.toMatchObject({
      code: 'PLAYBOOK_FILE',
      message: `${folder}/bad ${problem}`,
    });
  });

  it('refuses a link to a directory that it is in', async () => {
    const folder = folderWith({ 'playbook.yaml': 'x', 'lib/a.sh': '' });
    symlinkSync('../lib', join(folder, 'lib/again'));
    await expect(readPlaybookTree(folder)).rejects.toThrow(
      'lib/again is a link to a directory that it is in',
    );
  });

  it('refuses a link into a folder beside it whose name starts the same', async () => {
    const root = folderWith({ 'demo/playbook.yaml': 'x', 'demo-secret/key': 'k' });
    symlinkSync('../demo-secret/key', join(root, 'demo/key'));
    await expect(readPlaybookTree(join(root, 'demo'))).rejects.toThrow('leads out of the playbook');
  });

  it('refuses a named pipe without waiting for it', async () => {
    const folder = folderWith({ 'playbook.yaml': 'x' });
    execFileSync('mkfifo', [join(folder, 'pipe')]);
    await expect(readPlaybookTree(folder)).rejects.toThrow('is neither a file nor a directory');
  });

  it('is bounded in files and in bytes', async () => {
    const folder = folderWith({ 'playbook.yaml': '12345', a: '12345' });
    mkdirSync(join(folder, 'empty'));
    const read = (files: number, bytes: number): Promise<unknown> =>
      readPlaybookTree(folder, { files, bytes });
    await expect(read(3, 10)).resolves.toBeDefined();
    await expect(read(2, 10)).rejects.toMatchObject({
      code: 'PLAYBOOK_TOO_LARGE',
      message: expect.stringContaining('2 files'),
    });
    await expect(read(3, 9)).rejects.toMatchObject({
      code: 'PLAYBOOK_TOO_LARGE',
      message: expect.stringContaining('9 bytes'),
    });
  });

  it('says where the nearest playbook is', async () => {
    const root = folderWith({ 'playbooks/caged-bind/playbook.yaml': 'x', 'playbooks/README.md': '' });
    const playbooks = join(root, 'playbooks');
    await expect(readPlaybookTree(playbooks)).rejects.toMatchObject({
      code: 'PLAYBOOK_MISSING',
      hint: `playbooks in it: ${join(playbooks, 'caged-bind')}`,
    });
    await expect(readPlaybookTree(join(playbooks, 'caged-bnd'))).rejects.toMatchObject({
      code: 'FILE_MISSING',
      hint: `did you mean "${join(playbooks, 'caged-bind')}"?`,
    });
    await expect(readPlaybookTree(join(playbooks, 'README.md'))).rejects.toMatchObject({
      code: 'PLAYBOOK_NOT_DIRECTORY',
    });
  });
});

describe('readSecret', () => {
  it('reads a file without its last line end', async () => {
    const path = join(folderWith({ key: 'hunter2\n\n' }), 'key');
    expect(await readSecret({ kind: 'file', path }, {})).toBe('hunter2\n');
  });

  it('reads a variable of the environment, which must be set', async () => {
    expect(await readSecret({ kind: 'env', name: 'KEY' }, { KEY: 'hunter2' })).toBe('hunter2');
    await expect(readSecret({ kind: 'env', name: 'KEY' }, { KEY: '' })).rejects.toMatchObject({
      code: 'SECRET_ENV',
    });
  });

  it('reads what a program prints, with its arguments unchanged', async () => {
    const argv = ['printf', '%s\\n', 'a b; $HOME'];
    expect(await readSecret({ kind: 'command', argv }, { PATH: process.env['PATH'] })).toBe('a b; $HOME');
  });

  it('keeps what a failing program printed out of the message', async () => {
    const argv = ['sh', '-c', 'printf "%s%s\\n" hun ter2; echo locked >&2; exit 3'];
    const environment = { PATH: process.env['PATH'] };
    const refusal = await readSecret({ kind: 'command', argv }, environment).catch((error: unknown) => error);
    expect(refusal).toMatchObject({
      code: 'SECRET_COMMAND',
      message: expect.stringContaining('failed: locked'),
    });
    expect(JSON.stringify(refusal) + String((refusal as Error).stack)).not.toContain('hunter2');
  });

  it.each([
    ['a NUL byte', 'hun\0ter2', 'SECRET_NUL', 'holds a NUL byte, which no sh can store'],
    ['bytes that are not UTF-8', Uint8Array.of(0x68, 0xff), 'SECRET_TEXT', 'is not UTF-8 text'],
  ])(
    'refuses %s, from a file, a program, or a file of age, and does not show it',
    async (_, text, code, words) => {
      const identity = await generateIdentity();
      const encrypter = new Encrypter();
      encrypter.addRecipient(await identityToRecipient(identity));
      const folder = folderWith({ plain: text, identity });
      writeFileSync(join(folder, 'secret.age'), await encrypter.encrypt(Buffer.from(text)));
      const environment = {
        PATH: process.env['PATH'],
        MUSTER_AGE_IDENTITY: join(folder, 'identity'),
      };
      for (const source of [
        { kind: 'file', path: join(folder, 'plain') },
        { kind: 'command', argv: ['cat', join(folder, 'plain')] },
        { kind: 'age', path: join(folder, 'secret.age') },
      ] as const) {
        const refusal: unknown = await readSecret(source, environment).catch((error: unknown) => error);
        expect(refusal).toMatchObject({ code, message: expect.stringContaining(words) });
        expect(JSON.stringify(refusal)).not.toMatch(/hun|ter2/);
      }
    },
  );

  it('reports a missing program', async () => {
    const source = { kind: 'command', argv: ['muster-no-such-program'] } as const;
    await expect(readSecret(source, {})).rejects.toThrow('there is no such program');
  });

  it.each(['binary', 'armored'])(
    'decrypts %s files of age with the identity that the environment names',
    async (form) => {
      const identity = await generateIdentity();
      const encrypter = new Encrypter();
      encrypter.addRecipient(await identityToRecipient(identity));
      const encrypted = await encrypter.encrypt('hunter22\n');
      const folder = folderWith({ 'key.txt': `# created: today\n${identity}\n` });
      const path = join(folder, 'secret.age');
      writeFileSync(path, form === 'binary' ? encrypted : armor.encode(encrypted));
      const environment = { MUSTER_AGE_IDENTITY: join(folder, 'key.txt') };
      expect(await readSecret({ kind: 'age', path }, environment)).toBe('hunter22');
      const stranger = folderWith({ 'key.txt': `${await generateIdentity()}\n` });
      await expect(
        readSecret({ kind: 'age', path }, { MUSTER_AGE_IDENTITY: join(stranger, 'key.txt') }),
      ).rejects.toMatchObject({
        code: 'SECRET_AGE',
        message: expect.stringContaining('cannot be decrypted'),
      });
    },
  );
});
