// Runs a program of this machine to its end: no shell, nothing on its standard input, bounded in time and in output.
import { spawn, type ChildProcessByStdio } from 'node:child_process';
import type { Readable } from 'node:stream';
import { MusterError } from '../model/index.ts';

/** How a program ended; never "unknown": one that could not start, was killed, or did too much throws. */
export interface ProgramEnd {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface ProgramOptions {
  readonly timeoutMs: number;
  /** Of each of both outputs; default 64 MB. */
  readonly mostBytes?: number;
  /** All of its environment; default that of this process. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** Gets each whole line of both outputs as it arrives. */
  readonly onLine?: (line: string) => void;
}

const mostBytesUnlessTold = 64 * 1024 ** 2;

/** As `runProgramBytes`, with its standard output as text. */
export async function runProgram(
  file: string,
  args: readonly string[],
  options: ProgramOptions,
): Promise<ProgramEnd> {
  const end = await runProgramBytes(file, args, options);
  return { ...end, stdout: end.stdout.toString() };
}

/**
 * Runs `file` with `args` and gives what came of it. Its descendants may outlive it; they are not waited for once it was ended.
 * Throws MusterError: COMMAND_MISSING, COMMAND_UNUSABLE, COMMAND_TIMEOUT, COMMAND_OUTPUT or COMMAND_KILLED.
 */
export async function runProgramBytes(
  file: string,
  args: readonly string[],
  { timeoutMs, mostBytes = mostBytesUnlessTold, environment = process.env, onLine }: ProgramOptions,
): Promise<Omit<ProgramEnd, 'stdout'> & { readonly stdout: Buffer }> {
  const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...environment } });
  const name = [file, ...args.slice(0, 1)].join(' ');
  let excess: MusterError | undefined;
  const endFor = (code: string, why: string): void => {
    excess ??= new MusterError(code, `${name}: ${why}`);
    child.kill('SIGKILL');
    // What it started may hold the other ends, and is not waited for.
    for (const output of [child.stdout, child.stderr]) output.destroy();
  };
  const timer = setTimeout(() => {
    endFor('COMMAND_TIMEOUT', `no end within ${timeoutMs / 1000} s`);
  }, timeoutMs);
  const tooMuch = (): void => {
    endFor('COMMAND_OUTPUT', `more than ${mostBytes} bytes of output`);
  };
  const [stdout, stderr] = [child.stdout, child.stderr].map((output) =>
    collect(output, mostBytes, tooMuch, onLine),
  );
  try {
    const { code, signal } = await ending(child, file);
    if (excess !== undefined) throw excess;
    if (code === null) throw new MusterError('COMMAND_KILLED', `${name}: ended by ${signal ?? 'a signal'}`);
    return { exitCode: code, stdout: stdout?.() ?? Buffer.of(), stderr: (stderr?.() ?? '').toString() };
  } finally {
    clearTimeout(timer);
  }
}

function ending(
  child: ChildProcessByStdio<null, Readable, Readable>,
  file: string,
): Promise<{ code: number | null; signal: string | null }> {
  return new Promise((resolve, reject) => {
    child.on('error', (cause) => {
      const isMissing = 'code' in cause && cause.code === 'ENOENT';
      const [code, why] = isMissing
        ? ['COMMAND_MISSING', 'there is no such program']
        : ['COMMAND_UNUSABLE', cause.message];
      reject(new MusterError(code, `cannot run ${file}: ${why}`, { cause }));
    });
    child.once('close', (code, signal) => {
      resolve({ code, signal });
    });
  });
}

/** Keeps what a stream brings, up to a limit. */
function collect(
  stream: Readable,
  mostBytes: number,
  tooMuch: () => void,
  onLine?: (line: string) => void,
): () => Buffer {
  const parts: Buffer[] = [];
  let [size, rest] = [0, ''];
  const decoder = new TextDecoder();
  stream.on('data', (part: Buffer) => {
    size += part.length;
    if (size > mostBytes) {
      tooMuch();
      return;
    }
    parts.push(part);
    if (onLine === undefined) return;
    const lines = (rest + decoder.decode(part, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) onLine(line);
  });
  return () => Buffer.concat(parts);
}

/** The last line that is not blank: where most programs say what went wrong. */
export function lastLine(text: string): string {
  return text.trimEnd().split('\n').at(-1)?.trim() ?? '';
}
