// Waits until a practice host serves, or says with the host's own last words why it does not.
import type { MusterError } from '../model/index.ts';
import { tryDocker } from './docker.ts';
import { inspectContainers } from './inspect.ts';
import { answersDns, eventually, greetsAsSsh } from './readiness.ts';
import { startFailed } from './start-failed.ts';
import type { ContainerHost } from './container-host.ts';

const bootTimeoutMs = 60_000;

type Reachable = Pick<ContainerHost, 'name' | 'address' | 'sshPort' | 'dnsPort' | 'containerId'>;

/** Returns once sshd greets. Throws MusterError (LAB_START) when the host stops or a minute is over. */
export async function waitForSsh(host: Reachable): Promise<void> {
  await waitFor(host, 'sshd', () => greetsAsSsh(host.address, host.sshPort));
}

/** Returns once named answers. Throws as `waitForSsh` does. */
export async function waitForDns(host: Reachable): Promise<void> {
  await waitFor(host, 'named', () => answersDns(host.address, host.dnsPort));
}

async function waitFor(host: Reachable, service: string, serves: () => Promise<boolean>): Promise<void> {
  const question = async (): Promise<boolean> => {
    if (await serves()) return true;
    const state = (await inspectContainers([host.containerId])).get(host.containerId)?.state ?? 'gone';
    if (state !== 'running')
      throw await startFailure(host, `${service} never answered: the host is ${state}`);
    return false;
  };
  if (!(await eventually(question, bootTimeoutMs))) {
    throw await startFailure(host, `no answer from ${service} within ${bootTimeoutMs / 1000} s`);
  }
}

/** A LAB_START error with the end of the host's console as its hint. */
export async function startFailure(
  host: Pick<ContainerHost, 'name' | 'containerId'>,
  message: string,
): Promise<MusterError> {
  const logs = await tryDocker(['logs', '--tail', '20', host.containerId]);
  return startFailed(host.name, message, `${logs.stdout}${logs.stderr}`);
}
