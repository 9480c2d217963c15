// What a host may say next. Frames are counted and named by the runtime, so a host that leaves these rules runs
// something else, or lies; nothing that it says behind that is believed, and it costs no other host anything.
import type { Frame } from '../protocol/index.ts';

const maxLogs = 4096;
const maxEventBytes = 64 * 1024 * 1024;
// Four times what the runtime sends of one diff (m_diff_cap), with room for what it says about the rest.
const maxDiffLines = 2000;
const eventLog = '000.ev';

/** The rules over all links of one host's run; offsets go on when a link is made anew. */
export class FrameRules {
  readonly #offsetsByLog = new Map<string, number>();
  #isReady = false;
  #diffLines = 0;

  /** For each log seen, the offset behind its last byte. */
  get offsetsByLog(): ReadonlyMap<string, number> {
    return this.#offsetsByLog;
  }

  /** Why this frame cannot be, or undefined; then it is taken note of. */
  broken(frame: Frame): string | undefined {
    switch (frame.type) {
      case 'noise':
      case 'fail':
        return undefined;
      case 'broken':
        return frame.reason;
      case 'ready':
        if (this.#isReady) return 'it said `ready` a second time';
        this.#isReady = true;
        return undefined;
      case 'data':
        return this.#isReady ? this.#brokenData(frame) : notReady(frame.log);
      case 'cut':
      case 'beat':
      case 'done':
      case 'died':
        return this.#isReady ? undefined : notReady(frame.type);
    }
  }

  /** Why an event of this kind cannot come now, or undefined. */
  brokenEvent(kind: string): string | undefined {
    this.#diffLines = kind === 'd' ? this.#diffLines + 1 : 0;
    return this.#diffLines > maxDiffLines ? `a diff of more than ${maxDiffLines} lines came` : undefined;
  }

  #brokenData({ log, offset, bytes }: Extract<Frame, { type: 'data' }>): string | undefined {
    const expected = this.#offsetsByLog.get(log) ?? 0;
    if (log.endsWith('.ev') && log !== eventLog) return `there is no log ${log}`;
    if (offset !== expected) return `${log} went on at byte ${offset} instead of ${expected}`;
    const end = offset + bytes.length;
    if (log === eventLog && end > maxEventBytes) return `more than ${maxEventBytes} bytes of events came`;
    this.#offsetsByLog.set(log, end);
    return this.#offsetsByLog.size > maxLogs ? `more than ${maxLogs} logs came` : undefined;
  }
}

function notReady(what: string): string {
  return `\`${what}\` came before \`ready\``;
}
