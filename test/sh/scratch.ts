// A scratch tree for one test, and the words in which tests speak of runs on it.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { HostResult, ResourceResult } from '../../src/model/result.ts';
import type { LocalRun, LocalRunResult } from '../support/run-local.ts';
import { makeScratch, runLocal } from '../support/run-local.ts';

/** The shells that the runtime is tried in, as far as this machine has them; some are a program with an argument. */
export const shells = ['/bin/dash', '/bin/busybox sh', '/bin/mksh'].filter((shell) =>
  existsSync(shell.split(' ')[0] ?? ''),
);

/** A tree to work on, and the state directory of the host that it stands for. */
export interface ScratchHost {
  readonly root: string;
  readonly state: string;
  /** Path below the root. */
  path(name: string): string;
  /** Writes a file below the root, with the directories above it. */
  write(name: string, content: string | Uint8Array, mode?: number): string;
  read(name: string): string;
  /** Removes whatever has this name below the root. */
  remove(name: string): void;
  /** Run ids of the receipts, oldest first. */
  receipts(): readonly string[];
  /** Text of a file in the newest receipt. */
  receipt(file: string): string;
  /** Runs an action; `$root` is the tree. */
  run(action: LocalRun['action'], run?: Partial<LocalRun>): Promise<LocalRunResult>;
}

/** A scratch host that is removed when the test ends. */
export function scratchHost(common: Partial<LocalRun> = {}): ScratchHost {
  const { root, state, remove } = makeScratch();
  onTestFinished(remove);
  mkdirSync(root);
  const receipts = (): readonly string[] => listOf(join(state, 'runs')).toSorted();
  return {
    root,
    state,
    path: (name) => join(root, name),
    write(name, content, mode = 0o644) {
      const path = join(root, name);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, content, { mode });
      return path;
    },
    read: (name) => readFileSync(join(root, name), 'utf8'),
    remove: (name) => {
      rmSync(join(root, name), { recursive: true });
    },
    receipts,
    receipt: (file) => readFileSync(join(state, 'runs', receipts().at(-1) ?? '', file), 'utf8'),
    run: (action, run = {}) => {
      const all = { ...common, ...run };
      return runLocal({ ...all, action, state, vars: { root, ...all.vars } });
    },
  };
}

function listOf(directory: string): readonly string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}

/** The directory in which undos of the newest run keep what others wrote; the original absolute path follows. */
export function keptOf(host: ScratchHost): string {
  return join(host.state, 'kept', host.receipts().at(-1) ?? '');
}

/** What would change, did change, or was undone, as lines that are easy to compare. */
export function changesOf(
  result: HostResult,
  statuses: readonly ResourceResult['status'][] = ['change', 'changed'],
): readonly string[] {
  return result.resources
    .filter(({ status }) => statuses.includes(status))
    .map(({ step, resource, target }) => `${step} ${resource} ${target}`);
}

/** Everything that went wrong, for a message that helps. */
export function complaintsOf(result: HostResult): string {
  const steps = result.steps.map(
    ({ id, outcome, reason, stderr }) => `${id} ${outcome} ${reason}\n${stderr}`,
  );
  const resources = result.resources
    .filter(({ status }) => status === 'failed' || status === 'conflict')
    .map(({ resource, target, reason }) => `${resource} ${target}: ${reason}`);
  return [`${result.outcome} ${result.reason}`, ...steps, ...resources].join('\n');
}
