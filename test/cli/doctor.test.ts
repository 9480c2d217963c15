// `muster doctor` and `muster trust --hosts` against a host that an sshd inside the test plays.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type InProcessSshd, keyPair, startSshd } from '../contract/transport/in-process-sshd.ts';
import { controller, type Controller } from './controller.ts';
import { onTerminal } from '../support/on-terminal.ts';

interface Finding {
  readonly subject: string;
  readonly step: string;
  readonly state: string;
  readonly what: string;
  readonly from?: string;
  readonly fix?: string;
}

let here: Controller;
let mute: Server;
const before = { ...process.env };

beforeAll(async () => {
  here = await controller(2);
  // A home without keys, agent and known_hosts, and no dig that asks somebody.
  for (const name of ['home', 'bin']) mkdirSync(join(here.folder, name));
  process.env['HOME'] = join(here.folder, 'home');
  process.env['SSH_AUTH_SOCK'] = '';
  writeFileSync(join(here.folder, 'bin/dig'), '#!/bin/sh\ncat "$DIG_SAYS" 2>/dev/null\n', { mode: 0o755 });
  process.env['PATH'] = `${join(here.folder, 'bin')}:${process.env['PATH'] ?? ''}`;
  mute = createServer((socket) => socket.end('220 mail.example.net ESMTP\r\n'));
  await new Promise<void>((resolve) => mute.listen(0, '127.0.0.1', resolve));
});

afterAll(async () => {
  Object.assign(process.env, {
    HOME: before['HOME'],
    PATH: before['PATH'],
    SSH_AUTH_SOCK: before['SSH_AUTH_SOCK'] ?? '',
  });
  await new Promise((resolve) => mute.close(resolve));
  await here.stop();
});

async function doctor(
  inventory: string,
  host = 'ns1',
): Promise<{ code: number | null; findings: readonly Finding[] }> {
  writeFileSync(join(here.folder, 'i.yaml'), inventory);
  const { code, stdout, stderr } = await here.muster(['doctor', host, '--json', '-i', 'i.yaml']);
  if (stdout === '') throw new Error(stderr);
  return { code, findings: (JSON.parse(stdout) as { findings: readonly Finding[] }).findings };
}

function inventory(): string {
  return readFileSync(join(here.folder, 'inventory.yaml'), 'utf8');
}

describe('muster doctor', () => {
  it('checks this machine, and reports what is missing', async () => {
    const { code, stdout } = await here.muster(['doctor']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^this machine\n {2}ok {2}Node +v\d+/);
    expect(stdout).toMatch(/^ {2}odd agent +none {2}\(SSH_AUTH_SOCK\)$/m);
    expect(stdout).toMatch(/^ {2}odd known_hosts +there is no .*\/home\/\.ssh\/known_hosts$/m);
    expect(stdout).toMatch(/No problem was found\.\n$/);
  });

  it('checks every step for a good host, each with the source of its value', async () => {
    const { findings } = await doctor(inventory());
    const own = findings.filter(({ subject }) => subject === 'ns1');
    const good = own.filter(({ state }) => state !== 'bad').map(({ step }) => step);
    expect(good.slice(0, 11)).toEqual([
      ...[
        'settings',
        'way',
        'keys',
        'known_hosts',
        'client',
        'name',
        'TCP',
        'banner',
        'key exchange',
        'host key',
        'login',
      ],
    ]);
    expect(own.find(({ step }) => step === 'settings')).toMatchObject({
      what: expect.stringMatching(/^ops@127\.0\.0\.1:\d+, become none$/) as string,
      from: expect.stringMatching(/^i\.yaml:1:\d+ \(all\), i\.yaml:\d+:\d+ \(host\), .*default$/) as string,
    });
    expect(own.map(({ step }) => step)).toContain('shell');
  });

  it.each([
    ['settings', 'hosts: { ns1: { connection: { jump: ns1 } } }', /ns1/, 'settings'],
    [
      'a name',
      'hosts: { ns1: { address: nowhere.invalid } }',
      /nowhere\.invalid: (ENOTFOUND|EAI_AGAIN)/,
      'name',
    ],
    ['a port', 'hosts: { ns1: { address: 127.0.0.1, connection: { port: 1 } } }', /ECONNREFUSED/, 'TCP'],
    [
      'a banner',
      'hosts: { ns1: { address: 127.0.0.1, connection: { port: MUTE } } }',
      /220 mail\.example\.net/,
      'banner',
    ],
  ])('stops at %s if it is wrong', async (_, text, what, step) => {
    const { code, findings } = await doctor(
      text.replace('MUTE', String((mute.address() as AddressInfo).port)),
    );
    expect(code).toBe(1);
    expect(findings.at(-1)).toMatchObject({
      subject: 'ns1',
      step,
      state: 'bad',
      what: expect.stringMatching(what) as string,
    });
    expect(findings.at(-1)?.fix).not.toBe('');
  });

  it('stops at an unknown host key, and at a refused login', async () => {
    const unknown = await doctor(
      inventory()
        .replace(/known_hosts: \S+/, 'known_hosts: /dev/null }')
        .replace('} }', '}'),
    );
    expect(unknown.findings.at(-1)).toMatchObject({ step: 'host key', state: 'bad' });
    expect(unknown.findings.at(-1)?.fix).toContain('muster trust --hosts ns1');
    const refused = await doctor(inventory().replace(/identity_file: [^,]+/, 'identity_file: /dev/null'));
    expect(refused.findings.at(-1)).toMatchObject({ step: 'login', state: 'bad' });
  });

  it('refuses more than one host', async () => {
    const { code, stderr } = await here.muster(['doctor', 'ns[1-2]', '-i', 'inventory.yaml']);
    expect({ code, said: stderr.includes('is 2 hosts, and the doctor examines one') }).toEqual({
      code: 2,
      said: true,
    });
  });
});

