// What the live suite does to the hosts of MUSTER_LIVE_INVENTORY: it adds vars to the inventory, runs muster, and remembers
// its own runs, so it rolls back those and no others.
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { parse, stringify } from 'yaml';
import { muster, playbook } from '../e2e/muster.ts';
import { resultIn } from '../support/json-record.ts';

/** What a run found on one host, as `--json` says it. */
export interface HostReport {
  readonly host: string;
  readonly outcome: string;
  readonly reason: string;
  readonly resources: readonly { readonly step: string; readonly status: string; readonly reason: string }[];
  readonly checks: readonly { readonly name: string; readonly holds: boolean; readonly message: string }[];
  readonly observations: Readonly<Record<string, string>>;
  readonly command?: { readonly stdout: string };
}

/** One call of muster: the run's id and what it found, by host name. */
export interface FleetReport {
  readonly runId: string;
  readonly hosts: ReadonlyMap<string, HostReport>;
}

interface WrittenInventory {
  readonly hosts: Readonly<Record<string, { readonly vars?: Readonly<Record<string, unknown>> } | null>>;
}

const inventory = process.env['MUSTER_LIVE_INVENTORY'] ?? '';
const written = new Set<string>();
/** Applies of this process that are not rolled back yet, oldest first, with the inventory of each. */
const ownRuns: { readonly runId: string; readonly file: string }[] = [];

/**
 * The inventory with vars of each host laid over it, beside the original, so that relative paths still hold. At the hosts
 * themselves: vars for all hosts, or of a group, would give way to what the inventory says nearer to a host.
 */
export function inventoryWith(vars: Readonly<Record<string, string>>): string {
  const document = parse(readFileSync(inventory, 'utf8')) as WrittenInventory;
  const hosts = Object.entries(document.hosts).map(([name, host]) => [
    name,
    { ...host, vars: { ...host?.vars, ...vars } },
  ]);
  const file = join(dirname(inventory), `.live-${String(written.size)}.${basename(inventory)}`);
  writeFileSync(file, stringify({ ...document, hosts: Object.fromEntries(hosts) as unknown }));
  written.add(file);
  return file;
}

/** Removes every inventory that `inventoryWith` wrote. */
export function removeInventories(): void {
  for (const file of written) rmSync(file, { force: true });
}

/** Runs muster, tells on the screen what came of it, and gives what it found. Throws when there is no result. */
export async function run(file: string, ...args: string[]): Promise<FleetReport> {
  // Behind the words of an exec they would be the command's.
  const [verb = '', ...rest] = args;
  const { code, stdout, stderr } = await muster([verb, '-i', file, '--json', ...rest]);
  if (stdout === '') throw new Error(`muster ${args.join(' ')}: exit ${String(code)}: ${stderr}`);
  const result = resultIn(stdout);
  const { runId, hosts: reports } = result as unknown as { runId: string; hosts: readonly HostReport[] };
  const told = reports.map((report) => [
    `  ${report.host}: ${report.outcome}`,
    ...(args[0] === 'plan' ? [] : complaintsOf(report)),
  ]);
  const heading = `$ muster ${args.join(' ').slice(0, 100)}   run ${runId}`;
  process.stdout.write(`${[heading, ...told.flat()].join('\n')}\n`);
  return { runId, hosts: new Map(reports.map((report) => [report.host, report])) };
}

/** An apply of the playbook, remembered until `takeBackAfter` has rolled it back. */
export async function apply(file: string): Promise<FleetReport> {
  const report = await run(file, 'apply', playbook, '--yes');
  ownRuns.push({ runId: report.runId, file });
  return report;
}

/** Rolls back every apply of this process after this one, newest first; without one, all of them. */
export async function takeBackAfter(kept?: FleetReport): Promise<void> {
  const errors: unknown[] = [];
  const first = ownRuns.findIndex(({ runId }) => runId === kept?.runId) + 1;
  for (const own of ownRuns.splice(first).toReversed()) {
    await takeBack(own.file, own.runId).catch((error: unknown) => errors.push(error));
  }
  if (errors.length > 0) throw new AggregateError(errors, errors.map(String).join('\n'));
}

/** Rolls one apply back on the hosts that have a receipt of it. Throws when one of them is not as before. */
async function takeBack(file: string, runId: string): Promise<void> {
  const receipt = `/var/db/muster/runs/${runId}`;
  const { hosts } = await run(file, 'exec', `[ ! -s ${receipt}/journal ] || cat ${receipt}/status`);
  const open = [...hosts.values()].filter(
    ({ command }) => !['', 'rolled-back\n', 'taken-back\n'].includes(command?.stdout ?? '?'),
  );
  if (open.length === 0) return;
  const limit = open.map(({ host }) => host).join(',');
  const undone = await run(file, 'rollback', '--run', runId, '--yes', '--limit', limit);
  const left = [...undone.hosts.values()].filter(({ outcome }) => outcome !== 'rolled-back');
  if (left.length === 0) return;
  const names = left.map(({ host }) => host).join(', ');
  throw new Error(`${names}: run ${runId} is not taken back; see: muster rollback --run ${runId}`);
}

/** What does not hold, has drifted or has failed on a host, a line each. */
export function complaintsOf({ reason, checks, resources }: HostReport): string[] {
  return [
    ...(reason === '' ? [] : [`    ${reason}`]),
    ...checks.filter(({ holds }) => !holds).map(({ name, message }) => `    ${name}: ${message}`),
    ...resources
      .filter(({ status }) => ['change', 'failed', 'conflict'].includes(status))
      .map(({ step, status, reason: why }) => `    ${step} ${status}: ${why}`),
  ];
}
