// Vars of type files: what their paths hold, read once for the whole fleet and checked whole before any host is touched.
import { givenPath } from './bundle.ts';
import { isSecretSource, type VarValue } from '../document/index.ts';
import { type Issue, isMusterError, type Location } from '../model/index.ts';
import type { Playbook } from '../playbook/index.ts';
import { type FilesByVar, type FleetVars, refuseIssues } from './host-vars.ts';
import type { SourcePorts } from './source-ports.ts';

type Files = ReadonlyMap<string, Uint8Array>;
type ReadFiles = SourcePorts['readFiles'];

// The name field of a tar header has 100 bytes; what old releases do with longer names is not to be relied on.
const mostBytesOfPath = 100;

/**
 * Reads the files of all hosts' vars, each path once. Throws ConfigError with everything that is missing or cannot
 * travel, each said once, at the place that gives the value.
 */
export async function collectGivenFiles(
  playbook: Playbook,
  varsByHost: ReadonlyMap<string, FleetVars>,
  readFiles: ReadFiles,
): Promise<ReadonlyMap<string, FilesByVar>> {
  const declared = [...playbook.vars.values()].filter(({ type }) => type === 'files');
  const readByValue = new Map<string, Promise<Reading>>();
  const filesByHost = new Map<string, FilesByVar>();
  const found: Issue[] = [];
  for (const [host, vars] of varsByHost) {
    const byVar = new Map<string, Files>();
    for (const { name, from } of declared) {
      const resolved = vars.get(name);
      const value = resolved?.value ?? [];
      if (isSecretSource(value)) continue;
      const location = typeof resolved?.from === 'object' ? resolved.from : from;
      const key = JSON.stringify([name, location.file, value]);
      const reading = readByValue.get(key) ?? readValue({ name, value, location }, readFiles);
      readByValue.set(key, reading);
      const { files, issues } = await reading;
      byVar.set(name, files);
      found.push(...issues);
    }
    filesByHost.set(host, byVar);
  }
  refuseIssues(found);
  return filesByHost;
}

interface GivenVar {
  readonly name: string;
  readonly value: VarValue;
  readonly location: Location;
}

interface Reading {
  readonly files: Files;
  readonly issues: readonly Issue[];
}

async function readValue(given: GivenVar, readFiles: ReadFiles): Promise<Reading> {
  const files = new Map<string, Uint8Array>();
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
        else if (files.has(name)) {
          say(`two of its files are called "${name}"`, 'on the host they are in one directory');
        } else files.set(name, bytes);
      }
    } catch (error) {
      if (!isMusterError(error)) throw error;
      say(error.message, error.hint, error.code);
    }
  }
  return { files, issues };
}

/** Why a file of this name cannot travel, and what to do about it. */
function problemOfName(varName: string, name: string): [problem: string, hint: string] | undefined {
  const bytes = new TextEncoder().encode(givenPath(varName, name)).length;
  if (!/^[A-Za-z0-9_][A-Za-z0-9._+@=,-]*(\/[A-Za-z0-9_][A-Za-z0-9._+@=,-]*)*$/.test(name)) {
    return [
      `the name ${JSON.stringify(name)} is not safe on every host`,
      'letters, digits and ._+@=,- are, with a letter, a digit or _ first',
    ];
  }
  if (bytes <= mostBytesOfPath) return undefined;
  const most = mostBytesOfPath - (bytes - name.length);
  return [`the name "${name}" is too long`, `it has ${name.length} characters, at most ${most} travel`];
}
