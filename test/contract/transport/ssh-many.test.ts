// Many hosts at once: three hundred behind one jump host whose sshd drops logins when ten are in the making, and hosts at one address
// that does. The jump host is a real sshd; the hosts behind are one server in this process, which is asked by three hundred names.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { HostConnection, Session, Transport } from '../../../src/transport/index.ts';
import { collect } from './contract.ts';
import { keyPair, loopbackHost, startSshd } from './in-process-sshd.ts';
import type { InProcessSshd } from './in-process-sshd.ts';
import { operatorTransport } from './operator-transport.ts';
import { startSystemSshd, whyNoSystemSshd } from './system-sshd.ts';
import { startTcpFront } from './tcp-front.ts';

const obstacle = whyNoSystemSshd();

describe.skipIf(obstacle !== undefined)(`many hosts${obstacle === undefined ? '' : ` (${obstacle})`}`, () => {
  const stops: (() => Promise<void> | void)[] = [];

  afterEach(async () => {
    for (const stop of stops.splice(0).reverse()) await stop();
  });

  function transportOf(
    directory: string,
    hosts: ReadonlyMap<string, HostConnection>,
    startLimit: number,
  ): Transport {
    const transport = operatorTransport(directory, {
      startLimit,
      surroundings: {
        listed: (name) => {
          const connection = hosts.get(name);
          return connection && { connection, said: new Set(['user', 'port', 'address', 'identity_file']) };
        },
        askSsh: () => Promise.resolve(undefined),
      },
    });
    stops.push(() => transport.close?.());
    return transport;
  }

  /** A transport that knows the server behind that port, and has a key for it. */
  async function transportTo(port: number, server: InProcessSshd, startLimit: number): Promise<Transport> {
    const { directory, stop } = await startSystemSshd();
    stops.push(stop);
    const known = `[127.0.0.1]:${port} ${server.hostPublicKeys[0] ?? ''}\n`;
    await writeFile(join(directory, 'known_hosts'), known);
    await writeFile(join(directory, 'id'), keyPair('user').private, { mode: 0o600 });
    return transportOf(directory, new Map(), startLimit);
  }

  async function reach(transport: Transport, host: HostConnection): Promise<string> {
    const session: Session = await transport.connect(host, new AbortController().signal);
    const said = (await collect(await session.exec('any'))).toString();
    session.close();
    return said;
  }

  it.each([
    ['ssh2', 300],
    // Each is a client of its own, and a program that carries its bytes.
    ['openssh', 30],
  ] as const)(
    'behind one jump host with MaxStartups 10:30:60 are all reached, over exactly one connection to it (%s, %i)',
    async (way, count) => {
      const gate = await startSystemSshd({ configuration: ['MaxStartups 10:30:60'] });
      stops.push(gate.stop);
      const front = await startTcpFront(gate.host.port);
      stops.push(front.stop);
      const server = await startSshd({
        accepts: () => true,
        onExec: (channel) => {
          channel.write('in\n');
          channel.exit(0);
          channel.end();
        },
      });
      stops.push(server.stop);
      await writeFile(
        join(gate.directory, 'known_hosts'),
        `[127.0.0.1]:${front.port} ${keyPair('system-host-ed25519').public}\n` +
          `[127.0.0.1]:${server.port} ${server.hostPublicKeys[0] ?? ''}\n`,
      );
      const hosts = new Map<string, HostConnection>([
        ['gate', { ...gate.host, name: 'gate', port: front.port }],
      ]);
      for (let index = 0; index < count; index += 1) {
        const settings = { name: `ns${index}`, jump: ['gate'], transport: way };
        hosts.set(settings.name, loopbackHost(server.port, settings));
      }
      const transport = transportOf(gate.directory, hosts, 8);
      const behind = [...hosts.values()].filter(({ name }) => name !== 'gate');
      const said = await Promise.all(behind.map((host) => reach(transport, host)));
      expect(said).toEqual(Array.from({ length: count }, () => 'in\n'));
      expect(front.accepted()).toBe(1);
      // As the jump host itself counts them.
      expect([...gate.log().matchAll(/^Connection from /gm)]).toHaveLength(1);
      expect([...gate.log().matchAll(/Accepted publickey/g)]).toHaveLength(1);
      expect(gate.log()).not.toContain('MaxStartups');
      expect(transport.droppedLogins?.()).toEqual(new Map());
    },
  );

  it('at one address start no more than eight logins at once, whatever connection_starts says', async () => {
    const server = await startSshd();
    stops.push(server.stop);
    const transport = await transportTo(server.port, server, 100);
    const hosts = Array.from({ length: 30 }, (_, index) => loopbackHost(server.port, { name: `ns${index}` }));
    await Promise.all(hosts.map((host) => reach(transport, host)));
    expect(server.mostUnauthenticated()).toBeLessThanOrEqual(8);
  });

  it('that drop logins are tried again, and counted', async () => {
    const server = await startSshd();
    stops.push(server.stop);
    const front = await startTcpFront(server.port, 2);
    stops.push(front.stop);
    const transport = await transportTo(front.port, server, 8);
    await reach(transport, loopbackHost(front.port, { connectTimeoutMs: 60_000 }));
    expect(transport.droppedLogins?.()).toEqual(new Map([['ns1', 2]]));
  });
});
