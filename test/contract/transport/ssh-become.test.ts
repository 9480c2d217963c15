// Becoming root with a password: the question comes on a terminal, and the stream goes beside it. A real sshd and a real terminal;
// su, sudo and doas are scripts here that ask as NetBSD's do, because a test does not know the machine's password.
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Secret } from '../../../src/model/index.ts';
import { execAsRoot, type Channel, type Session } from '../../../src/transport/index.ts';
import { collect } from './contract.ts';
import { startSystemSshd, type SystemSshd, whyNoSystemSshd } from './system-sshd.ts';

const obstacle = whyNoSystemSshd();

// On the terminal like the real ones: echo off, the question, a line; `sorry` as each of them says it.
const ask = (prompt: string, sorry: string, tries: number): string => `
old=$(stty -g </dev/tty); i=0
while [ $i -lt ${tries} ]; do
  stty -echo </dev/tty; printf '%s' "${prompt}" >/dev/tty; read -r typed </dev/tty; stty "$old" </dev/tty; echo >/dev/tty
  echo asked >>"$MUSTER_ASKED"
  [ "$typed" != 'rîght $"word' ] || break
  i=$((i + 1)); printf '%s\\n' "${sorry}" >/dev/tty
done
[ $i -lt ${tries} ] || exit 1
`;
const programs = {
  su: `#!/bin/sh
[ "$1" = root ] && [ "$2" = -c ] || exit 9
case $MUSTER_CASE in wheel) echo 'su: You are not listed in the correct secondary group (wheel) to su root.'; exit 1 ;; esac
${ask('Password:', 'su: Sorry: Authentication error', 1)}
echo garbage of .cshrc; echo 'stty: not a terminal' >&2
exec /bin/sh -c "$3"`,
  sudo: `#!/bin/sh
[ "$1" = -p ] || exit 9
prompt=$2; shift 2
echo 'We trust you have received the usual lecture. Never give your Password: away'
${ask('$prompt', 'Sorry, try again.', 3)}
exec "$@"`,
  doas: `#!/bin/sh
${ask('doas (ops@ns1) password: ', 'doas: Authentication failed', 1)}
exec "$@"`,
};

describe.skipIf(obstacle !== undefined)(
  `becoming root with a password${obstacle === undefined ? '' : ` (${obstacle})`}`,
  () => {
    let sshd: SystemSshd;
    let directory: string;
    let session: Session;
    const password = new Secret('rîght $"word');

    beforeAll(async () => {
      directory = await mkdtemp(join(tmpdir(), 'muster-become-'));
      await mkdir(join(directory, 'bin'));
      for (const [name, text] of Object.entries(programs)) {
        await writeFile(join(directory, 'bin', name), `${text}\n`);
        await chmod(join(directory, 'bin', name), 0o755);
      }
      const environment = `PATH=${directory}/bin:/usr/bin:/bin MUSTER_ASKED=${directory}/asked`;
      sshd = await startSystemSshd({ configuration: [`SetEnv ${environment}`] });
    });
    afterEach(() => {
      session.close();
    });
    afterAll(async () => {
      await sshd.stop();
      await rm(directory, { recursive: true });
    });

    async function root(
      become: 'su' | 'sudo' | 'doas',
      given: Secret | undefined = password,
      command = '/bin/sh -s',
    ): Promise<Channel> {
      await rm(join(directory, 'asked'), { force: true });
      session = await sshd.transport.connect(sshd.host, new AbortController().signal);
      return await execAsRoot(session, { become, name: 'ns1', user: userInfo().username }, command, given);
    }

    async function asked(): Promise<number> {
      const text = await readFile(join(directory, 'asked'), 'utf8').catch(() => '');
      return text.split('\n').length - 1;
    }

    it.each(['su', 'sudo', 'doas'] as const)('%s gives a stream that is byte for byte', async (become) => {
      const channel = await root(become);
      const sent = Buffer.from(Array.from({ length: 300_000 }, (_, at) => (at * 7 + (at >> 8)) % 256));
      await channel.write(Buffer.from('f() { echo to-err >&2; cat; exit 7; }; echo in; f\n'));
      let bytes = Buffer.alloc(0);
      let sending: Promise<void> | undefined;
      for await (const chunk of channel.stdout) {
        bytes = Buffer.concat([bytes, chunk]);
        // The shell would read what arrives before its word as commands.
        if (bytes.length >= 3) {
          sending ??= channel.write(sent).then(() => {
            channel.end();
          });
        }
      }
      await sending;
      expect(bytes.subarray(0, 3).toString()).toBe('in\n');
      expect(bytes.subarray(3).equals(sent)).toBe(true);
      expect(await channel.closed).toEqual({ status: 7, signal: null });
      expect(channel.stderr()).toBe('to-err\n');
      expect(await asked()).toBe(1);
    });

    it('leaves no directory, and the password is in no list of processes', async () => {
      const channel = await root('su');
      await channel.write(Buffer.from('cat /proc/[0-9]*/cmdline | tr "\\\\0" " "; exit\n'));
      const seen = (await collect(channel)).toString();
      channel.end();
      await channel.closed;
      expect(seen).toContain('/bin/sh -s');
      expect(seen).not.toContain('rîght');
      session.close();
      expect((await readdir('/tmp')).filter((name) => name.startsWith('muster-root.'))).toEqual([]);
    });

    it.each([
      ['su', 'su: Sorry: Authentication error', 'su needs the password of root'],
      ['doas', 'doas: Authentication failed', 'doas wants the password'],
      ['sudo', 'sudo refused the password', 'sudo wants the password'],
    ] as const)('%s gets a wrong password once, and the error says so', async (become, said, hint) => {
      await expect(root(become, new Secret('wrong one'))).rejects.toMatchObject({
        code: 'SSH_BECOME',
        host: 'ns1',
        message: expect.stringContaining(said) as string,
        hint: expect.stringContaining(hint) as string,
      });
      expect(await asked()).toBe(1);
    });

    it('is not tried without a password if su asks for one', async () => {
      session = await sshd.transport.connect(sshd.host, new AbortController().signal);
      await expect(
        execAsRoot(session, { become: 'su', name: 'ns1', user: 'ops' }, '/bin/sh -s'),
      ).rejects.toMatchObject({
        code: 'SSH_BECOME',
        hint: expect.stringContaining('--ask-become-pass') as string,
      });
    });

    it('types no password that a terminal would interpret as a command', async () => {
      await expect(root('su', new Secret('a\u0003b'))).rejects.toMatchObject({ code: 'SSH_BECOME' });
      expect(await asked()).toBe(0);
    });
  },
);
