// Hosts from a zone transfer with TSIG: a real named serves it, a real dig gets it.
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { drawSource } from '../../src/cli/draw-source.ts';
import { freePort } from '../support/free-port.ts';

const named = ['/usr/sbin/named', '/usr/local/sbin/named', '/usr/pkg/sbin/named'].find((path) =>
  existsSync(path),
);
const obstacle = whyNot();

function whyNot(): string | undefined {
  if (named === undefined) return 'there is no named on this machine';
  try {
    for (const tool of ['dig', 'tsig-keygen'])
      execFileSync('sh', ['-c', `command -v ${tool}`], { stdio: 'ignore' });
    return undefined;
  } catch {
    return 'dig or tsig-keygen is missing';
  }
}

describe.skipIf(obstacle !== undefined)(
  `hosts of a zone transfer${obstacle === undefined ? '' : ` (${obstacle})`}`,
  () => {
    const folder = mkdtempSync(join(tmpdir(), 'muster-zone-'));
    const at = (name: string): string => join(folder, name);
    let daemon: ChildProcess;
    let port = 0;
    const servers: Server[] = [];

    beforeAll(async () => {
      for (const name of ['transfer', 'wrong', 'stranger']) {
        const key = name === 'wrong' ? 'transfer' : name;
        writeFileSync(at(`${name}.key`), execFileSync('tsig-keygen', ['-a', 'hmac-sha256', key]), {
          mode: 0o600,
        });
      }
      const hosts = Array.from(
        { length: 400 },
        (_, at) => `host${String(at)} A 192.0.2.${String(at % 250)}\n`,
      );
      const soa = '$TTL 300\n@ SOA ns1 admin 1 3600 900 604800 300\n@ NS ns1\n';
      const ours =
        'ns1 A 192.0.2.11\nns2 A 192.0.2.12\nns2 AAAA 2001:db8::12\nns3 AAAA 2001:db8::13\nwww CNAME ns1\n';
      writeFileSync(at('small.db'), soa + ours);
      writeFileSync(at('large.db'), soa + ours + hosts.join(''));
      port = await freePort();
      writeFileSync(
        at('named.conf'),
        `include "${at('transfer.key')}";
options { directory "${folder}"; listen-on port ${String(port)} { 127.0.0.1; }; listen-on-v6 { none; }; recursion no;
  pid-file none; session-keyfile "${at('session.key')}"; notify no; dnssec-validation no; };
controls { };
zone "example.net" { type primary; file "small.db"; allow-transfer { key transfer; }; };
zone "example.org" { type primary; file "large.db"; allow-transfer { key transfer; }; };
`,
      );
      daemon = spawn(named ?? '', ['-g', '-n', '1', '-c', at('named.conf')], {
        stdio: ['ignore', 'ignore', 'pipe'],
      });
      await new Promise<void>((resolve, reject) => {
        let log = '';
        daemon.stderr?.on('data', (chunk: Buffer) => {
          log += chunk.toString();
          if (/\brunning$/m.test(log)) resolve();
        });
        daemon.once('close', () => {
          reject(new Error(log));
        });
      });
    });
    afterAll(async () => {
      for (const server of servers) server.close();
      const ended = new Promise((resolve) => daemon.once('close', resolve));
      daemon.kill();
      await ended;
      rmSync(folder, { recursive: true });
    });

    async function draw(key: string | undefined, zone = 'example.net', from = port): Promise<string> {
      const { text } = await drawSource({
        kind: 'axfr',
        zone,
        server: '127.0.0.1',
        port: from,
        ...(key === undefined ? {} : { key: at(key) }),
        from: { file: 'i.yaml', line: 2, column: 3 },
      });
      return text.text;
    }

    /** A server that gives of the answer all but its last bytes. */
    async function cutting(bytes: number): Promise<number> {
      const server = createServer((client) => {
        const upstream = connect(port, '127.0.0.1');
        let answer = Buffer.alloc(0);
        for (const socket of [client, upstream]) socket.on('error', () => undefined);
        client.pipe(upstream);
        upstream.on('data', (chunk: Buffer) => {
          const isFirst = answer.length === 0;
          answer = Buffer.concat([answer, chunk]);
          // Long enough for all of it: dig closes only behind the end, which it does not get.
          if (isFirst) setTimeout(() => client.end(answer.subarray(0, answer.length - bytes)), 1000);
        });
      });
      servers.push(server);
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      return (server.address() as AddressInfo).port;
    }

    it("are the names with addresses, in a group with the zone's name, with the right key", async () => {
      const { hosts, groups } = inventoryOf(await draw('transfer.key'));
      expect(Object.entries(hosts).map(([name, host]) => [name, host?.address])).toEqual([
        ['ns1.example.net', '192.0.2.11'],
        ['ns2.example.net', '192.0.2.12'],
        ['ns3.example.net', '2001:db8::13'],
      ]);
      expect(Object.keys(groups)).toEqual(['example_net']);
    });

    it('are complete if the transfer has several messages', async () => {
      const { hosts } = inventoryOf(await draw('transfer.key', 'example.org'));
      expect(Object.keys(hosts).filter((name) => name.startsWith('host'))).toHaveLength(400);
    });

    it.each([
      [
        'a key with another secret',
        'wrong.key',
        'example.net',
        /does not take the TSIG key \((NOTAUTH|BADSIG)\)/,
      ],
      [
        'a key of another name',
        'stranger.key',
        'example.net',
        /does not take the TSIG key \((NOTAUTH|BADKEY)\)/,
      ],
      ['no key', undefined, 'example.net', /the server refuses it \(REFUSED\)/],
      ['a file that is not there', 'none.key', 'example.net', /Couldn't read key from .*none\.key/],
      ['a zone that it does not have', undefined, 'example.com', /the server says NOTAUTH/],
    ])('are an error with the reason: %s', async (_what, key, zone, message) => {
      await expect(draw(key, zone)).rejects.toMatchObject({
        code: 'SOURCE',
        message: expect.stringMatching(message) as string,
        hint: expect.stringContaining('No host was contacted') as string,
      });
    });

    it.each([20, 400])('are none if the last %d bytes of the transfer are missing', async (bytes) => {
      const from = await cutting(bytes);
      await expect(draw('transfer.key', 'example.org', from)).rejects.toMatchObject({ code: 'SOURCE' });
    });

    it("are none if no server listens, with dig's message", async () => {
      await expect(draw('transfer.key', 'example.net', await freePort())).rejects.toMatchObject({
        message: expect.stringMatching(/source axfr failed: .*(refused|no servers)/) as string,
      });
    });
  },
);

function inventoryOf(text: string) {
  return parse(text) as {
    readonly hosts: Readonly<Record<string, { readonly address?: string } | null>>;
    readonly groups: Readonly<Record<string, unknown>>;
  };
}
