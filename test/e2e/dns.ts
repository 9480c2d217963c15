// A DNS question to a practice host, through muster's own probe.
import { askDns } from '../../src/probe/index.ts';
import type { Lab } from '../../src/lab/index.ts';

/** The address that the host gives for www.example.net; undefined when it does not answer. */
export async function askWww(lab: Lab, host: string): Promise<string | undefined> {
  const found = lab.hosts.find(({ name }) => name === host);
  if (found === undefined) throw new Error(`no host ${host} in the lab`);
  const answer = await askDns(
    { address: found.address, port: found.dnsPort, name: 'www.example.net', type: 'A' },
    1000,
    10,
  );
  return answer?.records[0];
}
