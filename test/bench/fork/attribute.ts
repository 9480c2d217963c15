// Whose a process is, read from what strace saw: the part of a run that started it, and the program that it became. Pure.

/** One process or thread of a run. */
export interface Started {
  /** `step survey`, `between steps`, `follower`, ... */
  readonly part: string;
  /** The last program that it was; in brackets what it is when it never became one. */
  readonly program: string;
}

/** The runtime's programs by the end of their name, and what those are for. */
const roles: readonly (readonly [string, string])[] = [
  ['/start.sh', 'start'],
  ['/follow.sh', 'follower'],
  ['/ticker.sh', 'ticker'],
  ['/driver.sh', 'driver'],
];

/** What a call says that started a process: its number, and the same as strace numbers it where that is another one. */
const born = /^(?:clone3?|v?fork)\(.* = (?:\d+ \/\* )?(\d+)(?: in strace's PID NS \*\/)?$/;
const becomes = /^execve\("([^"]*)", \[(.*)\].* = 0$/;
const eventsIn = /(?:^|\\n)(step|end|fin)\|([^|\\]*)/g;

/** Something that a process did, in the order in which strace saw it. */
interface Call {
  readonly pid: number;
  text: string;
}

/** A stretch of the driver's work. */
interface Phase {
  name: string;
}

interface Process {
  part: Phase;
  program: string;
  role: string | undefined;
}

/** All that was started below the traced process, by part and program. */
export function attribute(lines: readonly string[]): Started[] {
  const sshd: Process = { part: { name: 'connection' }, program: '', role: undefined };
  const started: Process[] = [];
  // By number; a busy machine gives numbers a second time.
  const alive = new Map<number, Process>();
  let phase: Phase = { name: 'before the steps' };
  let gap: Phase | undefined;
  for (const { pid, text } of callsIn(lines)) {
    const doer = alive.get(pid) ?? sshd;
    const child = born.exec(text)?.[1];
    if (child !== undefined) {
      const isThread = text.includes('CLONE_THREAD');
      const born = {
        part: partOf(doer, phase),
        program: isThread ? '(thread)' : '(subshell)',
        role: undefined,
      };
      alive.set(Number(child), born);
      started.push(born);
    }
    const [, path, args] = becomes.exec(text) ?? [];
    if (path !== undefined && doer !== sshd) becomeProgram(doer, path, args ?? '');
    if (doer.role !== 'driver' || !text.startsWith('write(')) continue;
    for (const name of phasesIn(text)) {
      phase = { name };
      if (name === betweenSteps) gap = phase;
    }
  }
  // What comes after the last step is not between two.
  if (gap !== undefined) gap.name = 'after the steps';
  return started.map(({ part, program }) => ({ part: part.name, program }));
}

const betweenSteps = 'between steps';

/** Whose is what a process starts now. */
function partOf({ role, part }: Process, phase: Phase): Phase {
  if (role === 'driver') return phase;
  return role === undefined ? part : { name: role };
}

function becomeProgram(process: Process, path: string, args: string): void {
  process.program = path.replace(/.*\//, '');
  const role = roles.find(([name]) => args.includes(`${name}"`))?.[1];
  if (role === undefined) return;
  // The process that was to begin with becomes the follower, and stays what it was; a ticker is one from the start.
  if (role === 'ticker') process.part = { name: role };
  process.role = role;
}

function phasesIn(text: string): string[] {
  const written = /^write\(\d+, "(.*)"/.exec(text)?.[1] ?? '';
  return [...written.matchAll(eventsIn)].map(([, kind, word]) =>
    kind === 'step' ? `step ${word ?? ''}` : kind === 'end' ? betweenSteps : 'its end',
  );
}

/**
 * Whole calls. One that strace shows in two halves stands where its first half is: a child may act before its birth is over.
 */
function callsIn(lines: readonly string[]): Call[] {
  const calls: Call[] = [];
  const open = new Map<number, Call>();
  for (const line of lines) {
    const [, number, text] = /^(\d+) +(.*)$/.exec(line) ?? [];
    if (number === undefined || text === undefined) continue;
    const pid = Number(number);
    const rest = /^<\.\.\. \w+ resumed>(.*)$/.exec(text)?.[1];
    const first = open.get(pid);
    if (rest !== undefined) {
      if (first !== undefined) first.text += rest;
      open.delete(pid);
      continue;
    }
    const call = { pid, text: text.replace(/ *<unfinished \.\.\.>$/, '') };
    calls.push(call);
    if (text.endsWith('<unfinished ...>')) open.set(pid, call);
  }
  return calls;
}
