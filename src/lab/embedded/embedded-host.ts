// One host of an embedded lab, as the supervisor sees it: a disk in memory over the shared root file system, and a first
// process in namespaces of its own. Runs inside the lab's namespaces, as root there.
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdir, readlink, rm, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { MusterError, UsageError } from '../../model/index.ts';
import { lastLine, runProgram, type ProgramEnd } from '../../programs/index.ts';
import type { LabFault } from '../lab.ts';
import { eventually, greetsAsSsh } from '../readiness.ts';
import { startFailed } from '../start-failed.ts';
import { isInUserNamespace } from './namespaces.ts';
import { childrenOf, signalTree } from './process-tree.ts';
import type { EmbeddedStatus, LabPlan } from './wire.ts';

const bootTimeoutMs = 60_000;
/** A host that says that it is up answers at once, unless the machine is very busy. */
const greetingTimeoutMs = 30_000;
/** How long a host's services get to end before a restart cuts them off. */
const shutdownMs = 5_000;
const execTimeoutMs = 120_000;
const mountTimeoutMs = 30_000;
/** What the boot script of the root file system says last. */
const bootedLine = 'NetBSD stand-in is up';
const consoleKept = 4_000;

/** A slow processor: of each period, a host runs this long. */
const slowCpu = { periodMs: 100, runMs: 20 };

/** What root on a host is kept from, since it would reach past the namespaces: the machine's clock, modules, ports, kexec. */
const withheld = ['sys_time', 'sys_module', 'sys_rawio', 'sys_boot'];
const shutOff = [`--bounding-set=${withheld.map((capability) => `-${capability}`).join(',')}`, '--'];

const hostScript = join(import.meta.dirname, '..', '..', '..', 'docker', 'embedded', 'host.sh');

interface Running {
  readonly child: ChildProcess;
  readonly exited: Promise<void>;
  /** Its first process; 0 while it boots, and when it did not come up. */
  init: number;
}

/** Starts, stops and disturbs one host. */
export class EmbeddedHost {
  readonly #run: string;
  readonly #plan: LabPlan['hosts'][number];
  readonly #diskBytes: number;
  #running: Running | undefined;
  #console = '';
  #isPaused = false;
  #slow: NodeJS.Timeout | undefined;

  /** `run` is the directory that lab.sh has prepared. */
  constructor(run: string, plan: LabPlan['hosts'][number], diskBytes: number) {
    this.#run = run;
    this.#plan = plan;
    this.#diskBytes = diskBytes;
  }

  get #disk(): string {
    return join(this.#run, 'hosts', this.#plan.name);
  }

  get #root(): string {
    return join(this.#disk, 'root');
  }

