// Starts an embedded lab: one keeper, which has the namespaces made, and then the hosts, a few at a time.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { Socket } from 'node:net';
import pLimit from 'p-limit';
import { MusterError } from '../../model/index.ts';
import type { HostStart } from '../lab-start.ts';
import type { LabHost } from '../lab.ts';
import { findLoopbackPorts, loopback } from '../loopback-ports.ts';
import { answersDns, eventually } from '../readiness.ts';
import { startFailed } from '../start-failed.ts';
import { waitForGreeting } from './embedded-lab.ts';
import { askLab, jsonLines, valueOf, type LabPlan } from './wire.ts';

/** Room on each host's disk, of which only what is used costs memory. */
const diskBytes = 512 * 1024 * 1024;
const namedTimeoutMs = 30_000;
const portAttempts = 3;
/** Booting is work for a processor and waiting in turns. */
const startsAtOnce = 2 * availableParallelism();

/** What an embedded lab is started with. */
export interface EmbeddedStart {
  readonly id: string;
  readonly directory: string;
  readonly tar: string;
  readonly hosts: readonly HostStart[];
  readonly progress?: ((line: string) => void) | undefined;
}

/** The keeper as its owner has it: by a pipe, whose end is the end of the lab. */
export interface KeeperHandle {
  /** Lets the lab go on when this process ends. */
  outliveUs(): Promise<void>;
  /** Ends the lab; returns when nothing of it is left. */
  end(): Promise<void>;
}

/** Hosts that serve, and who keeps them. */
export interface StartedEmbedded {
  readonly hosts: readonly LabHost[];
  readonly keeper: KeeperHandle;
}

/** Returns when every host serves. Throws MusterError (LAB_UP, LAB_START, LAB_PORTS); then nothing is left running. */
export async function startEmbedded(start: EmbeddedStart): Promise<StartedEmbedded> {
  const { plan, keeper } = await startKeeperOnFreePorts(start);
  const limit = pLimit(startsAtOnce);
  const boots = start.hosts.map((host, index) => limit(() => bootHost(plan, host, index, start.progress)));
  try {
    return { hosts: await Promise.all(boots), keeper };
  } catch (error) {
    limit.clearQueue();
    await keeper.end();
    throw error;
  }
}

async function bootHost(
  plan: LabPlan,
  { name, release, serves }: HostStart,
  index: number,
  progress: EmbeddedStart['progress'],
): Promise<LabHost> {
  const planned = plan.hosts[index];
  if (planned === undefined) throw new Error('a host without a plan');
  const { ip, sshPort, dnsPort } = planned;
  await askLab(plan.directory, { op: 'boot', host: name });
  await waitForGreeting({ name, sshPort });
  if (serves && !(await eventually(() => answersDns(loopback, dnsPort), namedTimeoutMs))) {
    throw startFailed(name, `no answer from named within ${namedTimeoutMs / 1000} s`, '');
  }
  progress?.(`${name} serves: ssh ${loopback}:${sshPort}, dns ${loopback}:${dnsPort}`);
  return { name, release, address: loopback, sshPort, dnsPort, ip };
}

/** Another process may take a port between our look and the keeper's; then others are tried. */
async function startKeeperOnFreePorts(
  start: EmbeddedStart,
): Promise<{ readonly plan: LabPlan; readonly keeper: KeeperHandle }> {
  for (let attempt = 1; ; attempt += 1) {
    const ports = await findLoopbackPorts(2 * start.hosts.length);
    const { id, directory, tar } = start;
    const hosts = start.hosts.map(({ name, environment }, index) => ({
      name,
      ip: addressOf(index),
      sshPort: ports[2 * index] ?? 0,
      dnsPort: ports[2 * index + 1] ?? 0,
      environment: { ...environment },
    }));
    const plan = { id, directory, tar, diskBytes, hosts };
    try {
      return { plan, keeper: await startKeeper(plan) };
    } catch (error) {
      if (attempt === portAttempts || !(error instanceof MusterError) || error.code !== 'LAB_PORTS')
        throw error;
    }
  }
}

/** As docker/embedded/lab.sh gives addresses: 10.53.0.2 to 10.53.0.250, 10.53.1.1 and so on. */
function addressOf(index: number): string {
  const number = index + 1;
  return `10.53.${Math.floor(number / 250)}.${(number % 250) + 1}`;
}

/** The built program, also when this module is run from its source. */
function keeperProgram(): string {
  const beside = join(import.meta.dirname, 'keeper.js');
  return existsSync(beside)
    ? beside
    : join(import.meta.dirname, '..', '..', '..', 'dist', 'lab', 'embedded', 'keeper.js');
}

/** Resolves when the keeper listens; throws what it says otherwise, when it is gone. */
async function startKeeper(plan: LabPlan): Promise<KeeperHandle> {
  const child = spawn(process.execPath, [keeperProgram(), plan.directory], {
    detached: true,
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  // When it does not start, it prints nothing either, and that is reported.
  child.on('error', () => undefined);
  child.stdin.on('error', () => undefined);
  child.stdin.write(`${JSON.stringify(plan)}\n`);
  for await (const answer of jsonLines(child.stdout)) {
    try {
      valueOf(answer);
    } catch (error) {
      await endOf(child);
      throw error;
    }
    child.stdout.destroy();
    // Neither the process nor our end of its input is a reason for ours to go on.
    child.unref();
    (child.stdin as unknown as Socket).unref();
    return {
      outliveUs: () =>
        new Promise((resolve) => {
          child.stdin.end(`${JSON.stringify({ keep: true })}\n`, resolve);
        }),
      end: () => endOf(child),
    };
  }
  throw new MusterError('LAB_START', 'the lab ended before it was ready');
}

async function endOf(child: ChildProcess): Promise<void> {
  child.ref();
  child.stdin?.end();
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
}
