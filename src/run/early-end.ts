// What becomes of a host whose run did not say how it ended, and what to do about causes that we know by their words.
import type { Ending } from '../model/index.ts';

/** The channel closed in the middle of a run. */
export class EarlyEnd extends Error {
  readonly ending: Ending;

  constructor(ending: Ending) {
    super(ending.reason);
    this.ending = ending;
  }
}

const space = 'check the space and the inodes of the disk, on the host: df -k /tmp; df -i /tmp';

const hints: readonly (readonly [RegExp, string])[] = [
  [/no space left|file ?system (is )?full|disk (is )?full|quota exceeded|out of inodes/i, space],
  [/below \/tmp.*read-only/i, 'make /tmp writable, on the host: mount shows how it is mounted'],
  [/below \/tmp.*no such file/i, 'make it, on the host: mkdir -m 1777 /tmp'],
  [/below \/tmp.*(denied|not permitted)/i, 'check its mode and owner, on the host: ls -ld /tmp'],
];

/** The ending with what to do about it, where nothing is said yet and its words are those of a cause that we know. */
export function withHint(ending: Ending): Ending {
  const isTrouble = ending.outcome === 'failed' || ending.outcome === 'unknown';
  const hint =
    ending.hint ?? (isTrouble ? hints.find(([words]) => words.test(ending.reason))?.[1] : undefined);
  return hint === undefined ? ending : { ...ending, hint };
}

/** A driver that is over, but whose last words did not come: there was no room for them, or it was ended by force. */
export function wordlessEnding(heard: {
  readonly mayHaveBegun: boolean;
  readonly lastWords: string;
}): Ending {
  const what = heard.mayHaveBegun
    ? 'the run ended on the host and reported no result'
    : 'the run ended before it started';
  return {
    outcome: heard.mayHaveBegun ? 'unknown' : 'failed',
    reason: heard.lastWords === '' ? what : `${what}: ${heard.lastWords}`,
    hint: `${space}; what was done there is in /var/db/muster/runs`,
  };
}
