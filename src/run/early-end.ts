// Why a host's run ended before its driver said how: words for a person, an outcome that claims no more than is known, and
// what to do about the causes that we know.
import type { HostOutcome } from '../result.ts';

/** How the host's run ended, as seen from the controller. */
export interface Ending {
  readonly outcome: HostOutcome;
  readonly reason: string;
  readonly hint?: string;
}

/** What was seen of a link that ended without `done`. */
export interface EarlyEnd {
  /** What the scripts before the driver said when they gave up: then nothing was begun. */
  readonly refusal: string | undefined;
  /** The host had made its private directory, so a driver may have begun. */
  readonly isReady: boolean;
  /** What came before the first frame, and on standard error. */
  readonly noise: readonly string[];
  readonly status: number | null;
  readonly signal: string | null;
}

/** How a host fares whose shell ended before a driver was done. */
export function earlyEnding({ refusal, isReady, noise, status, signal }: EarlyEnd): Ending {
  if (refusal !== undefined) return withHint({ outcome: 'failed', reason: refusal });
  const said = noise.filter((text) => text !== '').join(' / ');
  const how = signal === null ? `exit status ${String(status)}` : `signal ${signal}`;
  return withHint({
    outcome: isReady ? 'unknown' : 'failed',
    reason: `the host's shell ended early (${how})${said === '' ? '' : `: ${said}`}`,
  });
}

const space = 'look at the space and the inodes of the disk, on the host: df -k /tmp; df -i /tmp';

const hints: readonly (readonly [RegExp, string])[] = [
  [/no space left|file ?system (is )?full|disk (is )?full|quota exceeded|out of inodes/i, space],
  [/below \/tmp.*read-only/i, 'make /tmp writable on the host: mount shows how it is mounted'],
  [/below \/tmp.*no such file/i, 'make it, on the host: mkdir -m 1777 /tmp'],
  [/below \/tmp.*(denied|not permitted)/i, 'look at its mode and owner, on the host: ls -ld /tmp'],
];

/** The ending with what to do about it, where its words are those of a cause that we know. */
export function withHint(ending: Ending): Ending {
  const hint = ending.hint ?? hints.find(([words]) => words.test(ending.reason))?.[1];
  return hint === undefined ? ending : { ...ending, hint };
}

/** A driver that came to its end, but whose last words did not come: the disk was full, or it was ended by force. */
export function wordlessEnding(heard: {
  readonly mayHaveBegun: boolean;
  readonly lastWords: string;
}): Ending {
  const what = heard.mayHaveBegun
    ? 'the run ended on the host without a word how'
    : 'the run ended before it began';
  return withHint({
    outcome: heard.mayHaveBegun ? 'unknown' : 'failed',
    reason: heard.lastWords === '' ? what : `${what}: ${heard.lastWords}`,
    hint: `${space}; what was done there is in /var/db/muster/runs`,
  });
}
