// Programs that act on a practice host beside muster, started from outside of it: hostile ones instead of named, and a
// watcher of root's. Both are perl programs, because they must be quick enough to race. This machine must have perl,
// nsenter, setpriv and root.
import { spawn, spawnSync, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe } from 'vitest';
import type { Lab } from '../../../src/lab/index.ts';
import { describeWithEngine, labBackend } from '../engine.ts';
import type { Move } from './moves.ts';

/** Suites with programs that act on the hosts' file systems from outside: on hosts that are namespaces of this machine. */
export function describeHostile(title: string, suite: () => void): void {
  const missing = ['perl', 'nsenter', 'setpriv'].filter(
    (name) => spawnSync(name, ['--version'], { stdio: 'ignore' }).status !== 0,
  );
  if (labBackend() !== 'embedded') describe.skip(`${title} (skipped: for embedded hosts)`, suite);
  else if (process.getuid?.() !== 0) describe.skip(`${title} (skipped: only root enters a host)`, suite);
  else if (missing.length > 0)
    describe.skip(`${title} (skipped: there is no ${missing.join(' and no ')})`, suite);
  else describeWithEngine(title, suite);
}

const text = (name: string): string => readFileSync(join(import.meta.dirname, name), 'utf8');

/** Bytes of a name (a string of Latin-1) so that they stand in one word of a line. */
export function encoded(bytes: string): string {
  return bytes.replaceAll(
    /[^A-Za-z0-9_./-]/g,
    (character) => `%${character.charCodeAt(0).toString(16).padStart(2, '0')}`,
  );
}

/** A process that is talked to by lines, and ends when its input does. */
class Player {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #ended: Promise<void>;
  readonly #waiting: { readonly line: RegExp; readonly resolve: (found: string) => void }[] = [];
  #rest = '';
  #errors = '';
  /** What it said so far, a line each. */
  readonly lines: string[] = [];

  constructor(command: readonly [string, ...string[]], cwd: string) {
    const [file, ...args] = command;
    this.#child = spawn(file, args, { cwd, stdio: 'pipe', env: { PATH: process.env['PATH'] } });
    this.#child.stdin.on('error', () => undefined);
    this.#child.once('error', (error) => {
      this.#errors += error.message;
    });
    this.#child.stdout.setEncoding('latin1');
    this.#child.stdout.on('data', (bytes: string) => {
      const lines = (this.#rest + bytes).split('\n');
      this.#rest = lines.pop() ?? '';
      for (const line of lines) this.#hear(line);
    });
    this.#child.stderr.on('data', (bytes: Buffer) => {
      this.#errors += bytes.toString();
    });
    this.#ended = new Promise((resolve) => this.#child.once('close', resolve));
  }

  #hear(line: string): void {
    this.lines.push(line);
    for (const waiting of this.#waiting.splice(0)) {
      const found = waiting.line.exec(line);
      if (found === null) this.#waiting.push(waiting);
      else waiting.resolve(found[1] ?? line);
    }
  }

  /** The first line from now on that fits: its first group. Throws when it ends instead. */
  async first(line: RegExp): Promise<string> {
    const found = new Promise<string>((resolve) => this.#waiting.push({ line, resolve }));
    const died = this.#ended.then(() => {
      throw new Error(`${this.#child.spawnargs.slice(0, 3).join(' ')} ended: ${this.#errors}`);
    });
    return await Promise.race([found, died]);
  }

  /** Says `words`; returns when it says `answer`. */
  async say(words: string, answer?: RegExp): Promise<void> {
    const answered = answer === undefined ? undefined : this.first(answer);
    this.#child.stdin.write(words);
    await answered;
  }

  /** Ends it, and gives what it said to the end. */
  async end(): Promise<readonly string[]> {
    this.#child.stdin.end();
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), 10_000);
    await this.#ended;
    clearTimeout(timer);
    if (this.#errors !== '') this.lines.push(`said: ${this.#errors.trim()}`);
    return this.lines;
  }
}

async function firstProcess(lab: Lab, host: string): Promise<number> {
  const pid = await lab.hostPid(host);
  if (pid === undefined) throw new Error(`${host} does not run`);
  return pid;
}

