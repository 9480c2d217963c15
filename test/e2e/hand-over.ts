// A client that asks a host for a name twenty times a second, and what it takes to hand over by hand: shared by the test
// that counts what is lost and by the bench that prints it.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Lab } from '../../src/lab/index.ts';
import { eventsIn } from '../support/json-record.ts';
import { askWww, askWwwOnce } from './dns.ts';
import { inside, muster } from './muster.ts';

/** What a client got while something happened. */
export interface ClientCount {
  readonly asked: number;
  readonly lost: number;
}

/** Tells when the hand-over itself begins and ends: only what is asked in between counts. */
interface HandOverTime {
  begin(): void;
  end(): void;
}

const questionsASecond = 20;
// What a host says of its steps may come half a second late, so each count begins this much earlier.
const leadMs = 1000;

/** Asks `host` for www.example.net while `work` goes on; a question without an answer within a second is lost. */
async function countLost(
  lab: Lab,
  host: string,
  work: (time: HandOverTime) => Promise<void>,
): Promise<ClientCount> {
  const questions: { at: number; isAnswered: Promise<boolean> }[] = [];
  let [from, to] = [Infinity, -Infinity];
  let isOver = false;
  const asking = (async () => {
    for (let next = performance.now(); !isOver; next += 1000 / questionsASecond) {
      const isAnswered = askWwwOnce(lab, host).then((address) => address !== undefined);
      questions.push({ at: performance.now(), isAnswered });
      await sleep(Math.max(0, next + 1000 / questionsASecond - performance.now()));
    }
  })();
  try {
    await sleep(leadMs);
    await work({
      begin: () => {
        from = performance.now() - leadMs;
      },
      end: () => {
        to = performance.now();
      },
    });
  } finally {
    isOver = true;
    await asking;
  }
  const counted = questions.filter(({ at }) => at >= from && at <= to);
  const got = await Promise.all(counted.map(({ isAnswered }) => isAnswered));
  return { asked: got.length, lost: got.filter((isAnswered) => !isAnswered).length };
}

/**
 * Hands over by hand and counts, on a host whose cage is ready and whose rc.conf is the caged one's: the two commands of the
 * article, `rc.d/named forcestop` and `rc.d/named9 start`.
 */
export async function handOverByHand(lab: Lab, host: string): Promise<ClientCount> {
  return await countLost(lab, host, async (time) => {
    time.begin();
    await inside(lab, host, 'sh /etc/rc.d/named forcestop; sh /etc/rc.d/named9 start');
    time.end();
  });
}

/** Hands over by an apply of the playbook with these arguments; counted is its step of that name alone. */
export async function handOverByMuster(
  lab: Lab,
  host: string,
  args: readonly string[],
): Promise<ClientCount> {
  return await countLost(lab, host, async (time) => {
    const marks = new Map([
      ['step-started', time.begin],
      ['step-finished', time.end],
    ] as const);
    const { code, stdout } = await muster(['apply', ...args, '--yes', '--json'], undefined, (text) => {
      for (const [type, mark] of marks) {
        if (!eventsIn(text).some((event) => event.type === type && event.step === 'hand-over')) continue;
        marks.delete(type);
        mark();
      }
    });
    if (code !== 0 || marks.size > 0) throw new Error(stdout);
  });
}

/** Makes the base named of a caged host serve, with everything else left ready for `handOverByHand`. */
export async function serveFromBase(lab: Lab, host: string): Promise<void> {
  await inside(lab, host, 'sh /etc/rc.d/named9 stop; rm -f /var/run/named/named.pid; /usr/sbin/named');
  if ((await askWww(lab, host)) === undefined) throw new Error(`${host}: the base named does not serve`);
}
