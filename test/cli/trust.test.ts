// A cloned repository must not make the controller do anything before its operator trusted it: whatever the place where
// muster finds its files, the verb, the kind of thing that is run or read, and whatever changes afterwards.
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { clone, type Clone, command, inventoryWith } from './cloned.ts';

const config = 'inventory: i.yaml\nplaybook_path: playbooks\n';
const hostile = { 'muster.config.yaml': config, 'i.yaml': inventoryWith(command) };
const isRoot = process.getuid?.() === 0;

/** What a verb says and leaves behind where nothing was trusted. */
async function refused(repository: Clone, args: readonly string[], cwd = ''): Promise<string> {
  const { code, stdout, stderr } = await repository.muster(args, { cwd });
  expect({ args, code, stdout, ran: repository.ran() }).toEqual({ args, code: 2, stdout: '', ran: false });
  return stderr;
}

describe('a configuration that was found', () => {
  it.each([
    ['muster.config.yaml', config, ''],
    ['muster.config.json', '{"inventory": "i.yaml"}', ''],
    ['.musterrc', config, ''],
    ['package.json', '{"name": "x", "muster": {"inventory": "i.yaml"}}', ''],
    ['muster.config.yaml', config, 'below'],
  ])('%s %j runs nothing before it is trusted, from %j', async (name, text, cwd) => {
    const repository = clone({ [name]: text, 'i.yaml': inventoryWith(command) });
    const environment = { HOME: repository.folder };
    const args = ['plan', join(repository.folder, 'playbooks/demo')];
    const { code, stderr } = await repository.muster(args, { cwd, environment });
    expect({ code, ran: repository.ran() }).toEqual({ code: 2, ran: false });
    expect(stderr).toContain(`${name} (found, not named), inventory `);
    expect(stderr).toContain('would make this machine run `touch ran` for the var tsig');
    expect(stderr).toContain('muster trust');
    await repository.muster(['trust', '--yes'], { cwd, environment });
    expect((await repository.muster(args, { cwd, environment })).code).toBe(4);
    expect(repository.ran()).toBe(true);
  });

  it('that names an ssh_config is refused before ssh reads it', async () => {
    const repository = clone({
      'muster.config.yaml': 'inventory: i.yaml\nssh_config: ssh_config\n',
      'i.yaml': 'hosts: { ns1: { address: 127.0.0.1, connection: { port: 1 } } }\n',
      ssh_config: 'Match exec "touch ran"\n  Port 1\n',
    });
    const environment = { MUSTER_SSH_CONFIG: '' };
    const { code, stderr } = await repository.muster(['ping'], { environment });
    expect({ code, ran: repository.ran() }).toEqual({ code: 2, ran: false });
    expect(stderr).toContain('names an ssh_config');
    const named = ['ping', '--config', 'muster.config.yaml'];
    expect((await repository.muster(named, { environment })).code).toBe(4);
    expect(repository.ran()).toBe(true);
  });

  it('runs nothing with any verb that takes a playbook, not even with --yes', { tags: 'long' }, async () => {
    const repository = clone(hostile);
    for (const verb of ['plan', 'verify', 'compare']) await refused(repository, [verb, 'demo']);
    await refused(repository, ['apply', 'demo', '--yes']);
    await refused(repository, ['apply', './playbooks/demo', '-y', '--allow-irreversible', '--json']);
  });

  it('runs nothing with a verb that needs no secret, and that verb works', { tags: 'long' }, async () => {
    const repository = clone(hostile);
    const verbs = [['ping'], ['facts'], ['exec', 'true'], ['rollback', '--yes'], ['inventory'], ['lint']];
    const codes = [];
    for (const args of verbs) codes.push((await repository.muster(args)).code);
    expect({ codes, ran: repository.ran() }).toEqual({ codes: [4, 4, 4, 4, 0, 0], ran: false });
  });

  it('needs no trust if it is named, or if the inventory is', async () => {
    const repository = clone(hostile);
    for (const args of [
      ['--config', 'muster.config.yaml'],
      ['-i', 'i.yaml'],
    ]) {
      expect((await repository.muster(['plan', ...args, 'playbooks/demo'])).code).toBe(4);
      expect(repository.ran()).toBe(true);
    }
    // The history of these runs, and no trust.
    expect(readdirSync(join(repository.home, '.local/state/muster'))).toEqual(['history']);
  });

  it('needs no trust if it makes the controller do nothing', async () => {
    const repository = clone({ 'muster.config.yaml': config, 'i.yaml': inventoryWith('word') });
    expect((await repository.muster(['plan', 'demo'])).code).toBe(4);
    expect((await repository.muster(['trust'])).stdout).toBe('Nothing that was found here needs trust.\n');
  });

  it('needs no trust in the configuration folder of the user', async () => {
    const repository = clone({ 'i.yaml': inventoryWith(command) });
    mkdirSync(join(repository.home, '.config/muster'), { recursive: true });
    const own = join(repository.home, '.config/muster/config.yaml');
    writeFileSync(own, `inventory: ${join(repository.folder, 'i.yaml')}\n`);
    const { code, stderr } = await repository.muster(['plan', 'playbooks/demo']);
    expect({ code, ran: repository.ran() }).toEqual({ code: 4, ran: true });
    expect(stderr).toContain(`configuration ${own} (yours)`);
    // A relative path would make a folder of the repository the user's.
    renameSync(join(repository.home, '.config'), join(repository.folder, 'fake'));
    const environment = { XDG_CONFIG_HOME: 'fake' };
    expect((await repository.muster(['plan', 'playbooks/demo'], { environment })).code).toBe(2);
    expect(repository.ran()).toBe(false);
  });
});