describe('muster trust --hosts', () => {
  const known = (): string => join(here.folder, 'new/known_hosts');
  const text = (): string => inventory().replace(/known_hosts: \S+/, `known_hosts: ${known()}`);
  const trust = (...more: readonly string[]): ReturnType<Controller['muster']> =>
    here.muster(['trust', '--hosts', '@all', '-i', 'learn.yaml', ...more]);

  it('shows a key of several hosts once, asks, and adds it to the right file', async () => {
    writeFileSync(join(here.folder, 'learn.yaml'), text());
    const shown = await trust('--show');
    expect(shown.stdout).toMatch(/^ns\[1-2\] \(2 hosts\)\n {2}ssh-ed25519 SHA256:\S+ {2}NEW\n$/);
    expect(existsSync(known())).toBe(false);
    const asked = await trust();
    expect({
      code: asked.code,
      needsYes: asked.stderr.includes('there is no terminal to ask on'),
    }).toEqual({ code: 2, needsYes: true });
    const { code, stderr } = await trust('--yes');
    expect({ code, stderr }).toEqual({ code: 0, stderr: `muster: 1 key added to ${known()}\n` });
    expect(readFileSync(known(), 'utf8')).toMatch(/^\[127\.0\.0\.1\]:\d+ ssh-ed25519 \S+\n$/);
    expect((await trust('--yes')).stdout).toBe('ns[1-2] (2 hosts)\n  already known\n');
    expect((await here.muster(['doctor', 'ns1', '-i', 'learn.yaml'])).stdout).toMatch(/ok {2}login/);
  });

  it('adds nothing if another key is recorded', async () => {
    const line = readFileSync(known(), 'utf8');
    const blob = Buffer.from(line.trim().split(' ')[2] ?? '', 'base64');
    blob[blob.length - 1] = (blob.at(-1) ?? 0) ^ 1;
    const other = `${line.split(' ')[0] ?? ''} ssh-ed25519 ${blob.toString('base64')}\n`;
    writeFileSync(known(), other);
    const { code, stdout } = await trust('--yes');
    expect(code).toBe(1);
    expect(stdout).toContain('NOT the key that known_hosts records');
    expect(readFileSync(known(), 'utf8')).toBe(other);
  });

  it.each([
    ['vouches for it', 'ad', 'sha256', 0, 'NEW, DNSSEC vouches for it (SSHFP)'],
    ['is not in use', 'rd', 'sha256', 0, 'NEW, the same in SSHFP, without DNSSEC'],
    ['vouches for another', 'ad', 'sha384', 1, 'NEW, DNSSEC vouches for ANOTHER key (SSHFP); not written'],
  ])('reads SSHFP records when DNSSEC %s', async (_, flag, hash, exit, said) => {
    const key = Buffer.from(
      readFileSync(join(here.folder, 'known_hosts'), 'utf8').trim().split(' ')[2] ?? '',
      'base64',
    );
    const digest = createHash(hash).update(key).digest('hex').slice(0, 64);
    process.env['DIG_SAYS'] = join(here.folder, 'dig-says');
    const answer = `;; ->>HEADER<<- status: NOERROR\n;; flags: qr ${flag}; QUERY: 1\nlocalhost. 1 IN SSHFP 4 2 ${digest}\n`;
    writeFileSync(join(here.folder, 'dig-says'), answer);
    rmSync(known(), { force: true });
    writeFileSync(
      join(here.folder, 'learn.yaml'),
      text().replaceAll('address: 127.0.0.1', 'address: localhost'),
    );
    const { code, stdout } = await trust('--yes');
    expect(code).toBe(exit);
    expect(stdout).toContain(`  ${said}\n`);
    expect(existsSync(known())).toBe(exit === 0);
  });

  it('reports why a host does not answer, and exits 4', async () => {
    writeFileSync(
      join(here.folder, 'learn.yaml'),
      'hosts: { ns9: { address: 127.0.0.1, connection: { port: 1 } } }\n',
    );
    const { code, stdout } = await trust('--yes');
    expect({ code, stdout }).toEqual({
      code: 4,
      stdout: 'ns9\n  no key: 127.0.0.1:1 refused the connection\n',
    });
  });

  describe('through a jump host', () => {
    const password = 'rîght word';
    let server: InProcessSshd;
    let given: string[];

    afterEach(async () => {
      await server.stop();
    });

    /** The jump host takes nothing but this password, and the host behind it the key of the others. */
    async function gated(connection: string): Promise<void> {
      given = [];
      server = await startSshd({
        hostKeys: [keyPair('gate').private],
        onLogin: (context) => {
          if (context.method !== 'password') context.reject(['password']);
          else {
            given.push(context.password);
            if (context.password === password) context.accept();
            else context.reject(['password']);
          }
        },
        onConnection: (client) => {
          client.on('tcpip', (accept, reject, { destIP, destPort }) => {
            const target = connect(destPort, destIP);
            target.on('error', () => {
              reject();
            });
            target.once('connect', () => {
              const channel = accept();
              channel.on('error', () => undefined);
              target.on('close', () => {
                channel.end();
              });
              channel.on('close', () => target.destroy());
              target.pipe(channel).pipe(target);
            });
          });
        },
      });
      rmSync(known(), { force: true });
      writeFileSync(
        join(here.folder, 'known-gate'),
        `[127.0.0.1]:${String(server.port)} ${server.hostPublicKeys[0] ?? ''}\n`,
      );
      const gate = `{ port: ${String(server.port)}, user: ops, known_hosts: ${join(here.folder, 'known-gate')}${connection} }`;
      const behind = text().replaceAll(
        '{ address: 127.0.0.1 }',
        '{ address: 127.0.0.1, connection: { jump: [gate] } }',
      );
      writeFileSync(
        join(here.folder, 'learn.yaml'),
        `${behind}  gate: { address: 127.0.0.1, connection: ${gate} }\n`,
      );
    }

    const behind = (...more: readonly string[]): ReturnType<Controller['muster']> =>
      here.muster(['trust', '--hosts', 'ns*', '-i', 'learn.yaml', ...more]);

    it('that wants a password is logged in to with that of the inventory, and nobody else gets it', async () => {
      process.env['GATE_WORD'] = password;
      await gated(', password: { from_env: GATE_WORD }');
      const { code, stdout } = await behind('--yes');
      expect({ code, stdout }).toMatchObject({
        code: 0,
        stdout: expect.stringMatching(/^ns\[1-2\] \(2 hosts\)\n.*NEW\n$/) as string,
      });
      expect(readFileSync(known(), 'utf8').split('\n')).toHaveLength(2);
      // One login for each type of key that the hosts are asked for.
      expect(given).toEqual([password, password, password]);
    });

    it('that wants a password which nobody gave is named, with what to do', async () => {
      await gated('');
      const { code, stdout } = await behind();
      expect(code).toBe(4);
      expect(stdout).toContain('no way through the jump host gate: ');
      expect(stdout).toContain('the host accepts password');
      expect(given).toEqual([]);
      expect((await here.muster(['ping', '-i', 'learn.yaml', '--limit', 'ns1'])).stdout).toContain(
        'set password for gate in the inventory',
      );
    });

    it('asks for the password of the jump host on the terminal, once', async () => {
      await gated('');
      const screen = await onTerminal(
        here.folder,
        ['trust', '--hosts', 'ns*', '-i', 'learn.yaml', '--ask-pass', '--show'],
        {
          'Password of ops to log in with: ': `${password}\r`,
        },
      );
      expect(screen.text.split('to log in with:')).toHaveLength(2);
      expect(screen.text).toMatch(/ssh-ed25519 SHA256:\S+ {2}NEW/);
      expect(screen.text).not.toContain(password);
      expect(screen.code).toBe(0);
    });
  });
});
