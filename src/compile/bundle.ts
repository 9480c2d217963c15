// Packs what one host gets: a tar of the runtime, the playbook's files, and this host's variables.
// The tar is made of values only; nothing in it depends on the clock, so equal inputs give equal bytes.
import { createHash } from 'node:crypto';
import tar from 'tar-stream';
import { readRuntime } from '../host/index.ts';
import { type HostJob, MusterError, type RunSettings } from '../model/index.ts';
import { assignments } from '../sh/index.ts';

/** The bundle as a tar, and a digest over everything in it that is not this run's own (id, nonce, secrets). */
export interface Bundle {
  readonly tar: Uint8Array;
  readonly digest: string;
}

/**
 * Packs a job with the sh runtime. Every file is 0600, so even a mistake in the host's umask shows nothing. Rejects with a
 * MusterError for what cannot travel: a value with a NUL, a var that is no shell name, a path that is too long.
 */
export async function packJob(
  job: HostJob,
  runtime: ReadonlyMap<string, Uint8Array> = readRuntime(),
): Promise<Bundle> {
  const secrets = [...job.secrets].map(([name, secret]) => [name, secret.reveal()] as const);
  const shared = sharedEntries(job, runtime);
  const digest = digestOf(shared);
  const entries = new Map<string, Uint8Array>(shared);
  entries.set('run', utf8(runFile(job.settings, digest)));
  entries.set('secret_vars', utf8(assignments(secrets)));
  entries.set('secrets', utf8(secretLines(secrets.map(([, text]) => text))));
  // The directory comes with it.
  entries.set('log/000.ev', utf8(''));
  for (const path of entries.keys()) refuseLongPath(path);
  return { tar: await pack(entries), digest };
}

/** Names and directories as the tar of 1988 has them: what is longer would be an extension that old releases do not know. */
const mostBytesOfName = 100;
const mostBytesOfDirectory = 155;

/** Throws MusterError for a path that the tar of old releases cannot hold. */
export function refuseLongPath(path: string): void {
  const bytes = Buffer.from(path);
  if (bytes.length <= mostBytesOfName) return;
  const cut = bytes.indexOf('/', bytes.length - mostBytesOfName - 1);
  const isAscii = bytes.length === path.length;
  if (isAscii && cut !== -1 && cut <= mostBytesOfDirectory && cut < bytes.length - 1) return;
  throw new MusterError('BUNDLE_PATH', `the path ${path} is too long for the tar of old releases`, {
    hint: `at most ${mostBytesOfName} characters travel, and ${mostBytesOfDirectory} more in the names of directories`,
  });
}

function sharedEntries(job: HostJob, runtime: ReadonlyMap<string, Uint8Array>): Map<string, Uint8Array> {
  const entries = new Map<string, Uint8Array>();
  for (const [path, bytes] of runtime) entries.set(`runtime/${path}`, bytes);
  for (const [path, bytes] of job.files) entries.set(`playbook/${path}`, bytes);
  const steps = job.steps.map((step) => `${step.id}|${step.script}|${step.timeoutSeconds}|${step.retries}\n`);
  entries.set('steps', utf8(steps.join('')));
  for (const [name, files] of job.given) {
    for (const [path, bytes] of files) entries.set(givenPath(name, path), bytes);
  }
  entries.set('vars', utf8(assignments(job.vars) + givenAssignments(job.given)));
  if (job.command !== undefined) entries.set('exec/sh', utf8(fromHome + job.command));
  return entries;
}

/**
 * A command runs where a login begins, as with ssh, and not in the run's private directory. On the command's first line,
 * so that sh counts its lines right. The file is called sh, because sh calls what it says by that name.
 */
const fromHome = 'cd "${HOME:-/}" 2>/dev/null || cd /; unset OLDPWD; ';

/** Where a file of a var is in the bundle; the tar of old releases wants names of at most 100 bytes. */
export function givenPath(name: string, path: string): string {
  return `given/${name}/${path}`;
}

// Only the host knows where the bundle is unpacked. A var without files is empty, as any other var without a value.
function givenAssignments(given: ReadonlyMap<string, ReadonlyMap<string, Uint8Array>>): string {
  const lines = [...given].map(([name, files]) => {
    const empty = assignments([[name, '']]);
    return files.size === 0 ? empty : empty.replace("''", `"$m_work"/given/${name}`);
  });
  return lines.join('');
}

function runFile(settings: RunSettings, digest: string): string {
  const yesNo = (value: boolean | undefined): string => (value === true ? 'yes' : 'no');
  return assignments([
    ['m__run_id', settings.runId],
    ['m__nonce', settings.nonce],
    ['m__action', settings.action],
    ['m__playbook', settings.playbook],
    ['m__operator', settings.operator],
    ['m__state_dir', settings.stateDirectory],
    ['m__cap', String(settings.outputCap)],
    ['m__disk_cap', String(Math.max(settings.outputCap * 16, 16 * 1024 * 1024))],
    ['m__diff_cap', '400'],
    ['m__bundle_digest', digest],
    ['m__allow_irreversible', yesNo(settings.allowIrreversible)],
    ['m__target_run', settings.targetRun ?? ''],
    ['m__force', yesNo(settings.force)],
    ['m__preview', yesNo(settings.preview)],
    ['m__all_steps', yesNo(settings.allSteps)],
    ['m__keep_receipts', String(Math.max(1, settings.keepReceipts))],
    ['m__durable', yesNo(settings.durable)],
    ['m__wait', String(settings.waitSeconds ?? 0)],
    ['m__search_path', settings.searchPath ?? ''],
    ['m__cr', '\r'],
  ]);
}

/** Lines to mask on the host, longest first, so that a secret inside another one does not leave its rest. */
function secretLines(values: readonly string[]): string {
  const lines = values.flatMap((value) => value.split('\n')).filter((line) => line.length >= 4);
  return [...new Set(lines)]
    .toSorted((a, b) => b.length - a.length)
    .map((line) => `${line}\n`)
    .join('');
}

function digestOf(entries: ReadonlyMap<string, Uint8Array>): string {
  const hash = createHash('sha256');
  for (const [path, bytes] of [...entries].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    hash.update(`${path}\0${bytes.length}\0`);
    hash.update(bytes);
  }
  return `sha256:${hash.digest('hex')}`;
}

function pack(entries: ReadonlyMap<string, Uint8Array>): Promise<Uint8Array> {
  const archive = tar.pack();
  const directories = new Set<string>();
  for (const path of entries.keys()) {
    const parts = path.split('/').slice(0, -1);
    for (let depth = 1; depth <= parts.length; depth++) directories.add(parts.slice(0, depth).join('/'));
  }
  const fixed = { mtime: new Date(0), uid: 0, gid: 0, uname: '', gname: '' };
  for (const name of directories) archive.entry({ ...fixed, name, type: 'directory', mode: 0o700 });
  for (const [name, bytes] of entries) archive.entry({ ...fixed, name, mode: 0o600 }, Buffer.from(bytes));
  archive.finalize();
  return collect(archive);
}

async function collect(stream: tar.Pack): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  for await (const piece of stream) if (piece instanceof Uint8Array) pieces.push(piece);
  return Buffer.concat(pieces);
}

function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
