// A host that drops logins because too many are in the making: they are tried again with longer and longer waits, and counted. A real
// sshd at its MaxStartups.
import { writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startSystemSshd, type SystemSshd, whyNoSystemSshd } from '../contract/transport/system-sshd.ts';
import { ampleSettings } from '../support/ample.ts';
import { type Ended, runMuster } from './controller.ts';

const obstacle = whyNoSystemSshd();

describe.skipIf(obstacle !== undefined)(
  `a host at its MaxStartups${obstacle === undefined ? '' : ` (${obstacle})`}`,
  () => {
    let server: SystemSshd;
    let unfinished: Socket;

    beforeEach(async () => {
      server = await startSystemSshd({ configuration: ['MaxStartups 1:100:1', 'LoginGraceTime 200'] });
      unfinished = connect(server.host.port, '127.0.0.1');
      unfinished.on('error', () => undefined);
      // Somebody else begins a login, and does not end it.
      await new Promise((resolve) => unfinished.once('data', resolve));
    });
    afterEach(async () => {
      unfinished.destroy();
      await server.stop();
    });

    const dropped = (): number => [...server.log().matchAll(/drop connection #/g)].length;

    /** Runs muster; the other login ends when so many of muster's were dropped. */
    async function ran(way: string, endsAfter: number, ...words: readonly string[]): Promise<Ended> {
      const { directory, host } = server;
      const inventory = join(directory, 'inventory.yaml');
      writeFileSync(
        inventory,
        `connection: { user: ${host.user}, port: ${String(host.port)}, identity_file: ${join(directory, 'id')}, agent: false,
  known_hosts: ${join(directory, 'known_hosts')}, ssh_config: false, transport: ${way}, ${ampleSettings} }
hosts:\n  ns1: { address: 127.0.0.1 }\n`,
      );
      const ending = runMuster(directory, ['exec', '-i', inventory, ...words, '--', 'echo in']);
      await expect.poll(dropped, { interval: 10 }).toBeGreaterThanOrEqual(endsAfter);
      unfinished.destroy();
      return await ending;
    }

    it.each(['ssh2', 'openssh'])('is reached by another try, which the summary counts (%s)', async (way) => {
      const { code, stdout } = await ran(way, 1);
      expect(code).toBe(0);
      expect(stdout).toContain(
        `${String(dropped())} login${dropped() === 1 ? '' : 's'} that a host dropped ${dropped() === 1 ? 'was' : 'were'} tried again (ns1: ${String(dropped())}): `,
      );
    });

    it('is counted in the last line of JSON', async () => {
      const { code, stdout } = await ran('ssh2', 2, '--json');
      const last = JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Record<string, unknown>;
      expect([code, last['type'], last['droppedLogins']]).toEqual([0, 'result', { ns1: dropped() }]);
      expect(dropped()).toBeGreaterThanOrEqual(2);
    });

    it('is given up after three more tries, with what to do', async () => {
      const { code, stdout } = await ran('ssh2', 4);
      expect(code).not.toBe(0);
      const text = stdout.replaceAll(/\s+/g, ' ');
      expect(text).toContain('closed the connection before its SSH banner');
      expect(text).toContain('MaxStartups: lower connection_starts');
      expect(text).toContain('3 logins that a host dropped were tried again (ns1: 3)');
      expect(dropped()).toBe(4);
    });
  },
);
