// How much --json prints of runs on 5,000 hosts, made of what one practice host really said; and how much version 2 was. It prints
// figures and judges nothing. MUSTER_HOSTS makes it smaller. npm run bench:json
import { bytesOfVersion2, jsonBytes, type Recorded } from '../support/scaled-run.ts';

const hosts = Number(process.env['MUSTER_HOSTS'] ?? 5000);
/** Of version 2 a few hosts are enough: a result of all of them is longer than a string can be. */
const few = Math.min(hosts, 200);
const words: Readonly<Record<Recorded, string>> = {
  exec: 'exec true',
  plan: 'plan of caged-bind',
  verify: 'verify of caged-bind',
};

const mega = (bytes: number): string => `${(bytes / 1_000_000).toFixed(1)} MB`.padStart(9);
process.stdout.write(
  `--json of ${String(hosts)} hosts          bytes a host   version 2, from ${String(few)} hosts\n`,
);
for (const [recorded, name] of Object.entries(words) as [Recorded, string][]) {
  const now = jsonBytes(recorded, hosts);
  const before = (bytesOfVersion2(recorded, few) / few) * hosts;
  const each = String(Math.round(now / hosts)).padStart(8);
  process.stdout.write(`${name.padEnd(22)}${mega(now)}${each}         ${mega(before)}\n`);
}
