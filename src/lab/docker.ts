// The engine, asked through its own command, which negotiates the API version and knows contexts and DOCKER_HOST.
import { setTimeout as sleep } from 'node:timers/promises';
import { MusterError, isMusterError } from '../model/index.ts';
import { lastLine, runProgram, type ProgramEnd, type ProgramOptions } from '../programs/index.ts';

const questionTimeoutMs = 30_000;
const mostPauses = 20;
const betweenPausesMs = 250;

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
  return outputOf(args, await tryDocker(args, options));
}

/**
 * Freezes a container; throws MusterError (LAB_ENGINE) when that fails. If processes begin meanwhile, runc gives up after a while with
 * control groups of the first kind, and leaves it to who called it to try again (opencontainers/runc, pull request 4388).
 */
export async function pauseContainer(containerId: string): Promise<void> {
  const args = ['pause', containerId];
  for (let tries = 1; ; tries++) {
    const end = await tryDocker(args);
    if (tries === mostPauses || end.exitCode === 0 || !end.stderr.includes('unable to freeze')) {
      outputOf(args, end);
      return;
    }
    await sleep(betweenPausesMs);
  }
}

function outputOf(args: readonly string[], end: ProgramEnd): string {
  if (end.exitCode !== 0)
    throw new MusterError('LAB_ENGINE', `docker ${args[0] ?? ''}: ${lastLine(end.stderr)}`);
  return end.stdout;
}
