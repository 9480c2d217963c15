// `npm run bench:peers`: the same work on the same hosts by muster and by other tools, in turn.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { prepareImage, startLab, type Lab } from '../../src/lab/index.ts';
import { runProgram } from '../../src/programs/index.ts';
import { inside } from '../e2e/muster.ts';
import { grouped, median, table } from './figures.ts';
import { processesOf } from './fork/counter.ts';
import { openAccount, type Account } from './peers/accounts.ts';
import { withPython } from './peers/python.ts';
import { toolsFor, works, type Call, type Tool, type Work } from './peers/tools.ts';

const usage = `Usage: npm run bench:peers -- [OPTIONS]
Times the same work on the same practice hosts by muster, Ansible, Ansible with Mitogen, clush and pdsh: those that are
installed here. The figures mean something on a machine that does nothing else.

  --hosts N       how many (default: 40)
  --rounds N      each tool does each work so often, all of them in turn (default: 3)
  --json          JSON instead of tables; with npm run --silent nothing else is printed
  --help          this text
`;

interface Sample {
  readonly tool: string;
  readonly work: Work;
  readonly wallMs: number;
  /** Not a number where the kernel gives no accounts. */
  readonly controllerCpuMs: number;
  readonly hostsCpuMs: number;
}

interface Accounts {
  readonly controller: Account | undefined;
  readonly hosts: Account | undefined;
}

async function bench(
  count: number,
  rounds: number,
): Promise<{ samples: Sample[]; tools: Tool[]; missing: string[] }> {
  const directory = await mkdtemp(join(tmpdir(), 'muster-peers-'));
  const accounts = { controller: await openAccount('controller'), hosts: await openAccount('hosts') };
  try {
    const image = await prepareImage('embedded', say);
    const source = join(directory, 'root.tar');
    await withPython(image.source, source);
    const lab = await startLab({
      hosts: count,
      image: { backend: 'embedded', source },
      directory: join(directory, 'lab'),
    });
    try {
      for (const { name } of lab.hosts)
        for (const pid of await processesOf(lab, name)) await accounts.hosts?.take(pid);
      const { tools, missing } = await toolsFor(lab);
      return { samples: await play(lab, tools, rounds, accounts), tools, missing };
    } finally {
      await lab.stop();
    }
  } finally {
    await rm(directory, { recursive: true, force: true });
    for (const account of Object.values(accounts)) await account?.close();
  }
}

async function play(lab: Lab, tools: readonly Tool[], rounds: number, accounts: Accounts): Promise<Sample[]> {
  const samples: Sample[] = [];
  for (let round = 1; round <= rounds; round += 1) {
    await Promise.all(lab.hosts.map(({ name }) => inside(lab, name, 'rm -rf /var/bench; mkdir /var/bench')));
    for (const work of works)
      for (const tool of tools) {
        say(`round ${round} of ${rounds}: ${work}: ${tool.name}`);
        samples.push(await measure(tool, work, accounts).finally(() => endConnections(lab)));
      }
  }
  return samples;
}

async function measure(tool: Tool, work: Work, { controller, hosts }: Accounts): Promise<Sample> {
  const spent = (): Promise<number[]> =>
    Promise.all([controller, hosts].map(async (account) => (await account?.cpuMs()) ?? Number.NaN));
  const [controllerBefore = 0, hostsBefore = 0] = await spent();
  const start = performance.now();
  for (const call of tool.calls(work)) await run(call, controller?.door ?? '/dev/null');
  const wallMs = performance.now() - start;
  const [controllerAfter = 0, hostsAfter = 0] = await spent();
  return {
    tool: tool.name,
    work,
    wallMs,
    controllerCpuMs: controllerAfter - controllerBefore,
    hostsCpuMs: hostsAfter - hostsBefore,
  };
}

/** Through a shell that enters the controller's group and then becomes the program. */
async function run({ args, environment }: Call, door: string): Promise<void> {
  const child = spawn('sh', ['-c', 'echo $$ >"$0" && exec "$@"', door, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...environment },
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (part: Buffer) => (said = (said + part.toString()).slice(-4000)));
  // Not `close`: a connection that is kept holds our end of its outputs.
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0) throw new Error(`${args.join(' ')}: exit ${String(code)}\n${said}`);
}

/** Ends open connections, because no tool may begin with the connections of another. */
async function endConnections(lab: Lab): Promise<void> {
  const config = join(lab.directory, 'ssh_config_muxed');
  await Promise.all(
    lab.hosts.map(({ name }) => runProgram('ssh', ['-F', config, '-O', 'exit', name], { timeoutMs: 30_000 })),
  );
}

function tablesOf(samples: readonly Sample[], hosts: number): string {
  return works
    .map((work) => {
      const ofWork = samples.filter((sample) => sample.work === work);
      const names = [...new Set(ofWork.map(({ tool }) => tool))];
      const middle = (tool: string, of: (sample: Sample) => number): number =>
        median(ofWork.filter((sample) => sample.tool === tool).map(of));
      const total = (sample: Sample): number => sample.controllerCpuMs + sample.hostsCpuMs;
      const ratio = (tool: string, of: (sample: Sample) => number): string =>
        (middle(tool, of) / middle('muster', of)).toFixed(1);
      const rows = names.map((tool) => [
        tool,
        grouped(middle(tool, ({ wallMs }) => wallMs)),
        ratio(tool, ({ wallMs }) => wallMs),
        (middle(tool, ({ controllerCpuMs }) => controllerCpuMs) / hosts).toFixed(1),
        (middle(tool, ({ hostsCpuMs }) => hostsCpuMs) / hosts).toFixed(1),
        ratio(tool, total),
      ]);
      const head = 'tool|ms|times muster|CPU ms a host, here|CPU ms a host, there|CPU times muster';
      return `${work}\n${table(head.split('|'), rows)}`;
    })
    .join('\n');
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      hosts: { type: 'string', default: '40' },
      rounds: { type: 'string', default: '3' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const [hosts, rounds] = [Number(values.hosts), Number(values.rounds)];
  if (values.help || !(hosts >= 1) || !(rounds >= 1)) {
    process[values.help ? 'stdout' : 'stderr'].write(usage);
    process.exitCode = values.help ? 0 : 2;
    return;
  }
  const load = loadavg()[0]?.toFixed(1) ?? '';
  const { samples, tools, missing } = await bench(hosts, rounds);
  const machine = { processors: availableParallelism(), load, node: process.version };
  if (values.json) {
    const settings = Object.fromEntries(tools.map(({ name, setting }) => [name, setting]));
    process.stdout.write(`${JSON.stringify({ machine, hosts, rounds, settings, missing, samples })}\n`);
    return;
  }
  const notes = tools.map(({ name, setting }) => `  ${name}: ${setting}\n`).join('');
  const left = missing.length === 0 ? '' : `Not installed here, so left out: ${missing.join(', ')}.\n`;
  process.stdout.write(
    `${hosts} embedded practice hosts on this machine, ${rounds} rounds in turn, medians; ${machine.processors} processors, load ${load} at the start.\n${notes}${left}\n${tablesOf(samples, hosts)}`,
  );
}

await main();
