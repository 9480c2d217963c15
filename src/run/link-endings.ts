// What becomes of a host whose link did not come to its good end, in words: what happened, and what to do about it.
import { ConnectError, type Ending, isMusterError } from '../model/index.ts';
import { type ExitStatus, hintForRefusal, type HostConnection } from '../transport/index.ts';
import type { WaitOver } from './link-watch.ts';

// Faults that waiting does not mend. sshd counts refused logins, and shuts an address out that goes on with them.
const finalCodes =
  /^(SSH_(JUMP_)?(AUTH_FAILED|IDENTITY|CONFIG|KNOWN_HOSTS|HOST_KEY_.*|ABORTED|BECOME)|HOST_BROKE_PROTOCOL|HOST_BUNDLE)$/;

/** Whether a link that failed so may be made again. */
export function isWorthAnotherTry(error: unknown): boolean {
  return !isMusterError(error) || !finalCodes.test(error.code);
}

/**
 * A wait for the host came to its limit; `heard` is what it said that is no frame. `lastFact` is what the driver had
 * found out last, when it came no further than that.
 */
export function waitOverError(
  host: HostConnection,
  { wait, limitMs }: WaitOver,
  heard: string,
  lastFact: string,
): ConnectError {
  const seconds = `${limitMs / 1000} s`;
  const words = heard === '' ? '' : `; heard: ${heard}`;
  if (wait === 'ready') {
    const message = `logged in, but the shell of the host was not ready within ${seconds}${words || '; nothing was heard'}`;
    return new ConnectError('HOST_NOT_READY', message, { host: host.name, hint: notReadyHint(host, heard) });
  }
  const after = lastFact === '' ? '' : ` after the fact ${lastFact}`;
  return new ConnectError('HOST_SILENT', `the host sent no sign of the run for ${seconds}${after}${words}`, {
    host: host.name,
    hint:
      'the run may still go on there: check its processes and disks (a dead NFS mount?), then plan again; ' +
      'raise silence_timeout if the host is only slow',
  });
}

function notReadyHint(host: HostConnection, heard: string): string {
  const slow = 'raise ready_timeout if the host is only slow';
  if (host.become !== 'none' && /passw/i.test(heard)) {
    return `let ${host.user} use ${host.become} without a password, or add --ask-become-pass; ${slow}`;
  }
  const become = host.become === 'none' ? '' : `, or ${host.become},`;
  return `a start-up file of ${host.user}'s login shell${become} may wait for something: try ${sshCommand(host)}; ${slow}`;
}

function sshCommand({ user, address, port }: HostConnection): string {
  return `ssh ${port === 22 ? '' : `-p ${port} `}${user}@${address} /bin/sh`;
}

/** The host left the rules of the protocol. */
export function brokeProtocolError(host: HostConnection, reason: string): ConnectError {
  return new ConnectError('HOST_BROKE_PROTOCOL', `the host broke the protocol: ${reason}`, {
    host: host.name,
    hint: 'something else writes into the channel, or this host cannot be trusted: examine it by hand',
  });
}

/** The bundle could not be made, so the host was not connected to. */
export function bundleError(host: HostConnection, cause: unknown): ConnectError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new ConnectError('HOST_BUNDLE', `nothing was started: the bundle could not be made: ${why}`, {
    host: host.name,
    cause,
  });
}

/** The driver was killed in the middle of its work. */
export const killedEnding: Ending = {
  outcome: 'unknown',
  reason: 'the driver was killed on the host during the run',
  hint: 'examine the host, then apply again or roll back: the journal records what was done',
};

/** The boot script gave up before the driver began. */
export function gaveUpEnding(message: string): Ending {
  return { outcome: 'failed', reason: `nothing was started: ${message}` };
}

/** The channel closed before the last frame. Without `ready` nothing was begun. */
export function earlyEnding(exit: ExitStatus, heard: string, wasReady: boolean): Ending {
  const how =
    exit.signal === null ? `exit status ${String(exit.status)}` : `signal ${signalName(exit.signal)}`;
  const hint = wasReady ? undefined : hintForRefusal(heard);
  return {
    outcome: wasReady ? 'unknown' : 'failed',
    reason: `the host's shell ended early (${how})${heard === '' ? '' : `: ${heard}`}`,
    ...(hint === undefined ? {} : { hint }),
  };
}

// A name as RFC 4254 has it; the host may write anything there.
function signalName(signal: string): string {
  return /^[A-Za-z0-9@._-]{1,64}$/.test(signal) ? signal : 'of no known name';
}
