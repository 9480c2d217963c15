// Inventories from several files and from sources; what a host's settings come from. No host is asked.
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createSocket, type Socket } from 'node:dgram';
import { join } from 'node:path';
import packet from 'dns-packet';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clone } from './cloned.ts';
import { controller, type Controller } from './controller.ts';

let here: Controller;
let dns: Socket;

beforeAll(async () => {
  here = await controller(2);
  dns = createSocket('udp4');
  dns.on('message', (message, { port }) => {
    const { id, questions } = packet.decode(message);
    const answers = ['ns1', 'NS2'].map(
      (data) => ({ type: 'NS', name: 'example.net', ttl: 1, data: `${data}.example.net` }) as const,
    );
    dns.send(
      packet.encode({ type: 'response', id: id ?? 0, questions: questions ?? [], answers }),
      port,
      '127.0.0.1',
    );
  });
  await new Promise<void>((resolve) => dns.bind(0, '127.0.0.1', resolve));
  process.env['XDG_CACHE_HOME'] = join(here.folder, 'cache');
});

afterAll(async () => {
  delete process.env['XDG_CACHE_HOME'];
  dns.close();
  await here.stop();
});

function write(path: string, text: string): void {
  writeFileSync(join(here.folder, path), text);
  if (text.startsWith('#!')) chmodSync(join(here.folder, path), 0o755);
}

async function groupsOf(...paths: readonly string[]): Promise<Record<string, readonly string[]>> {
  const { code, stdout, stderr } = await here.muster([
    'inventory',
    '--json',
    ...paths.flatMap((path) => ['-i', path]),
  ]);
  if (code !== 0) throw new Error(stderr);
  const { groups } = JSON.parse(stdout) as { groups: { name: string; hosts: string[] }[] };
  return Object.fromEntries(groups.map(({ name, hosts }) => [name, hosts]));
}

describe('an inventory of several files', () => {
  it('has the hosts and groups of all files, and a later file wins', async () => {
    write(
      'a.yaml',
      'hosts: { "ns[1-2]": { connection: { user: one } } }\ngroups: { auth: { hosts: [ns1] } }\n',
    );
    write(
      'b.yaml',
      'hosts: { ns2: { address: 192.0.2.2, connection: { user: two } }, mx1: }\ngroups: { auth: { hosts: [ns2] }, all_of: { groups: [auth] } }\n',
    );
    expect(await groupsOf('a.yaml', 'b.yaml')).toEqual({
      all: ['ns1', 'ns2', 'mx1'],
      auth: ['ns1', 'ns2'],
      all_of: ['ns1', 'ns2'],
    });
    const { stdout } = await here.muster(['inventory', '--explain', 'ns2', '-i', 'a.yaml', '-i', 'b.yaml']);
    expect(stdout).toMatch(/^ns2 {2}\(a\.yaml:1:10, b\.yaml:1:10\)$/m);
    expect(stdout).toMatch(/^ {2}user +two +b\.yaml:1:\d+ \(host\)\n +over one {2}a\.yaml:1:\d+ \(host\)$/m);
    expect(stdout).toMatch(/^ {2}port +22 +default$/m);
  });

  it('may be a directory', async () => {
    mkdirSync(join(here.folder, 'fleet'));
    write('fleet/10-a.yaml', 'hosts: { ns1: }\n');
    write('fleet/20-b.yml', 'hosts: { ns2: }\n');
    write('fleet/notes.txt', 'no');
    expect(await groupsOf('fleet')).toEqual({ all: ['ns1', 'ns2'] });
  });

  it('reports every mistake of every file', async () => {
    write('bad1.yaml', 'hosts: { ns1: { prot: 1 } }\n');
    write('bad2.yaml', 'hosts: [ns2]\n');
    const { code, stderr } = await here.muster(['inventory', '-i', 'bad1.yaml', '-i', 'bad2.yaml']);
    expect(code).toBe(2);
    expect(stderr).toContain('bad1.yaml:1:17: error');
    expect(stderr).toContain('bad2.yaml:1:8: error');
  });
});

