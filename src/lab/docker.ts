// The engine, asked through its own command, which negotiates the API version and knows contexts and DOCKER_HOST.
import { MusterError, isMusterError } from '../model/index.ts';
import { lastLine, runProgram, type ProgramEnd, type ProgramOptions } from '../programs/index.ts';

const questionTimeoutMs = 30_000;

/** Whether practice hosts can be started here, and if not, why. */
type EngineStatus = { readonly available: true } | { readonly available: false; readonly reason: string };

/** Asks whether a container engine answers; never throws, takes 10 s at most. */
export async function engineStatus(): Promise<EngineStatus> {
  try {
    const end = await tryDocker(['version', '--format', '{{.Server.Version}}'], { timeoutMs: 10_000 });
    if (end.exitCode === 0) return { available: true };
    return { available: false, reason: `docker: ${lastLine(end.stderr)}` };
  } catch (error) {
    if (!isMusterError(error)) throw error;
    const missing = error.code === 'COMMAND_MISSING';
    return { available: false, reason: missing ? 'no docker command on PATH' : error.message };
  }
}

/** Runs `docker ARGS` and gives whatever came of it. */
export function tryDocker(
  args: readonly string[],
  options: ProgramOptions = { timeoutMs: questionTimeoutMs },
): Promise<ProgramEnd> {
  return runProgram('docker', args, options);
}

/** Runs `docker ARGS` and gives its standard output; throws MusterError (LAB_ENGINE) when it fails. */
export async function docker(args: readonly string[], options?: ProgramOptions): Promise<string> {
  const end = await tryDocker(args, options);
  if (end.exitCode !== 0) {
    throw new MusterError('LAB_ENGINE', `docker ${args[0] ?? ''}: ${lastLine(end.stderr)}`);
  }
  return end.stdout;
}
