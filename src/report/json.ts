// Results and events as plain JSON values: Maps become objects, and fields keep the order documented here.
import type { FleetComparison } from '../compare/index.ts';
import type { CommandResult, HostOutcome, HostResult, RunEvent, RunResult } from '../model/index.ts';
import { bytesOf, hasOtherBytes } from './host-bytes.ts';

/** What JSON can carry. */
export type JsonValue = string | number | boolean | null | readonly JsonValue[] | JsonObject;

/** A JSON object; its fields keep their order. */
export interface JsonObject {
  readonly [key: string]: JsonValue;
}

/** Goes up when a field changes its meaning or goes away; new fields do not count. */
const formatVersion = 1;

const outcomes: readonly HostOutcome[] = [
  'ok',
  'changed',
  'failed',
  'skipped',
  'unreachable',
  'unknown',
  'rolled-back',
];

/** A file or directory that a command worked with, as it was given, and how muster came to it. */
export interface Source {
  readonly file: string;
  /**
   * `named` on the command line; `own`, in the user's configuration folder; `found` by the search; named by the
   * `configuration` or by a saved `plan`; or left there by the `lab`.
   */
  readonly by: 'named' | 'own' | 'found' | 'configuration' | 'plan' | 'lab';
}

/** What a command worked with. */
export interface Sources {
  readonly configuration?: Source;
  readonly inventory?: Source;
  readonly playbook?: Source;
}

/** What a verb found besides the run's own result. */
export interface JsonExtra {
  readonly sources?: Sources;
  readonly comparison?: FleetComparison;
}

/**
 * A run for `--json`: version, runId, action, playbook, interrupted, summary (hosts, then one count per outcome),
 * hosts (host, outcome, reason, hint, steps, resources, checks, observations, facts, otherRun, connections, execs, proof,
 * command), then sources and comparison when given. Absent values are left out; a missing observation is null. Bytes that
 * are no UTF-8 are U+FFFD each, and names that are then alike have numbers behind them; a command's output has them in stdoutBase64 and stderrBase64.
 */
export function toJson(result: RunResult, extra: JsonExtra = {}): JsonObject {
  const count = (outcome: HostOutcome): number =>
    result.hosts.filter((host) => host.outcome === outcome).length;
  return {
    version: formatVersion,
    runId: result.runId,
    action: result.action,
    playbook: result.playbook,
    interrupted: result.interrupted,
    summary: {
      hosts: result.hosts.length,
      ...Object.fromEntries(outcomes.map((name) => [name, count(name)])),
    },
    hosts: result.hosts.map(hostJson),
    ...(extra.sources === undefined ? {} : { sources: plain(extra.sources) }),
    ...(extra.comparison === undefined ? {} : { comparison: comparisonJson(extra.comparison) }),
  };
}

/** A comparison: hosts, unseen, divergences, keys (group, key, compared, tie, majority, folds); null is missing. */
function comparisonJson(comparison: FleetComparison): JsonValue {
  const keys = comparison.keys.map(({ group, key, compared, tie, majority, folds }) => ({
    group,
    key,
    compared,
    tie,
    majority: majority ?? null,
    folds: folds.map(({ value, hosts }) => ({ value: value ?? null, hosts })),
  }));
  return {
    hosts: comparison.hosts,
    unseen: comparison.unseen,
    divergences: comparison.divergences.length,
    keys,
  };
}

/** An event with its fields in the order of its type; a host's result as in `toJson`. */
export function eventJson(event: RunEvent): JsonValue {
  if (event.type !== 'host-finished') return plain(event);
  const { type, host, outcome, reason, result } = event;
  return { type, host, outcome, reason, result: hostJson(result) };
}

function hostJson(host: HostResult): JsonValue {
  const { host: name, outcome, reason, hint, steps, resources, checks, observations, facts } = host;
  return plain({
    ...{ host: name, outcome, reason, hint, steps, resources, checks, observations, facts },
    otherRun: host.otherRun,
    connections: host.connections,
    execs: host.execs,
    proof: host.proof,
    command: host.command === undefined ? undefined : commandJson(host.command),
  });
}

/** Output that is not all UTF-8 is there in base64 too, since JSON cannot carry it. */
function commandJson(command: CommandResult): Record<string, unknown> {
  const exact = (text: string): string | undefined =>
    hasOtherBytes(text) ? Buffer.from(bytesOf(text)).toString('base64') : undefined;
  return { ...command, stdoutBase64: exact(command.stdout), stderrBase64: exact(command.stderr) };
}

/** Maps and objects to plain objects without undefined fields, at any depth. */
function plain(value: unknown): JsonValue {
  if (typeof value === 'string') return value.toWellFormed();
  if (value === null || typeof value === 'boolean') return value;
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  if (Array.isArray(value)) return value.map(plain);
  const entries =
    value instanceof Map ? [...(value as Map<string, unknown>)] : Object.entries(value as object);
  const fields = entries.filter(([, field]) => field !== undefined);
  const names = distinctNames(fields.map(([key]) => key));
  return Object.fromEntries(fields.map(([, field], index) => [names[index] ?? '', plain(field)]));
}

/** Names of which only bytes that are no UTF-8 differ would be one, and all but one value lost: they get a number behind. */
function distinctNames(keys: readonly string[]): readonly string[] {
  const taken = new Set(keys.filter((key) => key.isWellFormed()));
  const countsByName = new Map<string, number>();
  return keys.map((key) => {
    const plainName = key.toWellFormed();
    if (plainName === key) return key;
    let count = (countsByName.get(plainName) ?? 0) + 1;
    const name = (): string => (count === 1 ? plainName : `${plainName} (${count})`);
    while (taken.has(name())) count += 1;
    countsByName.set(plainName, count);
    taken.add(name());
    return name();
  });
}