describe('sources', () => {
  it('can be programs, files and inventories of Ansible, and the file itself wins', async () => {
    write(
      'list',
      '#!/bin/sh\necho \'{"_meta":{"hostvars":{"i1":{"ansible_user":"x","size":3}}},"cloud":{"hosts":["i1"]}}\'\n',
    );
    write('own', '#!/bin/sh\necho "hosts: { o1: { vars: { v: theirs } } }"\n');
    write('hosts.ini', '[old]\nold1 ansible_port=2222\n');
    write(
      'many.yaml',
      'sources: [{ command: [./list] }, { command: [./own] }, { file: a.yaml }, { ansible: hosts.ini }]\nhosts: { o1: { vars: { v: ours } } }\ngroups: { mine: { hosts: [i1, old1] } }\n',
    );
    expect(await groupsOf('many.yaml')).toEqual({
      all: ['i1', 'o1', 'ns1', 'ns2', 'old1'],
      cloud: ['i1'],
      auth: ['ns1'],
      old: ['old1'],
      mine: ['i1', 'old1'],
    });
    const { stdout } = await here.muster(['inventory', '--explain', 'o1', '-i', 'many.yaml']);
    expect(stdout).toMatch(
      /^ {2}v +ours +many\.yaml:2:\d+ \(host\)\n +over theirs {2}many\.yaml \(command of line 1\):1:\d+ \(host\)$/m,
    );
  });

  it('gives the name servers of a zone as a group', async () => {
    const { port } = dns.address();
    write(
      'zone.yaml',
      `groups: { auth: { ns_of: { zone: example.net, server: 127.0.0.1, port: ${String(port)} } } }\n`,
    );
    expect(await groupsOf('zone.yaml')).toEqual({
      all: ['ns1.example.net', 'ns2.example.net'],
      auth: ['ns1.example.net', 'ns2.example.net'],
    });
  });

  it('keeps an answer for its ttl', async () => {
    write('count', '#!/bin/sh\necho x >> asked\necho "hosts: { ns1: }"\n');
    write('kept.yaml', 'sources: [{ command: [./count], ttl: 1h }]\nhosts: {}\n');
    write('fresh.yaml', 'sources: [{ command: [./count] }]\n');
    for (const path of ['kept.yaml', 'kept.yaml', 'fresh.yaml', 'fresh.yaml']) await groupsOf(path);
    expect(readFileSync(join(here.folder, 'asked'), 'utf8')).toBe('x\nx\nx\n');
  });

  it.each([
    [
      '[{ command: [./fails] }]',
      'bad.yaml:1:11: the source command failed: ./fails ended with 3: it is broken',
    ],
    ['[{ command: [./missing] }]', 'the source command failed: cannot run ./missing'],
    ['[{ command: [./endless] }]', 'more than 4194304 bytes of output'],
    [
      '[{ command: [./secret] }]',
      'error[SOURCE_SECRET]: where a secret is read from cannot be set by a source',
    ],
    ['[{ command: [./nested] }]', 'error[SOURCE_SECRET]: another source cannot be set by a source'],
    ['[{ command: [./wrong] }]', 'bad.yaml (command of line 1):1:3: error[CONFIG_UNKNOWN_KEY]'],
    ['[{ file: nowhere.yaml }]', 'the source file failed: there is no nowhere.yaml'],
    ['[{ axfr: { zone: example.net, server: 127.0.0.1, port: 1 } }]', 'the source axfr failed: '],
    ['[{ command: [x], file: y }]', 'expected exactly one of command, file, ansible, axfr'],
  ])('%s is an error before any host is contacted', async (sources, message) => {
    write('fails', '#!/bin/sh\necho "it is broken" >&2; exit 3\n');
    write('endless', '#!/bin/sh\nexec yes\n');
    write(
      'secret',
      '#!/bin/sh\necho "{ hosts: { ns1: { vars: { k: { from_command: [touch, ran] } } } } }"\n',
    );
    write('nested', '#!/bin/sh\necho "{ sources: [{ command: [touch, ran] }], hosts: { ns1: } }"\n');
    write('wrong', '#!/bin/sh\necho "{ hots: { ns1: } }"\n');
    write('bad.yaml', `sources: ${sources}\nhosts: { ns1: }\n`);
    const { code, stdout, stderr } = await here.muster(['ping', '-i', 'bad.yaml']);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(message);
    expect(existsSync(join(here.folder, 'ran'))).toBe(false);
  });

  it('of a found inventory do not run before it is trusted', async () => {
    const repository = clone({
      'muster.config.yaml': 'inventory: i.yaml\n',
      'i.yaml': 'sources: [{ command: [touch, ran] }]\nhosts: { ns1: }\n',
    });
    const refused = await repository.muster(['inventory']);
    expect({ code: refused.code, ran: repository.ran() }).toEqual({ code: 2, ran: false });
    expect(refused.stderr).toContain('would make this machine run `touch ran` for its list of hosts');
    expect((await repository.muster(['trust', '--yes'])).code).toBe(0);
    expect(repository.ran()).toBe(false);
    await repository.muster(['inventory']);
    expect(repository.ran()).toBe(true);
  });
});
