// A host of a test with a /tmp of its own, so that what dead runs leave there can be counted; and the lines of a script before
// which it can be made to die.
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync } from 'node:fs';
import { mustChange, type LocalRun, type LocalRunResult } from '../support/run-local.ts';
import type { ScratchHost } from './scratch.ts';

/** A scratch host whose runs put their private directories below `tmp`. */
export interface HostWithTmp {
  readonly host: ScratchHost;
  readonly tmp: string;
  /** Names below `tmp`. */
  left(): readonly string[];
  /** As the scratch host's; what `runtime` and `boot` change comes first. */
  run(action: LocalRun['action'], run?: Partial<LocalRun>): Promise<LocalRunResult>;
}

/** Gives a scratch host a /tmp of its own. */
export function withOwnTmp(host: ScratchHost): HostWithTmp {
  const tmp = `${host.root}.tmp`;
  mkdirSync(tmp);
  chmodSync(tmp, 0o1777);
  const moved = (text: string): string => text.replaceAll(/\/tmp(?=[/ \n'";])/g, tmp);
  return {
    host,
    tmp,
    left: () => readdirSync(tmp).toSorted(),
    run: (action, run = {}) => {
      if (run.runtime !== undefined) mustChange(run.runtime);
      return host.run(action, {
        ...run,
        runtime: (path, text) => moved(run.runtime?.(path, text) ?? text),
        boot: (text) => moved(run.boot?.(text) ?? text),
      });
    },
  };
}

/** Whether a sh text is whole. */
function parses(text: string): boolean {
  return spawnSync('sh', ['-n'], { input: text }).status === 0;
}

/**
 * The numbers, from 0, of the lines of a script before which another command can stand: not in the midst of a command, nor in a
 * quoted text, where anything could.
 */
export function commandLinesOf(text: string): readonly number[] {
  const lines = text.split('\n');
  const before = (at: number, line: string): string => lines.toSpliced(at, 0, line).join('\n');
  return lines
    .map((_, at) => at)
    .filter((at) => !/^\s*(#|$)/.test(lines[at] ?? ''))
    .filter((at) => parses(before(at, ':')) && !parses(before(at, ')')));
}

/** Lets a script die before the line at `at`: as `victim` says, alone (`$$`) or with the whole run (`0`). */
export function deathBeforeLine(text: string, at: number, victim: '$$' | '0'): string {
  return text.split('\n').toSpliced(at, 0, `kill -s KILL ${victim}`).join('\n');
}
