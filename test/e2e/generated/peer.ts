// The other practice host: a primary that generated configurations transfer zones from, forward to, and take a catalog of.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Lab } from '../../../src/lab/index.ts';
import { inside } from '../muster.ts';
import { Draft } from './draft.ts';
import { unpack } from './host.ts';
import type { HostEntry } from './model.ts';

const zones = ['peer.example', 'member.example', 'forwarded.example'];

/** Makes the host the peer of generated ones. Throws when it does not serve. */
export async function startPeer(lab: Lab, host: string): Promise<void> {
  const draft = new Draft(0, { own: '192.0.2.53', peer: '' });
  const file = (path: string, content: string): HostEntry => ({
    path,
    kind: 'file',
    mode: 0o644,
    owner: 0,
    content,
  });
  const statements = [...zones, 'catalog.peer'].map(
    (zone) => `zone "${zone}" { type primary; file "${zone}"; allow-transfer { any; }; };\n`,
  );
  await unpack(lab, host, [
    file(
      '/etc/named.conf',
      `options { directory "/etc/namedb"; recursion no; dnssec-validation no; notify no; };\n${statements.join('')}`,
    ),
    ...zones.map((zone) => file(`/etc/namedb/${zone}`, draft.zoneText(zone))),
    file(
      '/etc/namedb/catalog.peer',
      '@ 3600 IN SOA invalid. invalid. ( 2026112801 3600 900 604800 300 )\n@ 3600 IN NS invalid.\nversion IN TXT "2"\nm1.zones IN PTR member.example.\n',
    ),
  ]);
  await inside(lab, host, 'sh /etc/rc.d/named restart');
  for (let attempt = 0; attempt < 100; attempt++) {
    if ((await inside(lab, host, 'dig +short @127.0.0.1 catalog.peer SOA; :')).includes('2026112801')) return;
    await sleep(200);
  }
  throw new Error(`${host} does not serve: ${await inside(lab, host, 'tail -20 /var/log/messages')}`);
}
