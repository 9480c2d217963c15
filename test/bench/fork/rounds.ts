// Plays the actions on one practice host, each from the state in which the one before left it, and takes their figures.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { hostNamed, type Lab } from '../../../src/lab/index.ts';
import { inside, muster, playbook } from '../../e2e/muster.ts';
import { actionsFor, type Action, type ActionName } from './actions.ts';
import { childrensCpuMs, costOf } from './counter.ts';
import { openMeter, type Meter } from './meter.ts';

/** What one action cost, once. */
export interface Figures {
  /** Started on the host, with threads. */
  readonly processes: number;
  /** On the wire, with those of ssh. */
  readonly upBytes: number;
  readonly downBytes: number;
  readonly wallMs: number;
  readonly controllerCpuMs: number;
  readonly hostCpuMs: number;
}

/** Around one action: traces it, or does nothing but the work. */
export type Around = (action: ActionName, work: () => Promise<Figures>) => Promise<Figures>;

/** What to play. */
export interface Round {
  readonly lab: Lab;
  readonly host: string;
  /** Those whose figures are wanted. */
  readonly wanted: readonly ActionName[];
  /** Vars of the host, YAML in flow style without braces. */
  readonly vars?: string;
  readonly around?: Around;
}

/** On a host that is new: plays all actions up to the last one that is wanted, and gives the figures of those that are. */
export async function playRound(round: Round): Promise<ReadonlyMap<ActionName, Figures>> {
  const { lab, host, wanted } = round;
  const meter = await openMeter(hostNamed(lab, host).sshPort);
  try {
    const inventory = await writeMeteredInventory(round, meter);
    const found = new Map<ActionName, Figures>();
    for (const action of await actionsFor({ inventory, cagedBind: playbook, directory: lab.directory })) {
      if (found.size === wanted.length) break;
      if (action.prepare !== undefined) await inside(lab, host, action.prepare);
      for (const args of action.settle ?? []) await run(args);
      if (!wanted.includes(action.name)) {
        if (action.isNeeded === true) await run(action.args);
        continue;
      }
      const measured = (): Promise<Figures> => measure(lab, host, meter, action);
      found.set(
        action.name,
        await (round.around === undefined ? measured() : round.around(action.name, measured)),
      );
    }
    return found;
  } finally {
    await meter.close();
  }
}

/** An inventory of the one host, reached through the meter. */
async function writeMeteredInventory({ lab, host, vars }: Round, meter: Meter): Promise<string> {
  const { address, sshPort } = hostNamed(lab, host);
  const known = await readFile(lab.knownHostsFile, 'utf8');
  const [knownHosts, inventory] = ['metered.known_hosts', 'metered.yaml'].map((name) =>
    join(lab.directory, name),
  ) as [string, string];
  await writeFile(knownHosts, known.replaceAll(`]:${sshPort} `, `]:${meter.port} `));
  const devices = process.getuid?.() === 0 ? '' : ', devices: []';
  await writeFile(
    inventory,
    `connection: { identity_file: ${lab.identityFile}, known_hosts: ${knownHosts}, agent: false, connect_timeout: 30s, ready_timeout: 120s }
vars: { package_path: /var/packages/All${devices} }
hosts:
  ${host}: { address: ${address}, connection: { port: ${meter.port} }, vars: { ${vars ?? ''} } }
`,
  );
  return inventory;
}

async function measure(lab: Lab, host: string, meter: Meter, { args }: Action): Promise<Figures> {
  const [up, down, cpuMs] = [meter.up(), meter.down(), await childrensCpuMs()];
  let [wallMs, controllerCpuMs] = [0, 0];
  const { processes, cpuMs: hostCpuMs } = await costOf(lab, host, async () => {
    const start = performance.now();
    await run(args);
    wallMs = performance.now() - start;
    controllerCpuMs = (await childrensCpuMs()) - cpuMs;
  });
  const [upBytes, downBytes] = [meter.up() - up, meter.down() - down];
  return { processes, upBytes, downBytes, wallMs, controllerCpuMs, hostCpuMs };
}

async function run(args: readonly string[]): Promise<void> {
  const { code, stdout, stderr } = await muster(args);
  if (code !== 0) throw new Error(`muster ${args.join(' ')}: exit ${String(code)}\n${stdout}${stderr}`);
}