describe('an inventory of practice hosts that nobody started', () => {
  it('runs nothing before it is trusted', async () => {
    const repository = clone({ '.muster/lab/inventory.yaml': inventoryWith(command) });
    expect(await refused(repository, ['plan', 'playbooks/demo'])).toContain('would make this machine run');
    await repository.muster(['trust', '--yes']);
    expect((await repository.muster(['plan', 'playbooks/demo'])).code).toBe(4);
    expect(repository.ran()).toBe(true);
  });
});

describe('what needs trust', () => {
  it.each([
    ['a command', '{ from_command: [touch, ran] }', 'run `touch ran`'],
    [
      'a variable of the environment',
      '{ from_env: AWS_SECRET_KEY }',
      'read AWS_SECRET_KEY from the environment',
    ],
    ['a file of the operator', '{ from_file: ~/.ssh/id }', 'read ~/.ssh/id'],
    ['a file of the repository, which the operator may have put there', '{ from_file: .env }', 'read .env'],
    [
      'a file of age, which is the operator to decrypt',
      '{ from_age: x.age }',
      'decrypt x.age with your age identity',
    ],
  ])('is %s', async (_, value, words) => {
    const repository = clone({ 'muster.config.yaml': config, 'i.yaml': inventoryWith(value) });
    expect(await refused(repository, ['plan', 'demo'])).toContain(`would make this machine ${words}`);
  });

  it.each([
    ['out of the repository', '../../etc/shadow', true],
    ['by an absolute path', '/etc/shadow', true],
    ['of the home directory', '~/.ssh/id', true],
    ['by a link out of it', 'link/shadow', true],
    ['that version control or the operator left in it', '.git/config', true],
    ['of the repository', 'zones', false],
  ])('is a file of a var %s (%j): %j', async (_, path, needed) => {
    const inventory = `${inventoryWith('word')}  zones: ${path}\n`;
    const repository = clone({ 'muster.config.yaml': config, 'i.yaml': inventory, 'zones/a': 'x' });
    symlinkSync('/etc', join(repository.folder, 'link'));
    mkdirSync(join(repository.folder, '.git'));
    writeFileSync(join(repository.folder, '.git/config'), 'token');
    if (needed)
      expect(await refused(repository, ['plan', 'demo'])).toMatch(/machine read .* for the var zones/);
    else expect((await repository.muster(['plan', 'demo'])).code).toBe(4);
  });

  it(
    'is what a playbook names by default, unless playbook and inventory were named',
    { tags: 'long' },
    async () => {
      const repository = clone({ 'muster.config.yaml': config, 'i.yaml': inventoryWith('word') });
      const text = readFileSync(join(repository.folder, 'playbooks/demo/playbook.yaml'), 'utf8');
      repository.write(
        'playbooks/demo/playbook.yaml',
        text.replace('type: files', 'type: files, default: /etc/passwd'),
      );
      expect(await refused(repository, ['plan', 'demo'])).toContain(
        'machine read /etc/passwd for the var zones',
      );
      // Its files would go to hosts that nobody named, so it does not matter who named the playbook.
      await refused(repository, ['plan', './playbooks/demo']);
      expect((await repository.muster(['plan', './playbooks/demo', '-i', 'i.yaml'])).code).toBe(4);
      await repository.muster(['trust', 'demo', '--yes']);
      expect((await repository.muster(['plan', 'demo'])).code).toBe(4);
      repository.write(
        'playbooks/demo/playbook.yaml',
        text.replace('type: files', 'type: files, default: /etc/shadow'),
      );
      await refused(repository, ['plan', 'demo']);
    },
  );

  it.runIf(isRoot)(
    'is any file that another account can change, for every verb that contacts hosts',
    { tags: 'long' },
    async () => {
      const repository = clone({ 'muster.config.yaml': config, 'i.yaml': inventoryWith('word') });
      const path = join(repository.folder, 'muster.config.yaml');
      const inventory = join(repository.folder, 'i.yaml');
      const states: [string, () => void, () => void][] = [
        [
          'belongs to user id 1234',
          () => {
            chownSync(path, 1234, 0);
          },
          () => {
            chownSync(path, 0, 0);
          },
        ],
        [
          'everybody can write',
          () => {
            chmodSync(inventory, 0o666);
          },
          () => {
            chmodSync(inventory, 0o644);
          },
        ],
        [
          'is in a directory that everybody',
          () => {
            chmodSync(repository.folder, 0o777);
          },
          () => {
            chmodSync(repository.folder, 0o755);
          },
        ],
      ];
      for (const [words, spoil, mend] of states) {
        spoil();
        for (const args of [['ping'], ['plan', 'demo']])
          expect(await refused(repository, args)).toContain(words);
        expect((await repository.muster(['inventory'])).code).toBe(0);
        mend();
        expect((await repository.muster(['ping'])).code).toBe(4);
      }
    },
  );

  it.runIf(isRoot)('is a link of another account to a trusted file elsewhere', async () => {
    const repository = clone({ 'muster.config.yaml': config, 'i.yaml': inventoryWith('word') });
    mkdirSync(join(repository.folder, 'theirs'), { mode: 0o1777 });
    chmodSync(join(repository.folder, 'theirs'), 0o1777);
    symlinkSync('../muster.config.yaml', join(repository.folder, 'theirs/muster.config.yaml'));
    repository.write('theirs/i.yaml', inventoryWith('word'));
    execFileSync('chown', ['-h', '1234', join(repository.folder, 'theirs/muster.config.yaml')]);
    expect(await refused(repository, ['ping'], 'theirs')).toContain(
      'is reached through a link that belongs to user id 1234',
    );
  });
});

