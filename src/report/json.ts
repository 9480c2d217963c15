// Results as JSON: whole, as they are written for reading back, or what the last line of --json says behind the events; and beside
// them what a reader would work out of them.
import { comparisonOf, type FleetComparison, type Sighting } from '../compare/index.ts';
import {
  encodeResult,
  type HostOutcome,
  hostOutcomes,
  type JsonObject,
  type JsonValue,
  type RunResult,
  type RunSummary,
} from '../model/index.ts';

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

/** What a command knows besides the run's own result. */
export interface JsonExtra {
  readonly sources?: Sources;
  /** What a history says of the run. */
  readonly history?: RunSummary;
  /** Since when what is wrong is so. */
  readonly sightings?: readonly Sighting[];
  /** Logins that hosts dropped, and that were tried again, by host. */
  readonly droppedLogins?: ReadonlyMap<string, number>;
}

/**
 * A whole result, in this order:
 * - version, runId, action, playbook, interrupted, started, finished, summary (hosts, then one count per outcome);
 * - hosts (host, outcome, reason, hint, steps, resources, checks, observations, facts, otherRun, connections, execs,
 * receipt, proof, command);
 * - what its verb has beside them, then comparison, sources, history, exact and exactKeys.
 * Absent values are left out; a missing observation in a comparison is null. `summary` and `comparison` are computed
 * from the rest.
 */
export function toJson(result: RunResult, extra: JsonExtra = {}): JsonObject {
  const { hosts, exact, exactKeys, ...rest } = encodeResult(result);
  const { version, runId, action, playbook, interrupted, started, finished, ...own } = rest;
  return present({
    ...{ version, runId, action, playbook, interrupted, started, finished },
    summary: summaryJson(result),
    hosts: withBytes(hosts, exact),
    ...own,
    ...beside(result, extra),
    exact,
    exactKeys,
  });
}

/** The result behind the events of its run: what they do not say. */
export function toLastLine(result: RunResult, extra: JsonExtra = {}): JsonObject {
  const { version, runId, action, playbook, interrupted, started, finished } = encodeResult({
    ...result,
    hosts: [],
  });
  return present({
    ...{ version, runId, action, playbook, interrupted, started, finished },
    summary: summaryJson(result),
    ...beside(result, extra),
  });
}

function summaryJson({ hosts }: RunResult): JsonValue {
  const count = (outcome: HostOutcome): number => hosts.filter((host) => host.outcome === outcome).length;
  return { hosts: hosts.length, ...Object.fromEntries(hostOutcomes.map((name) => [name, count(name)])) };
}

function beside(result: RunResult, { sources, history, sightings, droppedLogins }: JsonExtra): object {
  const isCompared = result.action === 'verify' || result.action === 'compare';
  return {
    comparison: isCompared ? comparisonJson(comparisonOf(result)) : undefined,
    sources: sources === undefined ? undefined : present({ ...sources }),
    history,
    sightings: sightings === undefined || sightings.length === 0 ? undefined : sightings,
    droppedLogins:
      droppedLogins === undefined || droppedLogins.size === 0 ? undefined : Object.fromEntries(droppedLogins),
  };
}

/** A comparison: hosts, unseen, divergences, keys (group, key, compared, tie, majority, folds, [against]); null is missing. */
export function comparisonJson(comparison: FleetComparison): JsonObject {
  const keys = comparison.keys.map(({ group, key, compared, tie, majority, folds, against }) => ({
    group,
    key,
    compared,
    tie,
    majority: majority ?? null,
    folds: folds.map(({ value, hosts, masked }) => ({
      ...{ value: value ?? null, hosts },
      ...(masked === undefined ? {} : { masked }),
    })),
    ...(against === undefined ? {} : { against }),
  }));
  return {
    hosts: comparison.hosts,
    unseen: comparison.unseen,
    divergences: comparison.divergences.length,
    keys,
  };
}

/** Output of a command that is not all UTF-8 is there in base64 too, where a reader of commands looks for it. */
function withBytes(hosts: JsonValue | undefined, exact: JsonValue | undefined): JsonValue | undefined {
  if (!isList(hosts) || !isObject(exact)) return hosts;
  return hosts.map((host, index) => {
    const command = isObject(host) ? host['command'] : undefined;
    if (!isObject(host) || !isObject(command)) return host;
    const bytesOf = (stream: string): JsonValue | undefined => exact[`/hosts/${index}/command/${stream}`];
    const bytes = present({ stdoutBase64: bytesOf('stdout'), stderrBase64: bytesOf('stderr') });
    return { ...host, command: { ...command, ...bytes } };
  });
}

function isList(value: JsonValue | undefined): value is readonly JsonValue[] {
  return Array.isArray(value);
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !isList(value);
}

/** Without fields that are undefined. */
/** Absent values are left out. */
export function present(fields: Readonly<Record<string, unknown>>): JsonObject {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as JsonObject;
}
