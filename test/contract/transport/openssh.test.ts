// The transport contract by OpenSSH's own client: against the sshd of this machine, one inside this process, and behind a jump host.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeTransport } from './contract.ts';
import type { Setup } from './contract.ts';
import { keyPair, knownHostsText, loopbackHost, startSshd } from './in-process-sshd.ts';
import { operatorTransport } from './operator-transport.ts';
import { startSystemSshd, whyNoSystemSshd } from './system-sshd.ts';

/** The same server and files, reached by the other client. */
async function byOpenssh(start: () => Promise<Setup & { readonly directory: string }>): Promise<Setup> {
  const { directory, host, stop } = await start();
  const transport = operatorTransport(directory);
  return {
    transport,
    host: { ...host, transport: 'openssh' },
    stop: async () => {
      transport.close?.();
      await stop();
    },
  };
}

async function startInProcess(): Promise<Setup & { readonly directory: string }> {
  const directory = await mkdtemp(join(tmpdir(), 'muster-openssh-'));
  const sshd = await startSshd();
  await writeFile(join(directory, 'id'), keyPair('user').private, { mode: 0o600 });
  await writeFile(join(directory, 'known_hosts'), knownHostsText(sshd.port, sshd.hostPublicKeys));
  return {
    directory,
    transport: { connect: () => Promise.reject(new Error('unused')) },
    host: loopbackHost(sshd.port),
    stop: async () => {
      await sshd.stop();
      await rm(directory, { recursive: true });
    },
  };
}

if (whyNoSystemSshd() === undefined) {
  describeTransport(
    "OpenSSH's client to the sshd of this machine",
    () => byOpenssh(() => startSystemSshd()),
    'SSH_LOST',
  );
}
describeTransport("OpenSSH's client to an sshd in this process", () => byOpenssh(startInProcess), 'SSH_LOST');