/** A program on a host that has the rights of an account there. */
export class Attacker {
  readonly #player: Player;

  private constructor(player: Player) {
    this.#player = player;
  }

  static async enter(lab: Lab, host: string, uid: number): Promise<Attacker> {
    const pid = await firstProcess(lab, host);
    // NetBSD lets everybody link to what is not its own; Linux asks for a capability. The other is for its root directory.
    const capabilities = '+fowner,+sys_chroot';
    const player = new Player(
      [
        'nsenter',
        ...['--target', String(pid), '--pid', '--net', '--ipc', '--uts', '--'],
        'setpriv',
        ...[`--reuid=${uid}`, `--regid=${uid}`, '--clear-groups'],
        ...[`--inh-caps=${capabilities}`, `--ambient-caps=${capabilities}`, '--'],
        ...['perl', '-e', text('attacker.pl')],
      ],
      `/proc/${pid}/root`,
    );
    await player.say('', /^ready$/);
    return new Attacker(player);
  }

  /** From now on it does these as well. */
  async does(moves: readonly Move[]): Promise<void> {
    const lines = moves.map((move) => [move.op, ...move.words.map((word) => encoded(word))].join('\t'));
    await this.#player.say(lines.map((line) => `${line}\n`).join(''));
  }

  /** It leaves everything as it is now, and does nothing more. */
  async forgets(): Promise<void> {
    await this.#player.say('forget\n', /^forgotten$/);
  }

  async leaves(): Promise<readonly string[]> {
    return await this.#player.end();
  }
}

/** What is called named on a host and is not what it is called. */
export interface Role {
  readonly uid: number;
  /** Ports that it holds; it takes them before it becomes that account, as named does. */
  readonly ports?: readonly number[];
  /** What it runs, and the words that ps shows. */
  readonly program: string;
  readonly words: readonly string[];
}

/** A process on a host that is called what it likes. */
export class Impostor {
  readonly #player: Player;
  /** Its number on the host. */
  readonly pid: number;

  private constructor(player: Player, pid: number) {
    this.#player = player;
    this.pid = pid;
  }

  static async enter(lab: Lab, host: string, { uid, ports = [], program, words }: Role): Promise<Impostor> {
    const pid = await firstProcess(lab, host);
    const player = new Player(
      [
        'nsenter',
        ...['--target', String(pid), '--pid', '--net', '--ipc', '--uts', '--'],
        ...['perl', '-e', text('impostor.pl'), String(uid), ports.join(',') || '-', program],
        ...words.map((word) => encoded(word)),
      ],
      `/proc/${pid}/root`,
    );
    const said = await player.first(/^pid (\d+)$/);
    return new Impostor(player, Number(said));
  }

  async leaves(): Promise<void> {
    await this.#player.end();
  }
}

/** What must stay as it is: see watcher.pl for the kinds. */
export interface Watched {
  readonly kind: 'all' | 'links' | 'owner' | 'root';
  readonly path: string;
}

/** Root's eyes on a host, from outside of it. */
export class Watcher {
  readonly #player: Player;

  private constructor(player: Player) {
    this.#player = player;
  }

  static async of(lab: Lab, host: string, watched: readonly Watched[]): Promise<Watcher> {
    const pid = await firstProcess(lab, host);
    const root = `/proc/${pid}/root`;
    const player = new Player(
      ['perl', '-e', text('watcher.pl'), root, readlinkSync(`/proc/${pid}/ns/pid`)],
      '/',
    );
    const lines = watched.map(({ kind, path }) => `${kind} ${encoded(path)}\n`);
    await player.say(`${lines.join('')}\n`, /^watching$/);
    return new Watcher(player);
  }

  /** Ends it; a line for each thing that changed. Throws when it did not look at all. */
  async found(): Promise<readonly string[]> {
    const lines = await this.#player.end();
    if (!lines.some((line) => /^rounds [1-9]/.test(line)))
      throw new Error(`nobody watched: ${lines.join('; ')}`);
    return lines.filter((line) => line !== 'watching' && !/^rounds /.test(line));
  }
}