  /** Boots with the disk that is there, or with a new one; returns when the host says that it is up. */
  async boot(): Promise<void> {
    if (this.#running !== undefined) return;
    await this.#mountDisk();
    this.#console = '';
    const child = spawn(
      'setpriv',
      [
        ...shutOff,
        'nsenter',
        `--net=${join(this.#run, 'net', this.#plan.name)}`,
        'unshare',
        '--mount',
        '--uts',
        '--ipc',
        '--pid',
        '--fork',
        '--kill-child=SIGKILL',
        'sh',
        hostScript,
        this.#root,
        this.#plan.name,
      ],
      // Not as arguments, which every user of this machine can read: there is a host key among them.
      { stdio: ['ignore', 'pipe', 'pipe'], env: { PATH: process.env['PATH'], ...this.#plan.environment } },
    );
    const exited = new Promise<void>((resolve) => {
      child.on('error', () => {
        resolve();
      });
      child.once('exit', () => {
        resolve();
      });
    });
    const running = { child, exited, init: 0 };
    this.#running = running;
    void exited.then(() => {
      if (this.#running === running) this.#running = undefined;
    });
    await this.#waitForBoot(running);
  }

  async #waitForBoot(running: Running): Promise<void> {
    const booted = new Promise<true>((resolve) => {
      for (const stream of [running.child.stdout, running.child.stderr]) {
        stream?.setEncoding('utf8');
        stream?.on('data', (text: string) => {
          this.#console = (this.#console + text).slice(-consoleKept);
          if (this.#console.includes(bootedLine)) resolve(true);
        });
      }
    });
    const timer = new AbortController();
    const outcome = await Promise.race([
      booted,
      running.exited.then(() => 'the host stopped while it booted'),
      sleep(bootTimeoutMs, `not up within ${bootTimeoutMs / 1000} s`, { signal: timer.signal }),
    ]);
    timer.abort();
    if (outcome !== true) {
      throw startFailed(this.#plan.name, outcome, this.#console);
    }
    running.init = (await childrenOf(running.child.pid ?? 0))[0] ?? 0;
  }

  /** SIGKILL to everything on the host; the disk stays. */
  async kill(): Promise<void> {
    this.#stopBeingSlow();
    this.#isPaused = false;
    const running = this.#running;
    if (running === undefined) return;
    for (const init of await childrenOf(running.child.pid ?? 0)) tryKill(init, 'SIGKILL');
    await running.exited;
  }

  async restart(): Promise<void> {
    const running = this.#running;
    if (running !== undefined) {
      this.unpause();
      tryKill(running.init, 'SIGTERM');
      await Promise.race([running.exited, sleep(shutdownMs)]);
      await this.kill();
    }
    await this.boot();
  }

  /** Boots with an empty disk: the host is as it was when the lab started. */
  async reset(): Promise<void> {
    await this.kill();
    await mustRun('umount', ['--lazy', this.#root]);
    await mustRun('umount', ['--lazy', this.#disk]);
    await rm(this.#disk, { recursive: true, force: true });
    await this.boot();
  }

  pause(): void {
    const { init } = this.#up();
    this.#isPaused = true;
    // Twice: a process may be born while the first round goes on.
    signalTree(init, 'SIGSTOP');
    signalTree(init, 'SIGSTOP');
  }

  unpause(): void {
    this.#isPaused = false;
    if (this.#running !== undefined) signalTree(this.#running.init, 'SIGCONT');
  }

  /** Runs a command on the host, in all of its namespaces; ends within two minutes or throws. */
  exec(command: readonly string[]): Promise<ProgramEnd> {
    const { init } = this.#up();
    const enter = ['--target', String(init), '--mount', '--uts', '--ipc', '--net', '--pid', '--root', '--wd'];
    const clean = ['/libexec/.linux/bin/env', '-i', 'HOME=/root', 'PATH=/sbin:/usr/sbin:/bin:/usr/bin'];
    const args = [...shutOff, 'nsenter', ...enter, '--', ...clean, ...command];
    return runProgram('setpriv', args, { timeoutMs: execTimeoutMs });
  }

  /** The faults that are the host's own; those of its network are the keeper's. */
  async fault({ kind }: LabFault): Promise<void> {
    if (kind === 'reboot') return this.#loseAndRegainPower();
    this.#up();
    if (kind === 'freeze') this.pause();
    else if (kind === 'full-disk') await this.#resizeDisk(await this.#usedBytes());
    else if (kind === 'slow-cpu') this.#beSlow();
    else throw new UsageError('LAB_FAULT', `${kind} is not a fault of the host itself`);
  }

  /** Asked from inside, because the host's network may be at fault for a client outside. */
  async #loseAndRegainPower(): Promise<void> {
    await this.kill();
    await this.boot();
    const { name, ip } = this.#plan;
    if (await eventually(() => greetsAsSsh(ip, 22), greetingTimeoutMs)) return;
    throw startFailed(name, `no answer from sshd within ${greetingTimeoutMs / 1000} s`, this.#console);
  }

  async clearFaults(): Promise<void> {
    this.#stopBeingSlow();
    this.unpause();
    await this.#resizeDisk(this.#diskBytes);
  }

  async status(): Promise<EmbeddedStatus[number]> {
    const { name } = this.#plan;
    const running = this.#running;
    if (running === undefined) return { name, state: 'exited', namespace: '' };
    const namespace = await readlink(`/proc/${running.init}/ns/pid`).catch(() => '');
    return { name, state: this.#isPaused ? 'paused' : 'running', namespace };
  }

  #up(): Running {
    if (this.#running !== undefined && this.#running.init > 0) return this.#running;
    const { name } = this.#plan;
    const state = this.#running === undefined ? 'down' : 'not up';
    throw new UsageError('LAB_HOST', `${name} is ${state}; start it with: muster lab reset ${name}`);
  }

  async #mountDisk(): Promise<void> {
    const [upper, work] = [join(this.#disk, 'upper'), join(this.#disk, 'work')];
    const isNew = (await mkdir(this.#disk, { recursive: true })) !== undefined;
    if (!isNew) return;
    await mustRun('mount', [
      '-t',
      'tmpfs',
      '-o',
      `mode=0755,size=${this.#diskBytes}`,
      this.#plan.name,
      this.#disk,
    ]);
    await Promise.all([upper, work, this.#root].map((path) => mkdir(path)));
    const layers = `lowerdir=${join(this.#run, 'root')},upperdir=${upper},workdir=${work}`;
    // In a user namespace the marks of an overlay cannot be attributes that only the machine's root may set.
    const attributes = (await isInUserNamespace()) ? ',userxattr' : '';
    await mustRun('mount', ['-t', 'overlay', '-o', `${layers}${attributes}`, 'overlay', this.#root]);
  }

  async #usedBytes(): Promise<number> {
    const { blocks, bfree, bsize } = await statfs(this.#disk);
    return (blocks - bfree) * bsize;
  }

  /** A disk that shrinks to what is on it is full, and costs no memory. */
  async #resizeDisk(bytes: number): Promise<void> {
    await mustRun('mount', ['-o', `remount,size=${bytes}`, this.#disk]);
  }

  #beSlow(): void {
    this.#slow ??= setInterval(() => {
      this.#signalUnlessPaused('SIGCONT');
      setTimeout(() => {
        if (this.#slow !== undefined) this.#signalUnlessPaused('SIGSTOP');
      }, slowCpu.runMs);
    }, slowCpu.periodMs);
  }

  /** A paused host is to stay so; and the number of a first process that is gone may be a stranger's by now. */
  #signalUnlessPaused(signal: NodeJS.Signals): void {
    if (this.#running !== undefined && !this.#isPaused) signalTree(this.#running.init, signal);
  }

  #stopBeingSlow(): void {
    clearInterval(this.#slow);
    this.#slow = undefined;
  }
}

function tryKill(pid: number, signal: NodeJS.Signals): void {
  try {
    if (pid > 0) process.kill(pid, signal);
  } catch {
    // Gone already.
  }
}

async function mustRun(file: string, args: readonly string[]): Promise<void> {
  const end = await runProgram(file, args, { timeoutMs: mountTimeoutMs });
  if (end.exitCode !== 0)
    throw new MusterError('LAB_ENGINE', `${file} ${args.at(-1) ?? ''}: ${lastLine(end.stderr)}`);
}
