// The process outside of an embedded lab's namespaces: listens on the hosts' loopback ports, answers those who look after
// the lab (embedded-lab.ts), and lives exactly as long as the namespaces do. Input: the plan in one line. The end of the
// input is the end of the lab, so that it cannot outlive its owner, however that one ends; unless a second line said
// before that it is to.
import { spawn } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import pLimit, { type LimitFunction } from 'p-limit';
import { MusterError, UsageError } from '../../model/index.ts';
import type { LabFault } from '../lab.ts';
import { Front } from './front.ts';
import { holdDirectory, removeKeeperFiles, runName } from './keeper-files.ts';
import { unshareLab } from './namespaces.ts';
import {
  answerOf,
  jsonLines,
  keepSchema,
  labPlanSchema,
  labSocketName,
  listenIn,
  requestSchema,
  valueOf,
  type LabPlan,
  type LabRequest,
  type WireAnswer,
} from './wire.ts';

const labScript = join(import.meta.dirname, '..', '..', '..', 'docker', 'embedded', 'lab.sh');

/** The supervisor, asked over pipes. */
class Supervisor {
  readonly #child;
  readonly #waiting = new Map<number, (answer: WireAnswer) => void>();
  #next = 0;
  /** Resolves when the namespaces are gone. */
  readonly ended: Promise<void>;
  readonly #words: string[] = [];

  constructor(plan: LabPlan) {
    const [command = '', ...args] = unshareLab();
    const names = plan.hosts.map(({ name }) => name).join(' ');
    const run = join(plan.directory, runName);
    const supervisor = [process.execPath, join(import.meta.dirname, 'supervisor.js'), run];
    this.#child = spawn(command, [...args, 'sh', labScript, run, plan.tar, names, ...supervisor], {
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    this.ended = new Promise((resolve) => {
      this.#child.on('error', (error) => {
        this.#words.push(error.message);
        resolve();
      });
      this.#child.once('close', () => {
        resolve();
      });
    });
    void this.ended.then(() => {
      const message = this.#words.join('').trim() || 'the lab ended';
      for (const settle of this.#waiting.values()) settle({ code: 'LAB_START', message });
      this.#waiting.clear();
    });
    this.#child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#words.push(text);
      this.#words.splice(0, this.#words.length - 50);
    });
    this.#child.stdin.on('error', () => undefined);
    this.#child.stdin.write(`${JSON.stringify(plan)}\n`);
    void this.#listen();
  }

  /** Resolves when the supervisor can be asked; throws MusterError (LAB_START) with what went wrong. */
  async ready(): Promise<void> {
    valueOf(await this.#answer());
  }

  ask(request: LabRequest): Promise<unknown> {
    const answer = this.#answer();
    this.#child.stdin.write(`${JSON.stringify({ number: this.#next - 1, request })}\n`);
    return answer.then(valueOf);
  }

  end(): void {
    this.#child.stdin.end();
  }

  #answer(): Promise<WireAnswer> {
    const number = this.#next++;
    return new Promise((resolve) => this.#waiting.set(number, resolve));
  }

  async #listen(): Promise<void> {
    for await (const line of jsonLines(this.#child.stdout)) {
      const { number, answer } = line as { number: number; answer: WireAnswer };
      this.#waiting.get(number)?.(answer);
      this.#waiting.delete(number);
    }
  }
}

/** A host's ports, and its turns: what changes a host is done one after the other. */
interface Place {
  readonly front: Front;
  readonly turn: LimitFunction;
}

/** Answers one request of those who look after the lab. */
async function handle(
  supervisor: Supervisor,
  places: ReadonlyMap<string, Place>,
  gone: Promise<void>,
  request: LabRequest,
): Promise<unknown> {
  if (request.op === 'status') return supervisor.ask(request);
  if (request.op === 'stop') {
    supervisor.end();
    return gone;
  }
  const place = places.get(request.host);
  if (place === undefined) throw new UsageError('LAB_HOST', `no host ${request.host}`);
  if (request.op === 'exec') return supervisor.ask(request);
  return place.turn(() => changeHost(supervisor, place.front, request));
}

async function changeHost(
  supervisor: Supervisor,
  front: Front,
  request: Exclude<LabRequest, { op: 'status' | 'stop' | 'exec' }>,
): Promise<unknown> {
  if (request.op === 'fault' && faultNetwork(front, request.fault)) return undefined;
  if (request.op === 'fault' && request.fault.kind === 'reboot')
    return front.faults.withoutPower(() => supervisor.ask(request));
  if (request.op === 'clear' || request.op === 'reset') {
    front.faults.clear();
    await front.listen();
  }
  return supervisor.ask(request);
}

/** Applies a fault of the network; false when it is one of the host itself. */
function faultNetwork(front: Front, fault: LabFault): boolean {
  switch (fault.kind) {
    case 'latency':
      front.faults.latencyMs = fault.milliseconds;
      return true;
    case 'loss':
      front.faults.loss = fault.share;
      return true;
    case 'cut':
      front.faults.isCut = true;
      return true;
    case 'refuse':
      front.refuse();
      return true;
    case 'freeze':
    case 'full-disk':
    case 'slow-cpu':
    case 'reboot':
      return false;
  }
}

async function main(): Promise<void> {
  const input = jsonLines(process.stdin);
  const plan = labPlanSchema.parse((await input.next()).value);
  const held = await answerOf(() => holdDirectory(plan.directory));
  if ('code' in held) {
    process.stdout.write(`${JSON.stringify(held)}\n`);
    return;
  }
  await removeKeeperFiles(plan.directory);
  await mkdir(join(plan.directory, runName));
  const supervisor = new Supervisor(plan);
  const gone = supervisor.ended.then(() => removeKeeperFiles(plan.directory));
  const stop = (): void => {
    supervisor.end();
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop);
  // The program that started us may be gone before we can say that the lab is ready; the end of our input tells us.
  process.stdout.on('error', () => undefined);
  void input.next().then(({ value }) => {
    if (!keepSchema.safeParse(value).success) stop();
  }, stop);

  const places = new Map(
    plan.hosts.map((host) => [host.name, { front: new Front(plan.directory, host), turn: pLimit(1) }]),
  );
  const started = await answerOf(async () => {
    await supervisor.ready();
    await Promise.all([...places.values()].map(({ front }) => front.listen()));
    await listenIn(plan.directory, labSocketName, (socket) => {
      void serve(socket, (request) => handle(supervisor, places, gone, request));
    });
  });
  process.stdout.write(`${JSON.stringify(started)}\n`);
  if ('code' in started) stop();
  await gone;
}

async function serve(socket: Socket, work: (request: LabRequest) => Promise<unknown>): Promise<void> {
  socket.on('error', () => socket.destroy());
  try {
    for await (const line of jsonLines(socket)) {
      const answer = await answerOf(() => work(requestSchema.parse(line)));
      socket.end(`${JSON.stringify(answer)}\n`);
      return;
    }
  } catch (error) {
    socket.destroy(error instanceof MusterError ? error : undefined);
  }
}

await main();
process.exit(0);
