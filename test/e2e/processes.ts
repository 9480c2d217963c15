// Processes of this machine that have to do with a lab.
import { readFile, readdir } from 'node:fs/promises';

/** What is known of a process. */
interface SeenProcess {
  readonly pid: number;
  readonly command: string;
}

/** Processes whose command line or mount table has the directory in it. */
export async function processesOf(directory: string): Promise<SeenProcess[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const seen = await Promise.all(
    pids.map(async (pid) => {
      const command = await readFile(`/proc/${pid}/cmdline`, 'latin1').catch(() => '');
      const mounts = await readFile(`/proc/${pid}/mountinfo`, 'latin1').catch(() => '');
      return { pid: Number(pid), command, isOurs: command.includes(directory) || mounts.includes(directory) };
    }),
  );
  return seen.filter(({ isOurs }) => isOurs);
}
