// The process inside an embedded lab's namespaces: starts the hosts, does to them what the keeper passes on, and is the
// far end of the relay. Input: the plan, then numbered requests; output: numbered answers. When the input ends, so does
// the lab.
import { UsageError } from '../../model/index.ts';
import { EmbeddedHost } from './embedded-host.ts';
import { serveRelay } from './relay.ts';
import { answerOf, jsonLines, labPlanSchema, requestSchema, type LabPlan, type LabRequest } from './wire.ts';

async function main(): Promise<void> {
  const input = jsonLines(process.stdin);
  const plan = labPlanSchema.parse((await input.next()).value);
  const run = process.argv[2] ?? '';
  const hosts = new Map(plan.hosts.map((host) => [host.name, new EmbeddedHost(run, host, plan.diskBytes)]));
  await serveRelay(plan.directory);
  answer(0, { value: null });
  for await (const line of input) {
    const { number, request } = line as { number: number; request: unknown };
    void answerOf(() => handle(hosts, requestSchema.parse(request), plan)).then((said) => {
      answer(number, said);
    });
  }
}

function answer(number: number, said: unknown): void {
  process.stdout.write(`${JSON.stringify({ number, answer: said })}\n`);
}

async function handle(
  hosts: ReadonlyMap<string, EmbeddedHost>,
  request: LabRequest,
  plan: LabPlan,
): Promise<unknown> {
  if (request.op === 'status') return Promise.all([...hosts.values()].map((host) => host.status()));
  // The keeper ends a lab by ending our input.
  if (request.op === 'stop') return undefined;
  const host = hosts.get(request.host);
  if (host === undefined) throw new UsageError('LAB_HOST', `no host ${request.host} in lab ${plan.id}`);
  switch (request.op) {
    case 'exec':
      return host.exec(request.command);
    case 'fault':
      return host.fault(request.fault);
    case 'clear':
      return host.clearFaults();
    case 'boot':
    case 'kill':
    case 'pause':
    case 'unpause':
    case 'restart':
    case 'reset':
      return host[request.op]();
  }
}

await main();
process.exit(0);