describe('trust', () => {
  const changes: [string, (repository: Clone) => void][] = [
    [
      'the configuration',
      ({ write }) => {
        write('muster.config.yaml', `${config}concurrency: 3\n`);
      },
    ],
    [
      'the inventory',
      ({ write }) => {
        write('i.yaml', `${inventoryWith(command)}# more\n`);
      },
    ],
    [
      'which inventory it is',
      ({ write }) => {
        write('j.yaml', inventoryWith(command));
        write('muster.config.yaml', config.replace('i.yaml', 'j.yaml'));
      },
    ],
    [
      'the program',
      ({ write }) => {
        write('tools/secret', '#!/bin/sh\ntouch ran\n# changed\n', 0o755);
      },
    ],
    [
      'the argument of a program',
      ({ write }) => {
        write('tools/argument', 'changed');
      },
    ],
    [
      'the program that PATH finds in the repository',
      ({ write }) => {
        write('tools/touch', '#!/bin/sh\n: >ran\n', 0o755);
      },
    ],
  ];
  it.each(changes)('ends when this changes: %s', async (_, change) => {
    const inventory = `${inventoryWith('{ from_command: [tools/secret, tools/argument] }')}  more: ${command}\n`;
    const repository = clone({ 'muster.config.yaml': config, 'i.yaml': inventory, 'tools/argument': 'x' });
    repository.write('tools/secret', '#!/bin/sh\ntouch ran\n', 0o755);
    const environment = { PATH: `tools:${process.env['PATH'] ?? ''}` };
    await repository.muster(['trust', '--yes'], { environment });
    expect((await repository.muster(['plan', 'demo'], { environment })).code).toBe(4);
    expect(repository.ran()).toBe(true);
    change(repository);
    const { code, stderr } = await repository.muster(['plan', 'demo'], { environment });
    expect({ code, ran: repository.ran() }).toEqual({ code: 2, ran: false });
    expect(stderr).toContain('what you trusted of it has changed since then');
  });

  it.each([
    '[sh, -c, "sh tools/it 2>/dev/null"]',
    '[sh, -c, "true;tools/it|cat"]',
    `[sh, -c, "\\"tools/with blank\\""]`,
    '[env, X=tools/it, tools/it]',
    '[make, -s, -ftools/it]',
    '[cat, /dev/null, file:tools/it]',
  ])('ends when a file changes that any part of a word of %s names', async (argv) => {
    const inventory = inventoryWith(`{ from_command: ${argv} }`);
    const repository = clone({ 'muster.config.yaml': config, 'i.yaml': inventory });
    const paths = ['tools/it', 'tools/with blank'];
    for (const path of paths) repository.write(path, '#!/bin/sh\n:\n', 0o755);
    await repository.muster(['trust', '--yes']);
    expect((await repository.muster(['trust', '--show'])).stdout).toContain('trusted as they are now');
    for (const path of paths) repository.write(path, '#!/bin/sh\ntouch ran\n', 0o755);
    await refused(repository, ['plan', 'demo']);
  });

  it('ends when a path becomes a link to another place', async () => {
    const inventory = inventoryWith('{ from_file: secrets/tsig }');
    const repository = clone({ 'muster.config.yaml': config, 'i.yaml': inventory, 'secrets/tsig': 'word' });
    await repository.muster(['trust', '--yes']);
    expect((await repository.muster(['plan', 'demo'])).code).toBe(4);
    rmSync(join(repository.folder, 'secrets/tsig'));
    symlinkSync('/etc/passwd', join(repository.folder, 'secrets/tsig'));
    expect(await refused(repository, ['plan', 'demo'])).toContain('read secrets/tsig, which is /etc/passwd,');
  });

  it('is about one place: a copy elsewhere is not trusted', async () => {
    const repository = clone(hostile);
    await repository.muster(['trust', '--yes']);
    execFileSync('cp', ['-R', repository.folder, `${repository.home}/copy`]);
    execFileSync('mv', [`${repository.home}/copy`, `${repository.folder}/below/copy`]);
    await refused(repository, ['plan', './playbooks/demo'], 'below/copy');
  });

  it('is shown, listed, withdrawn', async () => {
    const repository = clone(hostile);
    const path = join(repository.folder, 'muster.config.yaml');
    expect((await repository.muster(['trust', '--show'])).stdout).toMatch(
      /run `touch ran`[^]*are not trusted\.\n$/,
    );
    expect(await repository.muster(['trust'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('add --yes'),
    });
    expect((await repository.muster(['trust', '--list'])).stdout).toContain('0 sets of files trusted');
    expect((await repository.muster(['trust', '-y'])).code).toBe(0);
    expect((await repository.muster(['trust', '--list'])).stdout).toContain(`${path} (since `);
    expect((await repository.muster(['trust', '--withdraw'])).code).toBe(0);
    await refused(repository, ['plan', 'demo']);
    expect((await repository.muster(['trust', '--withdraw', path])).code).toBe(2);
    expect(repository.ran()).toBe(false);
  });

  it('is asked for on a terminal, and shows the commands as they are', async () => {
    const value = '{ from_command: [sh, -c, ": >ran", "\\e[2K\\rno command\\u3164"] }';
    const repository = clone({ 'muster.config.yaml': config, 'i.yaml': inventoryWith(value) });
    const no = await repository.muster(['plan', 'demo'], { typed: 'n\r' });
    expect({ code: no.code, ran: repository.ran() }).toEqual({ code: 2, ran: false });
    expect(no.stdout).toContain("run `sh -c ': >ran' '\\x1b[2K\\rno command\\u3164'`");
    const yes = await repository.muster(['plan', 'demo'], { typed: 'y\r' });
    expect({ code: yes.code, ran: repository.ran() }).toEqual({ code: 4, ran: true });
    // Remembered: nothing is asked.
    expect((await repository.muster(['plan', 'demo'])).code).toBe(4);
    expect(repository.ran()).toBe(true);
  });

  it.runIf(isRoot)('does not run a program that another account can change since', async () => {
    const repository = clone({
      'muster.config.yaml': config,
      'i.yaml': inventoryWith('{ from_command: [./x] }'),
    });
    repository.write('x', '#!/bin/sh\ntouch ran\n', 0o755);
    await repository.muster(['trust', '--yes']);
    chownSync(join(repository.folder, 'x'), 1234, 0);
    // Nor can it be trusted.
    expect(await refused(repository, ['plan', 'demo'])).toContain(
      'would run a program that others can change',
    );
    expect((await repository.muster(['trust', '--yes'])).code).toBe(2);
  });
});

describe('what says which files were taken', () => {
  it('is one line on standard error, and a field of the JSON result', async () => {
    const repository = clone({ 'muster.config.yaml': config, 'i.yaml': inventoryWith('word') });
    const { stdout, stderr } = await repository.muster(['ping', '--json']);
    expect(stderr).toBe(
      'muster: configuration muster.config.yaml (found, not named), inventory i.yaml (which it names)\n',
    );
    const result = JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as { sources: unknown };
    expect(result.sources).toEqual({
      configuration: { file: 'muster.config.yaml', by: 'found' },
      inventory: { file: 'i.yaml', by: 'configuration' },
    });
    const planned = await repository.muster(['plan', 'demo', '--json']);
    expect(planned.stderr).toContain(
      'muster: playbook playbooks/demo, by playbook_path of muster.config.yaml\n',
    );
    expect(planned.stdout).toContain('"playbook":{"file":"playbooks/demo","by":"configuration"}');
  });

  it('is not printed if everything was named, and is safe on a terminal otherwise', async () => {
    const repository = clone({
      'i.yaml': inventoryWith('word'),
      'below/muster.config.yaml': 'inventory: "\\e[31m.yaml"\n',
    });
    expect((await repository.muster(['inventory', '-i', 'i.yaml'])).stderr).toBe('');
    expect((await repository.muster(['inventory'], { cwd: 'below' })).stderr).not.toContain('\x1b');
  });
});

describe('the store of what is trusted', () => {
  it('is private, and accepts many writers at once', async () => {
    const repository = clone(hostile);
    const folders = Array.from({ length: 6 }, (_, index) => `below/${String(index)}`);
    for (const folder of folders) {
      repository.write(`${folder}/muster.config.yaml`, config);
      repository.write(`${folder}/i.yaml`, inventoryWith(command));
    }
    const ended = await Promise.all(folders.map((cwd) => repository.muster(['trust', '--yes'], { cwd })));
    expect(ended.map(({ code }) => code)).toEqual(folders.map(() => 0));
    const names = readdirSync(repository.store);
    expect(names.map((name) => statSync(join(repository.store, name)).mode & 0o777)).toEqual(
      folders.map(() => 0o600),
    );
    expect(statSync(repository.store).mode & 0o777).toBe(0o700);
    expect((await repository.muster(['trust', '--list'])).stdout).toContain('6 sets of files trusted');
  });

  it('ignores damaged entries, and refuses what others can write', async () => {
    const repository = clone(hostile);
    await repository.muster(['trust', '--yes']);
    const [name = ''] = readdirSync(repository.store);
    const file = join(repository.store, name);
    const good = readFileSync(file, 'utf8');
    const damages = [
      () => {
        writeFileSync(file, '');
      },
      () => {
        writeFileSync(file, good.slice(0, 40));
      },
      () => {
        writeFileSync(file, good.replace(/"digest": "./, '"digest": "x'));
      },
      () => {
        writeFileSync(file, good);
        chmodSync(file, 0o666);
      },
      () => {
        renameSync(file, join(repository.home, 'moved'));
        symlinkSync(join(repository.home, 'moved'), file);
      },
      () => {
        rmSync(file);
        execFileSync('mkfifo', [file]);
      },
    ];
    for (const damage of damages) {
      damage();
      await refused(repository, ['plan', 'demo']);
    }
    expect((await repository.muster(['trust', '--list'])).stderr).toContain(name);
    rmSync(file);
    expect((await repository.muster(['trust', '--yes'])).code).toBe(0);
    chmodSync(repository.store, 0o777);
    expect(await refused(repository, ['plan', 'demo'])).toContain('is no directory that you alone can write');
  });

  it.runIf(isRoot)('of another user is not used by root', async () => {
    const repository = clone(hostile);
    await repository.muster(['trust', '--yes']);
    chownSync(repository.store, 1234, 1234);
    expect(await refused(repository, ['plan', 'demo'])).toContain('is no directory that you alone can write');
  });

  it('does not exist without a home directory, and then nothing is trusted', async () => {
    const repository = clone(hostile);
    const environment = { HOME: 'relative' };
    expect((await repository.muster(['plan', './playbooks/demo'], { environment })).code).toBe(2);
    const { code, stderr } = await repository.muster(['trust', '--yes'], {
      environment: { HOME: '/dev/null' },
    });
    expect(code).toBe(2);
    expect(stderr).toContain('set HOME or XDG_STATE_HOME');
    expect(repository.ran()).toBe(false);
  });
});
