// An agent with more keys than sshd lets anybody try, and certificates beside keys and in the agent: what is offered is as with ssh,
// and no agent is forwarded, whatever ssh_config says. Real agents, servers and clients.
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { askOwnSsh } from '../../../src/cli/own-ssh.ts';
import type { HostConnection, Transport } from '../../../src/transport/index.ts';
import { collect } from './contract.ts';
import { loopbackHost } from './in-process-sshd.ts';
import { operatorTransport } from './operator-transport.ts';
import { startSystemSshd, type SystemSshd, whyNoSystemSshd } from './system-sshd.ts';

const obstacle = whyNoSystemSshd();

describe.skipIf(obstacle !== undefined)(
  `keys as ssh offers them${obstacle === undefined ? '' : ` (${obstacle})`}`,
  () => {
    const folder = mkdtempSync(join(tmpdir(), 'muster-many-keys-'));
    const at = (name: string): string => join(folder, name);
    const socket = at('agent');
    /** An agent that holds one key, and a certificate for it. */
    const otherSocket = at('other-agent');
    const transports: Transport[] = [];
    let server: SystemSshd;
    /** It lets in who has a certificate of the authority, and nobody else. */
    let certified: SystemSshd;
    const pids: number[] = [];

    beforeAll(async () => {
      for (const name of ['one', 'two', 'three', 'four', 'five', 'six', 'good'])
        execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', at(name)]);
      for (const path of [socket, otherSocket]) {
        const said = execFileSync('ssh-agent', ['-s', '-a', path]).toString();
        pids.push(Number(/SSH_AGENT_PID=(\d+)/.exec(said)?.[1]));
      }
      for (const name of ['ca', 'member', 'in-agent'])
        execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', at(name)]);
      for (const name of ['member', 'in-agent']) {
        const words = ['-q', '-s', at('ca'), '-I', name, '-n', userInfo().username, at(`${name}.pub`)];
        execFileSync('ssh-keygen', words);
      }
      execFileSync('ssh-add', ['-q', at('in-agent')], {
        env: { ...process.env, SSH_AUTH_SOCK: otherSocket },
      });
      certified = await startSystemSshd({
        overrides: ['AuthorizedKeysFile none', `TrustedUserCAKeys ${at('ca.pub')}`],
      });
      for (const name of ['one', 'two', 'three', 'four', 'five', 'six', 'good'])
        execFileSync('ssh-add', ['-q', at(name)], { env: { ...process.env, SSH_AUTH_SOCK: socket } });
      const user = {
        private: readFileSync(at('good'), 'utf8'),
        public: readFileSync(at('good.pub'), 'utf8').trim(),
      };
      server = await startSystemSshd({ user, configuration: ['MaxAuthTries 4'] });
      // Its public half alone, for a key that only the agent has.
      writeFileSync(at('half.pub'), readFileSync(at('good.pub')));
      chmodSync(at('half.pub'), 0o644);
    });
    afterEach(() => {
      for (const transport of transports.splice(0)) transport.close?.();
    });
    afterAll(async () => {
      await server.stop();
      await certified.stop();
      for (const pid of pids) process.kill(pid);
      rmSync(folder, { recursive: true });
    });

    function configured(lines: readonly string[], { directory, host } = server): void {
      const always = [
        ...['Host ns1', 'HostName 127.0.0.1', `Port ${String(host.port)}`, `User ${host.user}`],
        ...[`UserKnownHostsFile ${join(directory, 'known_hosts')}`, 'GlobalKnownHostsFile none'],
      ];
      writeFileSync(at('config'), `${[...always, ...lines].join('\n')}\n`);
    }

    function byHand(command: string, agent = socket): string | undefined {
      const words = ['-F', at('config'), '-o', 'BatchMode=yes', 'ns1', command];
      const environment = { ...process.env, SSH_AUTH_SOCK: agent };
      const { status, stdout } = spawnSync('ssh', words, { env: environment });
      return status === 0 ? stdout.toString() : undefined;
    }

    async function byMuster(
      command: string,
      transport: NonNullable<HostConnection['transport']>,
      agent = socket,
    ): Promise<string | undefined> {
      const settings = { name: 'ns1', address: 'ns1', identityFile: undefined };
      const host: HostConnection = { ...loopbackHost(22, settings), agent: true, transport };
      const way = operatorTransport(folder, {
        startLimit: 1,
        agentSocket: agent,
        surroundings: {
          configFile: at('config'),
          askSsh: askOwnSsh(at('config'), () => undefined),
          listed: () => ({ connection: host, said: new Set() }),
        },
      });
      transports.push(way);
      try {
        const session = await way.connect(host, new AbortController().signal);
        const said = (await collect(await session.exec(command))).toString();
        session.close();
        return said;
      } catch (error) {
        expect(error).toMatchObject({
          code: expect.stringMatching(/^SSH_(AUTH_FAILED|IDENTITY)$/) as string,
        });
        return undefined;
      }
    }

    it.each([
      ['nothing: sshd has enough of it before the right one', [], undefined],
      ['its file: the key goes first', ['IdentityFile FOLDER/good'], 'in\n'],
      ['its file, and no other key', ['IdentitiesOnly yes', 'IdentityFile FOLDER/good'], 'in\n'],
      ['its public half, and no other key', ['IdentitiesOnly yes', 'IdentityFile FOLDER/half.pub'], 'in\n'],
      ['its file, no other key, and no agent', ['IdentityAgent none', 'IdentityFile FOLDER/good'], 'in\n'],
      ['another file, and no other key', ['IdentitiesOnly yes', 'IdentityFile FOLDER/one'], undefined],
      ['a public half, and no agent', ['IdentityAgent none', 'IdentityFile FOLDER/half.pub'], undefined],
    ])('lets in as with ssh when ssh_config names %s', async (_, lines, said) => {
      configured(lines.map((line) => line.replace('FOLDER', folder)));
      expect(byHand('echo in')).toBe(said);
      expect(await byMuster('echo in', 'auto')).toBe(said);
      expect(await byMuster('echo in', 'openssh')).toBe(said);
    });

    it.each([
      ['beside the file that ssh_config names', ['IdentityFile FOLDER/member', 'IdentityAgent none'], 'in\n'],
      ['in the agent, with the key beside it', [], 'in\n'],
      [
        'in the agent, for a file that ssh_config names',
        ['IdentitiesOnly yes', 'IdentityFile FOLDER/in-agent'],
        'in\n',
      ],
      ['nowhere', ['IdentityAgent none', 'IdentityFile FOLDER/good'], undefined],
    ])('lets in as with ssh when a certificate is %s', async (_, lines, said) => {
      configured(
        lines.map((line) => line.replace('FOLDER', folder)),
        certified,
      );
      expect(byHand('echo in', otherSocket)).toBe(said);
      expect(await byMuster('echo in', 'auto', otherSocket)).toBe(said);
      expect(await byMuster('echo in', 'openssh', otherSocket)).toBe(said);
      // ssh2 has the plain key only.
      expect(await byMuster('echo in', 'ssh2', otherSocket)).toBe(undefined);
    });

    it('is tried where a certificate is beside the key, and the host knows the key only', async () => {
      const key = readFileSync(at('member.pub'));
      writeFileSync(join(server.directory, 'authorized_keys'), key, { flag: 'a' });
      configured(['IdentityFile FOLDER/member'.replace('FOLDER', folder), 'IdentityAgent none']);
      for (const way of ['auto', 'openssh', 'ssh2'] as const)
        expect(await byMuster('echo in', way)).toBe('in\n');
    });

    it('is not forwarded, though ssh_config forwards it', async () => {
      configured(['ForwardAgent yes', 'IdentitiesOnly yes', `IdentityFile ${at('good')}`]);
      expect(byHand('echo "[$SSH_AUTH_SOCK]"')).toMatch(/^\[\/tmp\/ssh-.+\]\n$/);
      expect(await byMuster('echo "[$SSH_AUTH_SOCK]"', 'auto')).toBe('[]\n');
      expect(await byMuster('echo "[$SSH_AUTH_SOCK]"', 'openssh')).toBe('[]\n');
    });
  },
);
