// How many processes a practice host has started. Its pid namespace gives numbers in order. So the number of a process that
// is started there, minus that of an earlier one, is the exact count of all that were started between the two, and nothing
// is added on the host. Threads have numbers too, and are counted.
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Lab } from '../../../src/lab/index.ts';
import { childrenOf } from '../../../src/lab/embedded/process-tree.ts';

const napMs = 400;
const quietNaps = 3;
const mostLooks = 150;
/** Of the kernel's figures in /proc; the same on every Linux. */
const ticksPerSecond = 100;

/** The number of a process that is started on the host for this alone. */
async function nextNumber(lab: Lab, host: string): Promise<number> {
  const { stdout, stderr } = await lab.exec(host, ['/bin/sh', '-c', 'echo $$']);
  const number = Number(stdout);
  if (!Number.isInteger(number) || number <= 0) throw new Error(`${host}: no process number: ${stderr}`);
  return number;
}

/** What the work cost a host. */
export interface Cost {
  readonly processes: number;
  readonly cpuMs: number;
}

/**
 * Does the work and counts what the host started for it, and after it, until the host is quiet again. Other processes of
 * the host are counted too, so nobody else may use it; a practice host has no cron jobs.
 */
export async function costOf(lab: Lab, host: string, work: () => Promise<unknown>): Promise<Cost> {
  const before = await quiet(lab, host);
  const cpuBefore = await cpuMsOf(lab, host);
  await work();
  const after = await quiet(lab, host);
  const cpuMs = (await cpuMsOf(lab, host)) - cpuBefore;
  if (after.number < before.number) throw new Error(`${host}: process numbers began anew`);
  return { processes: after.number - before.number - after.looks, cpuMs };
}

/** A host at rest: the last number that was given out, and how many looks, each a process, it took to find that. */
interface Rest {
  readonly number: number;
  readonly looks: number;
}

/** Waits until the host has started nothing for a while, and no process naps. */
async function quiet(lab: Lab, host: string): Promise<Rest> {
  let number = await nextNumber(lab, host);
  for (let looks = 1, still = 0; looks < mostLooks; looks += 1) {
    await sleep(napMs);
    const next = await nextNumber(lab, host);
    still = next === number + 1 && !(await someoneNaps(lab, host)) ? still + 1 : 0;
    number = next;
    if (still === quietNaps) return { number, looks: looks + 1 };
  }
  throw new Error(`${host} is not quiet within ${(mostLooks * napMs) / 1000} s`);
}

async function someoneNaps(lab: Lab, host: string): Promise<boolean> {
  const names = await Promise.all(
    (await processesOf(lab, host)).map((pid) => readFile(`/proc/${pid}/comm`, 'latin1').catch(() => '')),
  );
  return names.includes('sleep\n');
}

/** All processes of a host, as this machine's kernel numbers them; its first one first. */
export async function processesOf(lab: Lab, host: string): Promise<number[]> {
  const init = await lab.hostPid(host);
  if (init === undefined) throw new Error(`the processes of ${host} cannot be seen from here`);
  return below(init);
}

async function below(pid: number): Promise<number[]> {
  const children = await Promise.all((await childrenOf(pid)).map(below));
  return [pid, ...children.flat()];
}

/** Processor time of all that runs on the host, and of all that ended there. */
async function cpuMsOf(lab: Lab, host: string): Promise<number> {
  const times = await Promise.all((await processesOf(lab, host)).map((pid) => cpuTicksOf(String(pid), 4)));
  return (1000 * times.reduce((sum, ticks) => sum + ticks, 0)) / ticksPerSecond;
}

/** Processor time of those children of this process that have ended. */
export async function childrensCpuMs(): Promise<number> {
  return (1000 * ((await cpuTicksOf('self', 4)) - (await cpuTicksOf('self', 2)))) / ticksPerSecond;
}

/** The first `fields` of: user, system, children's user, children's system time. 0 for a process that is gone. */
async function cpuTicksOf(pid: string, fields: number): Promise<number> {
  const text = await readFile(`/proc/${pid}/stat`, 'latin1').catch(() => '');
  const words = text.slice(text.lastIndexOf(')') + 2).split(' ');
  // utime is the 14th field of the line, and the 12th behind the name.
  return words.slice(11, 11 + fields).reduce((sum, word) => sum + Number(word), 0);
}
