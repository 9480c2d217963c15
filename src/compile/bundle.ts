// What is in the bundle of one host: the runtime's parts, the playbook's files, and what is this host's own.
import { createHash } from 'node:crypto';
import { partsFor, staysOnHost } from '../host/index.ts';
import type { HostJob, RunSettings } from '../model/index.ts';
import { assignments } from '../sh/index.ts';
import { hintsOf } from './hints.ts';
import { isForPeople, leanFile } from './lean.ts';
import { isTemplate } from './templates.ts';

type Entries = ReadonlyMap<string, Uint8Array>;

/** The entries of a bundle by path, apart by how many hosts have them alike. */
export interface BundleEntries {
  /** Alike for all hosts of a run. */
  readonly shared: Entries;
  /** Files of vars: as a rule many hosts have the same. */
  readonly given: Entries;
  /** This host's alone. */
  readonly own: Entries;
  /** Over everything that is not this run's own (id, nonce, secrets). */
  readonly digest: string;
}

/** What a job's host gets. Throws MusterError for a value with a NUL, and for a var that is no shell name. */
export function bundleEntries(job: HostJob, runtime: Entries): BundleEntries {
  const secrets = [...job.secrets].map(([name, secret]) => [name, secret.reveal()] as const);
  const [shared, own, given] = [sharedEntries(job, runtime), ownEntries(job), givenEntries(job)];
  const digest = digestOf(new Map([...shared, ...given, ...own]));
  const ofRun = [
    ['run', utf8(runFile(job.settings, digest))],
    ['secret_vars', utf8(assignments(secrets))],
    ['secrets', utf8(secretLines(secrets.map(([, text]) => text)))],
    [
      'hints',
      utf8(
        hintsOf(job)
          .map((path) => `${path}\n`)
          .join(''),
      ),
    ],
    // The directory comes with it.
    ['log/000.ev', utf8('')],
  ] as const;
  return { shared, given, own: new Map([...own, ...ofRun]), digest };
}

function sharedEntries(job: HostJob, runtime: Entries): Entries {
  const entries = new Map<string, Uint8Array>();
  const { action } = job.settings;
  const put = (path: string, bytes: Uint8Array): void => {
    entries.set(path, leanFile(path, bytes));
  };
  for (const [path, bytes] of partsFor(action, runtime)) {
    if (action === 'apply' && staysOnHost(path)) entries.set(`runtime/${path}`, bytes);
    else put(`runtime/${path}`, bytes);
  }
  for (const [path, bytes] of job.files)
    if (!isTemplate(path) && !isForPeople(path)) put(`playbook/${path}`, bytes);
  const steps = job.steps.map((step) => `${step.id}|${step.script}|${step.timeoutSeconds}|${step.retries}\n`);
  entries.set('steps', utf8(steps.join('')));
  if (job.command !== undefined) entries.set('exec/sh', utf8(fromHome + job.command));
  return entries;
}

function givenEntries(job: HostJob): Entries {
  const given = [...job.given].flatMap(([name, files]) =>
    [...files].map(([path, bytes]) => [givenPath(name, path), bytes] as const),
  );
  return new Map(given);
}

/** Templates are rendered for each host. */
function ownEntries(job: HostJob): Entries {
  const rendered = [...job.files].filter(([path]) => isTemplate(path));
  return new Map([
    ...rendered.map(([path, bytes]) => [`playbook/${path}`, bytes] as const),
    ['vars', utf8(assignments(job.vars) + givenAssignments(job.given))],
  ]);
}

/**
 * A command runs where a login begins, as with ssh, and not in the run's private directory. On the command's first line,
 * so that sh counts its lines right. The file is called sh, because sh calls what it says by that name.
 */
const fromHome = 'cd "${HOME:-/}" 2>/dev/null || cd /; unset OLDPWD; ';

/** The place of a file of a var in the bundle; the tar of old releases wants names of at most 100 bytes. */
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

function digestOf(entries: Entries): string {
  const hash = createHash('sha256');
  for (const [path, bytes] of [...entries].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    hash.update(`${path}\0${bytes.length}\0`);
    hash.update(bytes);
  }
  return `sha256:${hash.digest('hex')}`;
}

function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
