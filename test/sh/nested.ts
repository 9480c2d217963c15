// A tree of shells, each of which waits for the one below it, and goes on if that one is killed before it.
import { existsSync } from 'node:fs';
import { untilThere } from './processes.ts';
import type { ScratchHost } from './scratch.ts';

const depth = 6;

/** Scripts on a scratch host that call each other; the innermost waits for five minutes. */
export interface NestedShells {
  /** The outermost. */
  readonly script: string;
  /** sh that does nothing until the innermost waits. */
  readonly untilBegun: string;
  /** sh that waits until none of them runs, for a minute at most, and prints those that do then. */
  readonly untilNoneRuns: string;
  /** What the shells did that went on, and said. */
  wentOn(): string;
}

/** sh in the place of `kill -s SIGNAL PIDS`, which leaves each process the time to go on before the next one gets the signal. */
export const slowKill = (signal: string, pids: string): string =>
  `for victim in ${pids}; do kill -s ${signal} "$victim" 2>/dev/null; sleep 0.05; done`;

/** Writes the scripts. */
export function nestedShells(host: ScratchHost): NestedShells {
  const said = host.path('nested/said');
  // As a pattern that is not found in the arguments of grep.
  const pattern = host.path('[n]ested/');
  const left = host.path('nested/left');
  const begun = host.path('nested/begun');
  for (let level = 0; level < depth; level++)
    host.write(
      `nested/${String(level)}`,
      `sh "${host.path(`nested/${String(level + 1)}`)}"\necho went on >>"${said}"\n`,
    );
  host.write(`nested/${String(depth)}`, `: >"${begun}"\nsleep 300\necho went on >>"${said}"\n`);
  return {
    script: host.path('nested/0'),
    untilBegun: untilThere(begun),
    untilNoneRuns: `for turn in $(seq 600); do ps -axww -o args | grep '${pattern}' >"${left}" || break; sleep 0.1; done; cat "${left}"`,
    wentOn: () => (existsSync(said) ? host.read('nested/said') : ''),
  };
}
