// A client that asks a host for a name twenty times a second, and what it takes to hand over by hand: shared by the test
// that counts what is lost and by the bench that prints it.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Lab } from '../../src/lab/index.ts';
import { askWwwOnce } from './dns.ts';
import { inside } from './muster.ts';

/** What a client got while something happened. */
export interface ClientCount {
  readonly asked: number;
  readonly lost: number;
}

const questionsASecond = 20;

/** Asks `host` for www.example.net until `work` is done and a second longer; a question without an answer within a second is lost. */
export async function countLost(lab: Lab, host: string, work: () => Promise<void>): Promise<ClientCount> {
  const answers: Promise<boolean>[] = [];
  let isOver = false;
  const asking = (async () => {
    for (let next = performance.now(); !isOver; next += 1000 / questionsASecond) {
      answers.push(askWwwOnce(lab, host).then((address) => address !== undefined));
      await sleep(Math.max(0, next + 1000 / questionsASecond - performance.now()));
    }
  })();
  try {
    await work();
    await sleep(1000);
  } finally {
    isOver = true;
    await asking;
  }
  const got = await Promise.all(answers);
  return { asked: got.length, lost: got.filter((isAnswered) => !isAnswered).length };
}

/**
 * Hands over by hand, on a host whose cage is ready and whose rc.conf is the caged one's: the two commands of the
 * article, `rc.d/named forcestop` and `rc.d/named9 start`.
 */
export async function handOverByHand(lab: Lab, host: string): Promise<void> {
  await inside(lab, host, 'sh /etc/rc.d/named forcestop; sh /etc/rc.d/named9 start');
}

/** Makes a caged host one whose base named serves again, with everything else left ready for `handOverByHand`. */
export async function serveFromBase(lab: Lab, host: string): Promise<void> {
  await inside(
    lab,
    host,
    'sh /etc/rc.d/named9 stop; rm -f /var/run/named/named.pid; /usr/sbin/named; sleep 1; cat /var/run/named/named.pid',
  );
}
