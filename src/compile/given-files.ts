// Vars of type files: what their paths hold, read once for the whole fleet and checked whole before any host is touched.
import { givenPath } from './bundle.ts';
import { isSecretSource, type VarValue } from '../document/index.ts';
import { type Issue, isMusterError, type Location } from '../model/index.ts';
import type { Playbook } from '../playbook/index.ts';
import { sha256 } from './fingerprint.ts';
import { type FleetVars, placeOf, refuseIssues } from './host-vars.ts';
import type { HostLoad, RunPlan } from './run-plan.ts';
import type { SourcePorts } from './source-ports.ts';

type ReadFiles = SourcePorts['readFiles'];

// The name field of a tar header has 100 bytes; what old releases do with longer names is not to be relied on.
const mostBytesOfPath = 100;

/** The given files of a fleet: which host has which, by digest, and each content once. */
export interface GivenFiles {
  readonly byHost: ReadonlyMap<string, HostLoad['given']>;
  readonly contents: RunPlan['contents'];
}

/**
 * Reads the files of all hosts' vars, each path once. Throws ConfigError with everything that is missing or cannot
 * travel, each said once, at the place that gives the value.
 */
export async function collectGivenFiles(
  playbook: Playbook,
  varsByHost: ReadonlyMap<string, FleetVars>,
  readFiles: ReadFiles,
): Promise<GivenFiles> {
  const declared = [...playbook.vars.values()].filter(({ type }) => type === 'files');
  const contents = new Map<string, Uint8Array>();
  const once = onceEach(readFiles);
  const readByValue = new Map<string, Promise<Reading>>();
  const byHost = new Map<string, HostLoad['given']>();
  const found: Issue[] = [];
  for (const [host, vars] of varsByHost) {
    const byVar = new Map<string, ReadonlyMap<string, string>>();
    for (const { name, from } of declared) {
      const resolved = vars.get(name);
      const value = resolved?.value ?? [];
      if (isSecretSource(value)) continue;
      const location = resolved === undefined ? from : placeOf(playbook, name, resolved);
      const key = JSON.stringify([name, location.file, value]);
      const reading = readByValue.get(key) ?? readValue({ name, value, location }, once, contents);
      readByValue.set(key, reading);
      const { digests, issues } = await reading;
      byVar.set(name, digests);
      found.push(...issues);
    }
    byHost.set(host, byVar);
  }
  refuseIssues(found);
  return { byHost, contents };
}

/** The same reading, of which each path is read once. */
function onceEach(readFiles: ReadFiles): ReadFiles {
  const readings = new Map<string, ReturnType<ReadFiles>>();
  return (path, from) => {
    const key = JSON.stringify([path, from]);
    const reading = readings.get(key) ?? readFiles(path, from);
    readings.set(key, reading);
    return reading;
  };
}

interface GivenVar {
  readonly name: string;
  readonly value: VarValue;
  readonly location: Location;
}

interface Reading {
  /** Name to the digest of the content. */
  readonly digests: ReadonlyMap<string, string>;
  readonly issues: readonly Issue[];
}

async function readValue(
  given: GivenVar,
  readFiles: ReadFiles,
  contents: Map<string, Uint8Array>,
): Promise<Reading> {
  const digests = new Map<string, string>();
  const issues: Issue[] = [];
  const say = (problem: string, hint: string | undefined, code = 'VAR_FILES'): void => {
    const issue = { code, message: `var "${given.name}": ${problem}`, location: given.location };
    issues.push(hint === undefined ? issue : { ...issue, hint });
  };
  for (const path of typeof given.value === 'object' ? given.value : [String(given.value)]) {
    try {
      for (const [name, bytes] of await readFiles(path, given.location.file)) {
        const problem = problemOfName(given.name, name);
        if (problem !== undefined) say(...problem);
        else if (digests.has(name)) {
          say(`two of its files are called "${name}"`, 'on the host they are in one directory');
        } else {
          const digest = sha256(bytes);
          digests.set(name, digest);
          contents.set(digest, bytes);
        }
      }
    } catch (error) {
      if (!isMusterError(error)) throw error;
      say(error.message, error.hint, error.code);
    }
  }
  return { digests, issues };
}

/** Why a file of this name cannot travel, and what to do about it. */
function problemOfName(varName: string, name: string): [problem: string, hint: string] | undefined {
  const bytes = new TextEncoder().encode(givenPath(varName, name)).length;
  if (!/^[A-Za-z0-9_][A-Za-z0-9._+@=,-]*(\/[A-Za-z0-9_][A-Za-z0-9._+@=,-]*)*$/.test(name)) {
    return [
      `the name ${JSON.stringify(name)} is not safe on every host`,
      'use letters, digits and ._+@=,-, with a letter, a digit or _ first',
    ];
  }
  if (bytes <= mostBytesOfPath) return undefined;
  const most = mostBytesOfPath - (bytes - name.length);
  return [`the name "${name}" is too long`, `it has ${name.length} characters, at most ${most} are allowed`];
}
