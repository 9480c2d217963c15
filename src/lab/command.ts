// Runs a program to its end, within a time limit, with its output kept and, if wanted, shown line by line.
import { spawn } from 'node:child_process';
import { MusterError } from '../model/index.ts';

/** How a program ended; never "unknown": a program that could not start, was killed or took too long throws. */
export interface CommandEnd {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CommandOptions {
  readonly timeoutMs: number;
  /** Gets each line of both streams as it comes. */
  readonly onLine?: (line: string) => void;
}

/** Runs `file` without a shell. Throws MusterError: COMMAND_MISSING, COMMAND_TIMEOUT or COMMAND_KILLED. */
export async function runCommand(
  file: string,
  args: readonly string[],
  options: CommandOptions,
): Promise<CommandEnd> {
  const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const timer = setTimeout(() => {
    child.kill('SIGKILL');
  }, options.timeoutMs);
  const stdout = collect(child.stdout, options.onLine);
  const stderr = collect(child.stderr, options.onLine);
  try {
    const { code, signal } = await ending(child, file);
    if (child.killed) {
      throw new MusterError(
        'COMMAND_TIMEOUT',
        `${file} ${args[0] ?? ''}: no end within ${options.timeoutMs / 1000} s`,
      );
    }
    if (code === null) {
      throw new MusterError('COMMAND_KILLED', `${file} ${args[0] ?? ''}: ended by ${signal ?? 'a signal'}`);
    }
    return { exitCode: code, stdout: stdout(), stderr: stderr() };
  } finally {
    clearTimeout(timer);
  }
}

function ending(
  child: ReturnType<typeof spawn>,
  file: string,
): Promise<{ code: number | null; signal: string | null }> {
  return new Promise((resolve, reject) => {
    child.on('error', (cause) => {
      reject(new MusterError('COMMAND_MISSING', `cannot run ${file}: ${cause.message}`, { cause }));
    });
    child.once('close', (code, signal) => {
      resolve({ code, signal });
    });
  });
}

function collect(stream: NodeJS.ReadableStream, onLine?: (line: string) => void): () => string {
  let text = '';
  let shown = 0;
  stream.setEncoding('utf8');
  stream.on('data', (part: string) => {
    text += part;
    if (onLine === undefined) return;
    for (let end = text.indexOf('\n', shown); end !== -1; end = text.indexOf('\n', shown)) {
      onLine(text.slice(shown, end));
      shown = end + 1;
    }
  });
  return () => text;
}

/** The last line that is not blank: where most programs say what went wrong. */
export function lastLine(text: string): string {
  return text.trimEnd().split('\n').at(-1)?.trim() ?? '';
}
