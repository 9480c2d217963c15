import { execFileSync } from 'node:child_process';
import { renameSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { configJsonSchema, takeConfig, type Config } from '../../../src/sources/index.ts';
import { ConfigError, UsageError } from '../../../src/model/errors.ts';
import { folderWith, removeFoldersAfterwards } from './folder.ts';

removeFoldersAfterwards();

const defaults = {
  file: undefined,
  inventory: undefined,
  playbookPath: undefined,
  concurrency: 20,
  connectionStarts: 8,
  sshConfig: true,
  outputLimit: 1_048_576,
  keepReceipts: 20,
  durable: true,
  history: undefined,
  historyKeepRuns: 1000,
  historyKeepDays: 400,
  color: 'auto',
};

async function loadConfig(...given: Parameters<typeof takeConfig>): Promise<Config> {
  return (await takeConfig(...given)).config;
}

describe('settings', () => {
  it('gives the defaults when there is no file', async () => {
    const home = folderWith({});
    expect(await loadConfig(home, undefined, home)).toEqual(defaults);
  });

  it('reads every setting', async () => {
    const home = folderWith({
      'muster.config.yaml':
        'inventory: inventories/dns.yaml\nplaybook_path: playbooks\nconcurrency: 5\nconnection_starts: 2\nssh_config: ssh_config\noutput_limit: 2048\nkeep_receipts: 7\ndurable: false\nhistory: runs\nhistory_keep_runs: 9\nhistory_keep_days: 30\ncolor: never\n',
    });
    expect(await loadConfig(home, undefined, home)).toEqual({
      file: 'muster.config.yaml',
      inventory: 'inventories/dns.yaml',
      playbookPath: 'playbooks',
      concurrency: 5,
      connectionStarts: 2,
      sshConfig: join(home, 'ssh_config'),
      outputLimit: 2048,
      keepReceipts: 7,
      durable: false,
      history: 'runs',
      historyKeepRuns: 9,
      historyKeepDays: 30,
      color: 'never',
    });
  });

  it.each([
    ['muster.config.yml', 'concurrency: 3\n'],
    ['muster.config.json', '{"concurrency": 3}'],
    ['.musterrc', 'concurrency: 3\n'],
    ['.musterrc.yaml', 'concurrency: 3\n'],
    ['.musterrc.json', '{"concurrency": 3}'],
    ['package.json', '{"name": "x", "muster": {"concurrency": 3}}'],
  ])('finds %s', async (name, text) => {
    const home = folderWith({ [name]: text });
    expect(await loadConfig(home, undefined, home)).toEqual({ ...defaults, file: name, concurrency: 3 });
  });

  it('searches up to the home directory and no further', async () => {
    const root = folderWith({
      'muster.config.yaml': 'concurrency: 1\n',
      'home/muster.config.yaml': 'concurrency: 2\ninventory: hosts.yaml\n',
      'home/fleet/a/b.txt': '',
      'empty/a/b.txt': '',
    });
    const found = await loadConfig(join(root, 'home/fleet/a'), undefined, join(root, 'home'));
    expect(found.concurrency).toBe(2);
    expect(found.inventory).toBe(join(root, 'home/hosts.yaml'));
    expect((await loadConfig(join(root, 'empty/a'), undefined, join(root, 'empty'))).concurrency).toBe(20);
  });

  it('looks only in the working directory when that is outside the home directory', async () => {
    const root = folderWith({ 'muster.config.yaml': 'concurrency: 1\n', 'work/x.txt': '', 'home/x.txt': '' });
    expect((await loadConfig(join(root, 'work'), undefined, join(root, 'home'))).concurrency).toBe(20);
    expect((await loadConfig(root, undefined, join(root, 'home'))).concurrency).toBe(1);
  });

  it.each([
    ['a package.json without our key', { 'package.json': '{"name": "x"}' }],
    ['a broken package.json', { 'package.json': '{' }],
    ['an empty file', { 'muster.config.yaml': '' }],
    ['programs', { 'muster.config.js': 'throw new Error("ran")', '.musterrc.js': 'throw new Error("ran")' }],
  ])('skips %s', async (_, files) => {
    const home = folderWith({ ...files, '.musterrc': 'concurrency: 3\n' });
    expect((await loadConfig(home, undefined, home)).file).toBe('.musterrc');
  });

  it('reads a file of comments as one with only defaults', async () => {
    const home = folderWith({ 'muster.config.yaml': '# later\n\n  # more\n' });
    expect(await loadConfig(home, undefined, home)).toEqual({ ...defaults, file: 'muster.config.yaml' });
  });

  it.each([
    ['a document of comments', 'muster.config.yaml', '---\n# later\n'],
    ['a package.json with a byte order mark', 'package.json', '\uFEFF{"muster": {}}'],
  ])('reads %s', async (_, name, text) => {
    const home = folderWith({ [name]: text });
    expect(await loadConfig(home, undefined, home)).toEqual({ ...defaults, file: name });
  });

  it('refuses a directory or a pipe instead of a file, here and above', async () => {
    const home = folderWith({ 'muster.config.yaml/x': '', 'a/b/c.txt': '' });
    await expect(loadConfig(join(home, 'a/b'), undefined, home)).rejects.toMatchObject({
      code: 'CONFIG_SEARCH',
      message: `${home}/muster.config.yaml is not a file`,
    });
    const other = folderWith({ 'x.txt': '' });
    execFileSync('mkfifo', [join(other, '.musterrc')]);
    await expect(loadConfig(other, undefined, other)).rejects.toThrow('.musterrc is not a file');
  });

  it('does not wait for a package.json that is a pipe, and does not read an endless one', async () => {
    const home = folderWith({ 'a/x': '', 'b/x': '' });
    execFileSync('mkfifo', [join(home, 'a/package.json')]);
    await expect(loadConfig(join(home, 'a'), undefined, home)).rejects.toThrow('package.json is not a file');
    truncateSync(join(home, 'b/x'), 4 * 1024 ** 2 + 1);
    renameSync(join(home, 'b/x'), join(home, 'b/package.json'));
    await expect(loadConfig(join(home, 'b'), undefined, home)).rejects.toThrow(
      'is larger than 4194304 bytes',
    );
  });

  it('reports everything that YAML reads as something else', async () => {
    const text = 'concurrency: 010\ndurable: yes\n<<: {a: 1}\n__proto__: 1\n---\nx: 1\n';
    const home = folderWith({ 'muster.config.yaml': text });
    const refusal = await loadConfig(home, undefined, home).catch((error: unknown) => error);
    expect((refusal as ConfigError).issues.map(({ code, location }) => [code, location.line])).toEqual([
      ['CONFIG_NUMBER', 1],
      ['CONFIG_TYPE', 2],
      ['CONFIG_MERGE_KEY', 3],
      ['CONFIG_UNKNOWN_KEY', 4],
      ['CONFIG_DOCUMENTS', 5],
    ]);
  });

  it('points at what is wrong in YAML', async () => {
    const home = folderWith({ 'muster.config.yaml': 'inventory: i.yaml\nconcurency: 5\ncolor: red\n' });
    const refusal = await loadConfig(home, undefined, home).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(ConfigError);
    expect((refusal as ConfigError).issues).toMatchObject([
      {
        code: 'CONFIG_UNKNOWN_KEY',
        location: { file: 'muster.config.yaml', line: 2, column: 1 },
        hint: 'did you mean "concurrency"?',
      },
      { code: 'CONFIG_VALUE', location: { line: 3, column: 8 } },
    ]);
  });

  it('points at what is wrong in package.json', async () => {
    const home = folderWith({ 'package.json': '{\n  "name": "x",\n  "muster": {"concurrency": "5"}\n}\n' });
    await expect(loadConfig(home, undefined, home)).rejects.toThrow(
      'package.json:3:29: error[CONFIG_TYPE]: muster.concurrency',
    );
  });

  it('follows no $import', async () => {
    const home = folderWith({
      'muster.config.yaml': '$import: other.yaml\n',
      'other.yaml': 'concurrency: 3\n',
    });
    await expect(loadConfig(home, undefined, home)).rejects.toThrow('unknown key "$import"');
  });

  it('prefers a named file to any found one', async () => {
    const home = folderWith({
      'muster.config.yaml': 'concurrency: 1\n',
      'etc/other.yaml': 'inventory: ../i.yaml\n',
    });
    const config = await loadConfig(home, 'etc/other.yaml', home);
    expect(config).toEqual({ ...defaults, file: join('etc', 'other.yaml'), inventory: 'i.yaml' });
  });

  it('runs a program only if it is named, and checks its output', async () => {
    const home = folderWith({
      'good.mjs': 'export default { concurrency: 2 + 2 };\n',
      'bad.mjs': 'export default { concurency: 4 };\n',
      'broken.mjs': 'throw new Error("no");\n',
    });
    expect((await loadConfig(home, 'good.mjs', home)).concurrency).toBe(4);
    await expect(loadConfig(home, 'bad.mjs', home)).rejects.toThrow('bad.mjs:1:1: error[CONFIG_UNKNOWN_KEY]');
    await expect(loadConfig(home, 'broken.mjs', home)).rejects.toThrow('broken.mjs cannot be run: Error: no');
  });

  it.each([
    ['a program', { '.config/config.mjs': 'throw new Error("ran")' }],
    ['a program in TypeScript', { '.config/config.ts': 'throw new Error("ran")' }],
    ['other places', { 'package.json': '{"cosmiconfig": {"searchPlaces": ["evil.yaml"]}}' }],
    ['an end further up', { '.config/config.json': '{"cosmiconfig": {"stopDir": "/"}}' }],
  ])('runs and obeys nothing that configures the search of %s', async (_, files) => {
    const root = folderWith({
      'muster.config.yaml': 'concurrency: 9\n',
      'home/evil.yaml': 'concurrency: 8\n',
      ...Object.fromEntries(Object.entries(files).map(([name, text]) => [`home/${name}`, text])),
    });
    const home = join(root, 'home');
    const before = process.cwd();
    process.chdir(home);
    try {
      expect(await loadConfig(home, undefined, home)).toEqual(defaults);
      expect(process.cwd()).toBe(home);
    } finally {
      process.chdir(before);
    }
  });

  it.each([
    ['takes', 'config.yaml', 'concurrency: 3\n', 3],
    ['does not run', 'config.mjs', 'throw new Error("ran")', 20],
  ])('%s %s of the user at the end of the search', async (_, name, text, concurrency) => {
    const home = folderWith({ [`.config/muster/${name}`]: text });
    const before = process.env['XDG_CONFIG_HOME'];
    process.env['XDG_CONFIG_HOME'] = join(home, '.config');
    try {
      expect((await loadConfig(home, undefined, home)).concurrency).toBe(concurrency);
    } finally {
      if (before === undefined) delete process.env['XDG_CONFIG_HOME'];
      else process.env['XDG_CONFIG_HOME'] = before;
    }
  });

  it('refuses a missing named file, with the nearest name', async () => {
    const home = folderWith({ 'muster.config.yaml': '' });
    const refusal = await loadConfig(home, 'muster.confg.yaml', home).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(UsageError);
    expect(refusal).toMatchObject({
      code: 'FILE_MISSING',
      hint: `did you mean "${join(home, 'muster.config.yaml')}"?`,
    });
  });
});

describe('configJsonSchema', () => {
  it('is strict, and no key is required', () => {
    const schema = configJsonSchema();
    expect(schema).toMatchObject({ title: 'muster config', additionalProperties: false });
    expect(schema).not.toHaveProperty('required');
  });
});
