// What known_hosts costs a run whose hosts each have a hashed line of their own: `npm run bench:known`.
// A column each: reading the file; what each host is asked and judged by; and the worst case, a host that shows another key.
import { createHmac, randomBytes } from 'node:crypto';
import { parseKnownHosts } from '../../src/transport/ssh/known-hosts.ts';
import { KnownHosts } from '../../src/transport/ssh/known-hosts-records.ts';

function blob(...strings: readonly (string | Buffer)[]): Buffer {
  return Buffer.concat(
    strings.map((each) => {
      const length = Buffer.alloc(4);
      length.writeUInt32BE(each.length);
      return Buffer.concat([length, Buffer.from(each)]);
    }),
  );
}

function hashed(name: string): string {
  const salt = randomBytes(20);
  const hash = createHmac('sha1', salt).update(name).digest('base64');
  return `|1|${salt.toString('base64')}|${hash}`;
}

function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

function measure(count: number) {
  const hosts = Array.from({ length: count }, (_, at) => ({
    address: `ns${at}.example.net`,
    key: blob('ssh-ed25519', randomBytes(32)),
  }));
  const lines = hosts.map(({ address, key }) => `${hashed(address)} ssh-ed25519 ${key.toString('base64')}`);
  const started = cpuMs();
  const known = new KnownHosts([parseKnownHosts(lines.join('\n'), 'known_hosts')]);
  const read = cpuMs();
  for (const { address, key } of hosts) {
    known.possibleKeyTypes(address, 22);
    if (known.judge(address, 22, key).kind !== 'known') throw new Error(`${address} is not known`);
  }
  const judged = cpuMs();
  known.judge('ns0.example.net', 22, blob('ssh-ed25519', randomBytes(32)));
  const changed = cpuMs();
  return { read: read - started, judged: judged - read, changed: changed - judged };
}

measure(1000);
process.stdout.write('lines and hosts    read    each host    another key\n');
for (const count of [1000, 3000, 10_000]) {
  const { read, judged, changed } = measure(count);
  const each = `${(judged / count).toFixed(4)} ms`;
  const columns = [
    `${read.toFixed(0)} ms`.padStart(8),
    each.padStart(12),
    `${changed.toFixed(1)} ms`.padStart(14),
  ];
  process.stdout.write(`${String(count).padStart(15)}${columns.join(' ')}\n`);
}
