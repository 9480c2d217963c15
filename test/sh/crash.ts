// Ways to let a driver die at an exact moment: the whole process group is killed, as by a power cut.
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { expect } from 'vitest';
import type { LocalRun } from '../support/run-local.ts';

type RuntimeChange = NonNullable<LocalRun['runtime']>;

const die = 'kill -s KILL 0';

/** Dies right after the Nth entry was written to the journal, before the change that it announces. */
export function deathAtEntry(entry: number): RuntimeChange {
  return behindEachEntry(`[ "$(($(wc -l <"$m__receipt/journal")))" -lt ${entry} ] || ${die}`);
}

/** Dies in the middle of the line of the Nth entry. */
export function deathInEntry(entry: number): RuntimeChange {
  return behindEachEntry(`[ "$(($(wc -l <"$m__receipt/journal")))" -lt ${entry} ] || {
    awk 'NR < ${entry} { print } NR == ${entry} { printf "%s", substr($0, 1, length($0) / 2) }' "$m__receipt/journal" >"$m__receipt/torn"
    mv "$m__receipt/torn" "$m__receipt/journal"
    ${die}
  }`);
}

function behindEachEntry(text: string): RuntimeChange {
  const written = / >>"\$m__receipt\/journal" \|\| fail .*$/gm;
  return (path, before) => {
    if (path !== 'journal.sh') return before;
    expect(before.match(written)?.length).toBe(3);
    return before.replaceAll(written, (line) => `${line}\n  ${text}`);
  };
}

/** Dies in a rollback when the Nth entry was dealt with and noted. */
export function deathAtUndone(entry: number): RuntimeChange {
  return appendTo(
    'rollback.sh',
    `m__is_undone() {
  [ "$(($(cat "$m__receipt/undone" 2>/dev/null | wc -l)))" -lt ${entry} ] || ${die}
  case $m__kind in service | restart) return 1 ;; esac
  [ -f "$m__receipt/undone" ] && grep -qx "$m__entry_seq" "$m__receipt/undone"
}`,
  );
}

const changingTools = 'mv mkdir rmdir rm chown chmod touch ln cp tar pax pkg_delete'.split(' ');

/**
 * Dies before the Nth call of a tool that changes files, whatever calls it. It counts from the start of the driver,
 * but only calls while `when`, an sh condition, holds.
 */
export function deathBeforeTool(call: number, counter: string, when = ':'): RuntimeChange {
  const tools = changingTools.map((tool) => `${tool}() { m__doom; env ${tool} "$@"; }`);
  return appendTo(
    'codec.sh',
    // What other tests left below /tmp is no part of this host.
    `m__doom() {
  [ -z "\${m__dead-}" ] || return 0
  ${when} || return 0
  printf x >>${counter}
  [ "$(($(wc -c <${counter})))" -lt ${call} ] || ${die}
}
${tools.join('\n')}`,
  );
}

/**
 * One tool is killed, and nothing else: the Nth call, of those that are made while `when`, an sh condition, holds, starts nothing and ends
 * like a killed program.
 */
export function killedTool(call: number, counter: string, when: string): RuntimeChange {
  const named = `${changingTools.join(' ')} awk cat cksum cmp find grep ls pkg_admin pkg_info sed sort tail`;
  const tools = named
    .split(' ')
    .map((tool) => `${tool}() { if m__is_killed; then env sh -c 'kill -9 $$'; else env ${tool} "$@"; fi; }`);
  return appendTo(
    'codec.sh',
    `m__is_killed() {
  ${when} || return 1
  printf x >>${counter}
  [ "$(($(wc -c <${counter})))" -eq ${call} ]
}
${tools.join('\n')}`,
  );
}

function appendTo(script: string, text: string): RuntimeChange {
  return (path, before) => (path === script ? `${before}\n${text}\n` : before);
}

/** Work directories in the host's /tmp whose driver was started for this state directory. */
export function workDirectoriesOf(state: string): readonly string[] {
  return readdirSync('/tmp')
    .filter((name) => name.startsWith('muster.'))
    .map((name) => `/tmp/${name}`)
    .filter((path) => {
      try {
        return readFileSync(`${path}/run`, 'utf8').includes(state);
      } catch {
        return false;
      }
    });
}

/** Runs undo.sh of a receipt as a person at the console would; gives its exit status and what it said. */
export function undoAtConsole(receipt: string, ...options: string[]): { status: number; said: string } {
  try {
    const said = execFileSync('/bin/sh', [`${receipt}/undo.sh`, ...options], { cwd: '/', stdio: 'pipe' });
    return { status: 0, said: said.toString() };
  } catch (error) {
    const failed = error as { status: number; stdout: Buffer; stderr: Buffer };
    return { status: failed.status, said: `${failed.stdout.toString()}${failed.stderr.toString()}` };
  }
}
