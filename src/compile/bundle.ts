// Compiles what one host gets: a tar of the runtime, the playbook's files, and this host's variables.
// The tar is made of values only; nothing in it depends on the clock, so equal inputs give equal bytes.
import { createHash } from 'node:crypto';
import tar from 'tar-stream';
import { assignments } from '../sh/index.ts';

/** What the driver is to do; becomes the file `run`, which the driver sources. */
export interface RunSettings {
  readonly runId: string;
  readonly nonce: string;
  readonly action: 'plan' | 'apply' | 'verify' | 'compare' | 'rollback' | 'facts' | 'exec';
  readonly playbook: string;
  /** Who runs it and from where, for the receipt and the lock, e.g. `ops@bastion`. */
  readonly operator: string;
  /** Where receipts and locks are, `/var/db/muster` but in tests. */
  readonly stateDirectory: string;
  /** Bytes of a step's output that come back, for each stream. */
  readonly outputCap: number;
  readonly allowIrreversible: boolean;
  /** rollback: which run; undefined means the newest one that can be. */
  readonly targetRun?: string;
  readonly force?: boolean;
  readonly preview?: boolean;
  /** False when only some of the playbook's steps were asked for: restarts that the others owe stay owed. */
  readonly allSteps: boolean;
  /** Receipts that stay on the host; older ones are pruned after a good apply. At least 1. */
  readonly keepReceipts: number;
  /** Force the journal to the disk before each change. */
  readonly durable: boolean;
  /** Seconds that it waits for another run on the host to end; undefined: not at all. */
  readonly waitSeconds?: number;
  /** Replaces the driver's PATH; for hosts whose tools are elsewhere, and for tests. */
  readonly searchPath?: string;
}

/** A step as the driver runs it. */
export interface BundleStep {
  readonly id: string;
  /** Path below the playbook, e.g. `steps/01-package.sh`. */
  readonly script: string;
  readonly timeoutSeconds: number;
  readonly retries: number;
}

export interface BundleInput {
  readonly settings: RunSettings;
  /** The sh runtime: relative path to content. */
  readonly runtime: ReadonlyMap<string, Uint8Array>;
  readonly steps: readonly BundleStep[];
  /** Playbook files that go along: `steps/...`, `lib/...`, `files/...`, and rendered `templates/...`. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  readonly vars: ReadonlyMap<string, string>;
  readonly secretVars: ReadonlyMap<string, string>;
  /** Vars of type files: var to name to content. On the host such a var is the directory that holds them. */
  readonly givenFiles?: ReadonlyMap<string, ReadonlyMap<string, Uint8Array>>;
  /** exec only: the sh text to run. */
  readonly command?: string;
}

/** The bundle as a tar, and a digest over everything in it that is not this run's own (id, nonce, secrets). */
export interface Bundle {
  readonly tar: Uint8Array;
  readonly digest: string;
}

/** Packs a bundle. Every file is 0600, so even a mistake in the host's umask shows nothing. */
export async function compileBundle(input: BundleInput): Promise<Bundle> {
  const shared = sharedEntries(input);
  const digest = digestOf(shared);
  const entries = new Map<string, Uint8Array>(shared);
  entries.set('run', utf8(runFile(input.settings, digest)));
  entries.set('secret_vars', utf8(assignments(input.secretVars)));
  entries.set('secrets', utf8(secretLines(input.secretVars.values())));
  return { tar: await pack(entries), digest };
}

function sharedEntries(input: BundleInput): Map<string, Uint8Array> {
  const entries = new Map<string, Uint8Array>();
  for (const [path, bytes] of input.runtime) entries.set(`runtime/${path}`, bytes);
  for (const [path, bytes] of input.files) entries.set(`playbook/${path}`, bytes);
  const steps = input.steps.map(
    (step) => `${step.id}|${step.script}|${step.timeoutSeconds}|${step.retries}\n`,
  );
  entries.set('steps', utf8(steps.join('')));
  const given = input.givenFiles ?? new Map<string, ReadonlyMap<string, Uint8Array>>();
  for (const [name, files] of given) {
    for (const [path, bytes] of files) entries.set(givenPath(name, path), bytes);
  }
  entries.set('vars', utf8(assignments(input.vars) + givenAssignments(given)));
  if (input.command !== undefined) entries.set('exec/sh', utf8(fromHome + input.command));
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
    ['m_run_id', settings.runId],
    ['m_nonce', settings.nonce],
    ['m_action', settings.action],
    ['m_playbook', settings.playbook],
    ['m_operator', settings.operator],
    ['m_state_dir', settings.stateDirectory],
    ['m_cap', String(settings.outputCap)],
    ['m_disk_cap', String(Math.max(settings.outputCap * 16, 16 * 1024 * 1024))],
    ['m_diff_cap', '400'],
    ['m_bundle_digest', digest],
    ['m_allow_irreversible', yesNo(settings.allowIrreversible)],
    ['m_target_run', settings.targetRun ?? ''],
    ['m_force', yesNo(settings.force)],
    ['m_preview', yesNo(settings.preview)],
    ['m_all_steps', yesNo(settings.allSteps)],
    ['m_keep_receipts', String(Math.max(1, settings.keepReceipts))],
    ['m_durable', yesNo(settings.durable)],
    ['m_wait', String(settings.waitSeconds ?? 0)],
    ['m_search_path', settings.searchPath ?? ''],
  ]);
}

/** Lines to mask on the host, longest first, so that a secret inside another one does not leave its rest. */
function secretLines(values: Iterable<string>): string {
  const lines = [...values].flatMap((value) => value.split('\n')).filter((line) => line.length >= 4);
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
