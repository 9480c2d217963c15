// A chain of three jump hosts, each with a user, a key and a host key of its own: what ssh does with it by hand, muster does by both
// clients. A hop with another host key than the recorded one ends the way there. Real sshds.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { askOwnSsh } from '../../../src/cli/own-ssh.ts';
import type { HostConnection, Session, Transport } from '../../../src/transport/index.ts';
import { startAccountsSshd, whyNoAccounts } from './accounts-sshd.ts';
import { collect } from './contract.ts';
import { keyPair, loopbackHost } from './in-process-sshd.ts';
import { operatorTransport } from './operator-transport.ts';
import type { SystemSshd } from './system-sshd.ts';

const obstacle = whyNoAccounts();
const users = { outer: 'ops', middle: 'root', inner: 'ops', target: 'root' } as const;
type Name = keyof typeof users;
const names = Object.keys(users) as Name[];

describe.skipIf(obstacle !== undefined)(
  `a chain of three jump hosts${obstacle === undefined ? '' : ` (${obstacle})`}`,
  () => {
    const folder = mkdtempSync(join(tmpdir(), 'muster-hops-'));
    const at = (name: string): string => join(folder, name);
    const servers = new Map<Name, SystemSshd>();
    const transports: Transport[] = [];
    const sessions: Session[] = [];

    beforeAll(async () => {
      for (const name of names) {
        writeFileSync(at(`id-${name}`), keyPair(`user of ${name}`).private, { mode: 0o600 });
        const keys = { host: keyPair(`host ${name}`), user: keyPair(`user of ${name}`) };
        servers.set(name, await startAccountsSshd({ keys }));
      }
    });
    afterEach(() => {
      for (const session of sessions.splice(0)) session.close();
      for (const transport of transports.splice(0)) transport.close?.();
    });
    afterAll(async () => {
      for (const server of servers.values()) await server.stop();
      rmSync(folder, { recursive: true });
    });

    /** The operator's ssh_config, with the key of another in the place of one host's. */
    function configured(wrong?: Name): void {
      const blocks = names.map((name) => {
        const port = String(servers.get(name)?.host.port);
        const key = keyPair(name === wrong ? 'another' : `host ${name}`).public;
        writeFileSync(at(`known-${name}`), `[127.0.0.1]:${port} ${key}\n`);
        return [
          `Host ${name}\nHostName 127.0.0.1\nPort ${port}\nUser ${users[name]}\nIdentityFile ${at(`id-${name}`)}`,
          `UserKnownHostsFile ${at(`known-${name}`)}`,
          ...(name === 'target' ? ['ProxyJump outer,middle,inner'] : []),
        ].join('\n');
      });
      const all = 'Host *\nIdentitiesOnly yes\nGlobalKnownHostsFile none\nConnectTimeout 60\nBatchMode yes\n';
      writeFileSync(at('config'), `${blocks.join('\n')}\n${all}`);
    }

    async function byHand(): Promise<string> {
      const child = spawn('ssh', ['-F', at('config'), 'target', 'echo $USER'], {
        stdio: ['ignore', 'pipe', 'ignore'],
      });
      let said = '';
      child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
      await new Promise((resolve) => child.once('close', resolve));
      return said;
    }

    /** What an inventory says of the chain, which then says all of it; or nothing, and ssh_config says all. */
    function hostOf(name: Name, way: Way): HostConnection {
      const settings = { name, address: name, identityFile: undefined };
      const plain = { ...loopbackHost(22, settings), transport: way.transport };
      if (way.by === 'ssh_config') return plain;
      return {
        ...plain,
        ...{ address: '127.0.0.1', port: servers.get(name)?.host.port ?? 0, user: users[name] },
        ...{ identityFile: at(`id-${name}`), knownHosts: [at(`known-${name}`)] },
        ...(name === 'target' ? { jump: ['outer', 'middle', 'inner'] } : {}),
      };
    }

    interface Way {
      readonly by: 'ssh_config' | 'inventory';
      readonly transport: 'auto' | 'openssh';
    }

    async function reach(way: Way): Promise<string> {
      const said = ['address', 'port', 'user', 'identity_file', 'known_hosts', 'jump', 'no ssh_config'];
      const transport = operatorTransport(folder, {
        surroundings: {
          configFile: at('config'),
          askSsh: askOwnSsh(at('config'), () => undefined),
          listed: (name) =>
            names.some((each) => each === name)
              ? {
                  connection: hostOf(name as Name, way),
                  said: new Set(way.by === 'inventory' ? said : []),
                }
              : undefined,
        },
      });
      transports.push(transport);
      const session = await transport.connect(hostOf('target', way), new AbortController().signal);
      sessions.push(session);
      return (await collect(await session.exec('echo $USER'))).toString();
    }

    const accepted = (): readonly number[] =>
      names.map((name) => {
        const login = new RegExp(`Accepted publickey for ${users[name]} `, 'g');
        return [...(servers.get(name)?.log() ?? '').matchAll(login)].length;
      });
    const contacted = (name: Name): number =>
      [...(servers.get(name)?.log() ?? '').matchAll(/Connection from/g)].length;

    const ways = (['ssh_config', 'inventory'] as const).flatMap((by) =>
      (['auto', 'openssh'] as const).map((transport) => ({ by, transport })),
    );

    it('works by hand', async () => {
      configured();
      expect(await byHand()).toBe('root\n');
    });

    it.each(ways)('is gone through with one login at each, as $by says, by $transport', async (way) => {
      configured();
      const before = accepted();
      expect(await reach(way)).toBe('root\n');
      await expect.poll(() => accepted()).toEqual(before.map((count) => count + 1));
    });

    it.each(ways.flatMap((way) => names.map((wrong) => ({ ...way, wrong }))))(
      'ends at another host key of $wrong, as $by says, by $transport',
      async ({ wrong, ...way }) => {
        configured(wrong);
        const behind = names[names.indexOf(wrong) + 1];
        const before = behind === undefined ? 0 : contacted(behind);
        await expect(reach(way)).rejects.toMatchObject({
          code: wrong === 'target' ? 'SSH_HOST_KEY_CHANGED' : 'SSH_JUMP_HOST_KEY_CHANGED',
          host: 'target',
          message: expect.stringContaining(
            wrong === 'target' ? 'the host key of 127.0.0.1:' : `no way through the jump host `,
          ) as string,
        });
        if (behind !== undefined) expect(contacted(behind)).toBe(before);
        expect(readFileSync(at(`known-${wrong}`), 'utf8')).toContain(keyPair('another').public);
      },
    );
  },
);
