// Moments of a run on a practice host that come again in the same place whenever the run is done again: calls of the tools that
// change something. Each tool is put behind a script that counts; at the call that was asked for it holds the run and says so.
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Lab } from '../../../src/lab/index.ts';
import { inside } from '../muster.ts';
import type { Moment } from './plan.ts';

// `sync` follows each entry of the journal. Tools that the follower and the ticker use as they go would spoil the count.
const tools =
  'sync mv mkdir rmdir rm chmod chown touch ln cp tar pax pkg_add pkg_delete useradd userdel usermod groupadd groupdel'.split(
    ' ',
  );

// In memory, so that it is no part of the disk, and gone when the power is cut.
const folder = '/dev/shm/moments';

const script = `#!/bin/sh
[ ! -f ${folder}/armed ] || . ${folder}/armed
exec "/libexec/.moments/\${0##*/}" "$@"
`;

// Shell alone: a process more for each call would be felt.
function armed({ step, nth }: Moment, round: number): string {
  const inStep =
    step === undefined
      ? ''
      : `grep -qs '^step|${step}|' /tmp/muster.*/log/000.ev || exec "/libexec/.moments/\${0##*/}" "$@"\n`;
  const [calls, reached, go] = ['calls', 'reached', 'go'].map((name) => `${folder}/${name}.${String(round)}`);
  return `${inStep}printf x >>${calls}
calls=
read -r calls <${calls}
if [ "\${#calls}" = ${String(nth)} ]; then
  echo "$$ \${0##*/} $*" >${reached}.part
  /libexec/.moments/mv ${reached}.part ${reached}
  while [ -f ${reached} ] && [ ! -f ${go} ]; do sleep 0.02; done
fi
`;
}

/** Puts the tools of the host behind scripts that count. To be done again when the host was reset. */
export async function layMoments(lab: Lab, host: string): Promise<void> {
  await inside(
    lab,
    host,
    `mkdir /libexec/.moments; cat >/libexec/.moments/.script <<'END'
${script}END
    /libexec/.linux/bin/chmod 0555 /libexec/.moments/.script
    for tool in ${tools.join(' ')}; do
      path=$(command -v $tool) || exit 1
      ln $path /libexec/.moments/$tool && /libexec/.linux/bin/cp -p /libexec/.moments/.script $path.new &&
        /libexec/.linux/bin/mv -f $path.new $path || exit 1
    done`,
  );
}

/** Moments that are waited for on a host, one after the other. */
export class Moments {
  readonly #folder: string;
  #round = 0;

  private constructor(path: string) {
    this.#folder = path;
  }

  /** `pid` is the host's first process. */
  static async on(pid: number): Promise<Moments> {
    const path = `/proc/${String(pid)}/root${folder}`;
    await rm(path, { recursive: true, force: true });
    await mkdir(path);
    return new Moments(path);
  }

  /** From here on calls are counted, up to this moment; what the moment before holds is let go. */
  async arm(moment: Moment): Promise<void> {
    const held = this.#round++;
    await writeFile(`${this.#folder}/armed.part`, armed(moment, this.#round));
    await rename(`${this.#folder}/armed.part`, `${this.#folder}/armed`);
    await writeFile(`${this.#folder}/go.${String(held)}`, '');
  }

  /** The process that is held, as the host numbers it, and what it is about to do; undefined when `isOver` says so first. */
  async reached(isOver: () => boolean): Promise<{ pid: number; call: string } | undefined> {
    for (;;) {
      const over = isOver();
      const text = await readFile(`${this.#folder}/reached.${String(this.#round)}`, 'utf8').catch(() => '');
      const [, pid, call = ''] = /^(\d+) (.*)/.exec(text) ?? [];
      if (pid !== undefined) return { pid: Number(pid), call };
      if (over) return undefined;
      await sleep(5);
    }
  }

  /** How many calls there were since the last `arm`. */
  async calls(): Promise<number> {
    return (await readFile(`${this.#folder}/calls.${String(this.#round)}`, 'utf8').catch(() => '')).length;
  }

  /** No more calls are counted, and what is held goes on. A host that died meanwhile has nothing to let go. */
  async release(): Promise<void> {
    await rm(`${this.#folder}/armed`, { force: true });
    await writeFile(`${this.#folder}/go.${String(this.#round)}`, '').catch(() => undefined);
  }
}
