// Muster's verbs on hosts whose named is hostile, and what must be true after each, whatever the attack did.
import { spawn } from 'node:child_process';
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Lab } from '../../../src/lab/index.ts';
import { askWww } from '../dns.ts';
import { differences, fingerprint } from '../generated/host.ts';
import { inside, playbook } from '../muster.ts';
import { movesOf, type Grounds } from './moves.ts';
import { Attacker, Watcher } from './players.ts';
import { aftermath, canaries, ownInCage, ownOnHost, prepare, tokens, weed } from './victim.ts';

const main = join(import.meta.dirname, '../../../dist/cli/main.js');

/** A verb is cut off after this: it hung. On a machine with much other work some take minutes. */
const boundMs = 300_000;

const cage = '/home/named';
const uidOfNamed = 14;

/** A host and the attack on it. */
export interface Attacked {
  readonly host: string;
  readonly seed: number;
  /** The program that is caged, as the host sees it in the cage. */
  readonly program: string;
}

/** How a verb ended, and all that it said. */
export interface Said {
  readonly code: number | null;
  readonly hung: boolean;
  readonly text: string;
}

/** Runs one verb to its end, or to the bound. */
export async function runVerb(args: readonly string[]): Promise<Said> {
  const child = spawn(process.execPath, [main, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let text = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (bytes: Buffer) => {
      text += bytes.toString('latin1');
    });
  let hung = false;
  const timer = setTimeout(() => {
    hung = true;
    child.kill('SIGKILL');
  }, boundMs);
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  clearTimeout(timer);
  return { code, hung, text };
}

/** How a text may stand in another one: as it is, in base64 at any place, in hexadecimal digits. */
function formsOf(token: string): readonly string[] {
  const inBase64 = [0, 1, 2].map((before) => {
    const whole = Buffer.from(`${'x'.repeat(before)}${token}`).toString('base64');
    return whole.slice(before === 0 ? 0 : 4, -4);
  });
  return [token, ...inBase64, Buffer.from(token).toString('hex')];
}

/** The forms of secrets of the hosts that stand in a text. */
export function secretsIn(text: string): readonly string[] {
  return tokens.flatMap((token) => formsOf(token).filter((form) => text.includes(form)));
}

/** The whole of it on several hosts at once, act by act. What is wrong is kept, a line each. */
export class Story {
  readonly #lab: Lab;
  readonly #inventory: readonly string[];
  readonly #attacked: readonly Attacked[];
  readonly #before = new Map<string, ReadonlyMap<string, string>>();
  readonly #attackers = new Map<string, Attacker>();
  readonly #watchers = new Map<string, Watcher>();
  readonly found: string[] = [];
  /** The output of each verb, to find the cause of a failure. */
  readonly log: string[] = [];

  constructor(lab: Lab, inventory: readonly string[], attacked: readonly Attacked[]) {
    this.#lab = lab;
    this.#inventory = inventory;
    this.#attacked = attacked;
  }

  #note(text: string): void {
    this.log.push(text);
    const file = process.env['MUSTER_HOSTILE_LOG'];
    if (file !== undefined) appendFileSync(file, `${text}\n`);
  }

  async #onAll(work: (attacked: Attacked) => Promise<void>): Promise<void> {
    await Promise.all(this.#attacked.map(work));
  }

  /** What named writes on the host, and what this suite does. */
  async #fingerprint(host: string): Promise<ReadonlyMap<string, string>> {
    const written = [
      ...ownOnHost.map((path) => new RegExp(`^${path}`)),
      /^\/root\/own\.tar$/,
      /^\/var\/(run|named|chroot)/,
      /^(?!\/)/,
    ];
    return await fingerprint(this.#lab, host, { written });
  }

  /** The host is made ready, the acts are played, and whatever came of them, the host is as it was in the end. */
  async tell(acts: ((story: Story) => Promise<void>) | undefined): Promise<void> {
    await this.#begin();
    try {
      await acts?.(this);
      await this.serve('in the end');
      await this.#compare();
    } catch (error) {
      this.found.push(error instanceof Error ? error.message : String(error));
    } finally {
      await this.#end();
    }
  }

  async #begin(): Promise<void> {
    await this.#onAll(async ({ host }) => {
      await prepare(this.#lab, host);
      if ((await askWww(this.#lab, host)) === undefined) this.found.push(`${host} does not serve`);
      this.#before.set(host, await this.#fingerprint(host));
      this.#watchers.set(host, await Watcher.of(this.#lab, host, canaries(cage)));
      this.#attackers.set(host, await Attacker.enter(this.#lab, host, uidOfNamed));
    });
  }

  /** Every host is attacked from now on: in the directories that its named owns outside of the cage, or in it. */
  async attack(where: 'host' | 'cage', act: string, count: number): Promise<void> {
    await this.#onAll(async ({ host, seed, program }) => {
      const directories = where === 'host' ? ownOnHost : ownInCage(cage);
      const grounds: Grounds = { directories, cage, program };
      await this.#attackers.get(host)?.does(movesOf(seed, act, grounds, count));
    });
  }

  /** The attackers stand still; what they planted stays. */
  async truce(): Promise<void> {
    await this.#onAll(async ({ host }) => {
      await this.#attackers.get(host)?.forgets();
    });
  }

  /** What is planted outside of the cage goes. */
  async weed(): Promise<void> {
    await this.#onAll(async ({ host }) => {
      await weed(this.#lab, host);
    });
  }

  /** What there is to roll back is rolled back, by force where it must be, and then there is nothing more. */
  async rollBack(): Promise<void> {
    for (let turn = 0; turn < 4; turn++) {
      const code = await this.verb('rollback', [0, 1], ...(turn > 0 ? ['--force'] : []));
      if (code === 0 && this.log.at(-1)?.includes('nothing to roll back') === true) return;
    }
    this.found.push('a rollback does not come to its end');
  }

  /** Runs a verb on all hosts; its exit status must be one of `codes`. */
  async verb(name: string, codes: readonly number[], ...flags: readonly string[]): Promise<number | null> {
    const yes = name === 'apply' || name === 'rollback' ? ['--yes'] : [];
    const from = name === 'rollback' ? [] : [playbook];
    const started = performance.now();
    const { code, hung, text } = await runVerb([name, ...from, ...this.#inventory, ...yes, ...flags]);
    const title = [name, ...flags].join(' ');
    this.#note(`===== ${title}: ${String(code)} (${Math.round(performance.now() - started)} ms)\n${text}`);
    if (hung) await this.#tellWhatHangs(title);
    if (code === null || !codes.includes(code)) this.found.push(`${title} ends with ${String(code)}`);
    this.found.push(...secretsIn(text).map((form) => `${title} shows a secret: ${form}`));
    await this.#onAll(async ({ host }) => {
      const lock = await inside(this.#lab, host, 'cat /var/db/muster/lock/* 2>/dev/null || :');
      if (lock !== '') this.found.push(`${host}: ${title} left the lock: ${lock}`);
    });
    return code;
  }

  /** A run that hangs is at work on a host, which is why the story ends here. */
  async #tellWhatHangs(title: string): Promise<never> {
    await this.#onAll(async ({ host }) => {
      const runs = `ps -axww -o pid -o ppid -o user -o command | grep -v -e sshd -e hostile -e ' ps '; cat /var/db/muster/runs/*/status`;
      this.#note(`===== ${host}\n${await inside(this.#lab, host, `${runs} 2>/dev/null || :`)}`);
    });
    throw new Error(`${title} hangs`);
  }

  /** All hosts answer. */
  async serve(when: string): Promise<void> {
    await this.#onAll(async ({ host }) => {
      if ((await askWww(this.#lab, host)) === undefined) this.found.push(`${host} does not serve ${when}`);
    });
  }

  /** Nothing that a run brought is left, and all that was there is as it was, but what named itself owns. */
  async #compare(): Promise<void> {
    await this.#onAll(async ({ host }) => {
      const lines = differences(this.#before.get(host) ?? new Map(), await this.#fingerprint(host));
      this.found.push(...lines.map((line) => `${host} in the end: ${line}`));
    });
  }

  /** Everybody leaves; what was seen, and what is left, counts. */
  async #end(): Promise<void> {
    await this.#onAll(async ({ host, seed }) => {
      const said = await this.#attackers.get(host)?.leaves();
      this.#note(`===== ${host} (seed ${seed}): ${(said ?? []).join('; ')}`);
      const seen = [
        ...((await this.#watchers.get(host)?.found()) ?? ['nobody watched']),
        ...(await aftermath(this.#lab, host)),
      ];
      this.found.push(...seen.map((line) => `${host} (seed ${seed}): ${line}`));
    });
  }
}
