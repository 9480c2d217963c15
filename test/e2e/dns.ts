// A DNS question to a practice host, through muster's own probe.
import { setTimeout as sleep } from 'node:timers/promises';
import { askDns } from '../../src/probe/index.ts';
import type { Lab } from '../../src/lab/index.ts';

/** Asks the host for www.example.net, once; the address, or undefined when none comes within a second. */
export async function askWwwOnce(lab: Lab, host: string): Promise<string | undefined> {
  const found = lab.hosts.find(({ name }) => name === host);
  if (found === undefined) throw new Error(`no host ${host} in the lab`);
  const question = {
    address: found.address,
    port: found.dnsPort,
    name: 'www.example.net',
    type: 'A',
    class: 'IN',
    transport: 'udp',
    recursionDesired: false,
  } as const;
  const answer = await askDns(question, { timeoutMs: 1000, tries: 1 });
  return answer.kind === 'answer' ? answer.records[0] : undefined;
}

/** The address that the host gives for www.example.net; undefined when it does not answer within a minute. */
export async function askWww(lab: Lab, host: string): Promise<string | undefined> {
  const end = Date.now() + 60_000;
  while (Date.now() < end) {
    const address = await askWwwOnce(lab, host);
    if (address !== undefined) return address;
    // A closed port says so at once; a daemon that is coming up, or still loads its zones, needs a moment.
    await sleep(300);
  }
  return undefined;
}
