// Asks one source of an inventory for its hosts. Whatever fails is an error here, because a fleet of which a part is
// missing looks like a fleet; and no answer is larger than an inventory may be.
import { resolve } from 'node:path';
import type { SourceFile } from '../document/index.ts';
import { importAnsible, type Imported, importListing, importZone, renderDraft } from '../foreign/index.ts';
import type { DeclaredSource } from '../inventory/index.ts';
import { isMusterError, UsageError } from '../model/index.ts';
import { askDns } from '../probe/index.ts';
import { lastLine, runProgramBytes } from '../programs/index.ts';
import { count } from '../report/index.ts';
import {
  keepAnswer,
  keptAnswer,
  mostBytesOfText,
  placeOf,
  readAnsibleTree,
  readTextFile,
} from '../sources/index.ts';
import { transferCommand } from './dig.ts';
import { tell } from './taken-fleet.ts';

/** What a source says, as the text of an inventory. */
export interface Drawn {
  readonly text: SourceFile;
  /** It came from somewhere else than a file of this machine. */
  readonly isOutside: boolean;
}

const timeoutMs = 60_000;

/** Throws UsageError SOURCE that names the source, or what its own file is wrong with. */
export async function drawSource(source: DeclaredSource): Promise<Drawn> {
  const { kind, ttlMs, from } = source;
  const question = JSON.stringify([process.cwd(), resolve(from.file), { ...source, from: undefined }]);
  const kept = ttlMs === undefined ? undefined : await keptAnswer(question, ttlMs, Date.now());
  const text = kept ?? (await told(source));
  if (kept === undefined && ttlMs !== undefined) await keepAnswer(question, text, Date.now());
  const file = kind === 'file' ? placeOf(source.path, from.file) : labelOf(source);
  return { text: { file, text }, isOutside: kind !== 'file' };
}

function labelOf(source: DeclaredSource): string {
  const { file, line } = source.from;
  return `${file} (${source.kind} of line ${String(line)})`;
}

async function told(source: DeclaredSource): Promise<string> {
  try {
    switch (source.kind) {
      case 'command':
        return readable(await outputOf(source.argv), source);
      case 'file':
        return (await readTextFile(placeOf(source.path, source.from.file))).text;
      case 'ansible':
        return rendered(importAnsible(await readAnsibleTree(placeOf(source.path, source.from.file))), source);
      case 'axfr':
        return rendered(importZone(await transferOf(source), source.zone), source);
      case 'ns':
        return nameServers(await askNameServers(source), source.group);
    }
  } catch (error) {
    if (!isMusterError(error)) throw error;
    const { file, line, column } = source.from;
    throw new UsageError(
      'SOURCE',
      `${file}:${String(line)}:${String(column)}: the source ${source.kind} failed: ${error.message}`,
      {
        cause: error,
        hint: `${error.hint === undefined ? '' : `${error.hint}. `}No host was contacted`,
      },
    );
  }
}

/** What dig prints; its complaints are comments there, as it ends with 0 also without a transfer. */
async function transferOf(source: Extract<DeclaredSource, { kind: 'axfr' }>): Promise<string> {
  const complaints: string[] = [];
  const text = await outputOf(transferCommand(source), (stderr) => complaints.push(lastLine(stderr)));
  return [text, ...complaints.map((words) => `;; ${words}`)].join('\n');
}

async function outputOf(
  [program = '', ...args]: readonly string[],
  hear: (stderr: string) => void = () => undefined,
): Promise<string> {
  const end = await runProgramBytes(program, args, { timeoutMs, mostBytes: mostBytesOfText });
  if (end.exitCode !== 0)
    throw new UsageError(
      'SOURCE',
      `${program} ended with ${String(end.exitCode)}: ${(lastLine(end.stderr) || lastComment(end.stdout)).slice(0, 300)}`,
    );
  if (end.stderr !== '') hear(end.stderr);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(end.stdout);
  } catch (cause) {
    throw new UsageError('SOURCE', `what ${program} prints is not UTF-8 text`, { cause });
  }
}

/** dig gives its reasons on standard output. */
function lastComment(stdout: Uint8Array): string {
  const lines = Buffer.from(stdout).toString('latin1').split('\n');
  return lines.findLast((line) => line.startsWith(';;'))?.replace(/^;+ */, '') ?? '';
}

/** An inventory as it is, or one of what Ansible's `--list` is. */
function readable(text: string, source: DeclaredSource): string {
  const listing = importListing(text, labelOf(source));
  return listing === undefined ? text : rendered(listing, source);
}

function rendered(imported: Imported, source: DeclaredSource): string {
  const { length } = imported.notes;
  const [first] = imported.notes;
  if (first !== undefined)
    tell(
      `${labelOf(source)}: ${count(length, 'thing')} left out or changed, the first is ${first.place}: ${first.what}`,
    );
  return renderDraft(imported, labelOf(source));
}

type NameServers = Extract<DeclaredSource, { kind: 'ns' }>;

/** The names in the NS records, without their last dot. Throws UsageError. */
async function askNameServers({ zone, server, port }: NameServers): Promise<readonly string[]> {
  const records = server === undefined ? await bySystem(zone) : await byServer(zone, server, port);
  if (records.length === 0) throw new UsageError('SOURCE', `${zone} has no NS records`);
  return records.map((name) => name.replace(/\.$/, '').toLowerCase()).sort();
}

async function bySystem(zone: string): Promise<readonly string[]> {
  const { resolveNs } = await import('node:dns/promises');
  return await resolveNs(zone.replace(/\.$/, '')).catch((error: unknown) => {
    throw new UsageError(
      'SOURCE',
      `the NS records of ${zone} cannot be read: ${error instanceof Error ? error.message : ''}`,
    );
  });
}

async function byServer(zone: string, address: string, port: number): Promise<readonly string[]> {
  const reply = await askDns({
    ...{ address, port, transport: 'udp', name: zone, type: 'NS', class: 'IN', recursionDesired: true },
  });
  if (reply.kind === 'answer' && reply.rcode === 'NOERROR') return reply.records;
  throw new UsageError(
    'SOURCE',
    `${address} answered for the NS records of ${zone}: ${reply.kind === 'answer' ? reply.rcode : reply.problem}`,
  );
}

function nameServers(names: readonly string[], group: string): string {
  const hosts = Object.fromEntries(names.map((name) => [name, null]));
  return JSON.stringify({ hosts, groups: { [group]: { hosts: names } } });
}
