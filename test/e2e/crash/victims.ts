// Finds the processes of a run on a practice host, and kills them.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Lab } from '../../../src/lab/index.ts';
import { inside } from '../muster.ts';
import type { Victim } from './plan.ts';

interface HostProcess {
  readonly pid: number;
  readonly parent: number;
  readonly command: string;
}

async function processesOn(lab: Lab, host: string): Promise<HostProcess[]> {
  const text = await inside(lab, host, 'ps -axww -o pid -o ppid -o command');
  return text.split('\n').flatMap((line) => {
    const [, pid, parent, command = ''] = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? [];
    return pid === undefined ? [] : [{ pid: Number(pid), parent: Number(parent), command }];
  });
}

// A ticker is at work while it ends what a dead driver left; one that waits for a follower to fetch the rest is not.
const atWork = `ps -axww -o command | awk '
  /(driver|start)[.]sh \\/tmp\\/muster[.]|\\/undo[.]sh/ { print }
  match($0, /ticker[.]sh \\/tmp\\/muster[.][A-Za-z0-9]*/) {
    work = substr($0, RSTART + 10, RLENGTH - 10)
    if ((getline line < (work "/run")) > 0 && (getline line < (work "/done")) < 0) print
  }'`;

/** Waits until no run is at work on the host any more; false after a minute and a half. */
export async function isQuiet(lab: Lab, host: string): Promise<boolean> {
  const end = performance.now() + 90_000;
  while (performance.now() < end) {
    if ((await inside(lab, host, atWork)) === '') return true;
    await sleep(200);
  }
  return false;
}

/** What runs left below /tmp that did not come to their end and that nobody looks after, a path a line. */
export async function leftBehind(lab: Lab, host: string): Promise<string> {
  return await inside(
    lab,
    host,
    'for work in /tmp/muster.??????; do [ ! -d "$work" ] || [ -f "$work/done" ] || ls -d "$work"/*; done',
  );
}

/** The processes that `victim` means, when the run is held in a call of `held`. None where they are gone already. */
function pidsOf(victim: Victim, held: number, processes: readonly HostProcess[]): number[] {
  const byPid = new Map(processes.map((process) => [process.pid, process]));
  const chain: HostProcess[] = [];
  for (let at = byPid.get(held); at !== undefined && at.pid > 1; at = byPid.get(at.parent)) chain.push(at);
  // A subshell has the command line of its parent, so the outermost is meant.
  const driver = chain.findLast(({ command }) => command.includes('driver.sh /tmp/muster.'));
  const work = /\/tmp\/muster\.\w+/.exec(chain.map(({ command }) => command).join(' '))?.[0] ?? '/none';
  const outermost = (script: string): HostProcess | undefined =>
    processes.find(
      ({ command, parent }) =>
        command.includes(`${script} ${work}`) && !byPid.get(parent)?.command.includes(`${script} ${work}`),
    );
  const ticker = outermost('ticker.sh');
  const follower = outermost('follow.sh');
  // Above what a follower or a ticker calls is the session, and the daemon that made it.
  const below = driver === undefined ? chain.slice(0, 1) : chain.slice(0, chain.indexOf(driver));
  let session = follower === undefined ? undefined : byPid.get(follower.parent);
  while (session !== undefined && !session.command.startsWith('sshd')) session = byPid.get(session.parent);
  const found: Partial<Record<Victim, (HostProcess | undefined)[]>> = {
    driver: [driver],
    step: [below.at(-1)],
    tool: [chain[0]],
    follower: [follower],
    ticker: [ticker],
    'driver-and-ticker': [ticker, driver],
    session: [session],
    everybody: [ticker, follower, driver, ...below.toReversed(), session],
  };
  return (found[victim] ?? []).flatMap((process) => (process === undefined ? [] : [process.pid]));
}

/** Kills those whom `victim` means by one kill(1), and says how many there were. */
export async function killOnHost(lab: Lab, host: string, victim: Victim, held: number): Promise<number> {
  const pids = pidsOf(victim, held, await processesOn(lab, host));
  if (pids.length > 0) await inside(lab, host, `kill -9 ${pids.join(' ')} 2>/dev/null; :`);
  return pids.length;
}
