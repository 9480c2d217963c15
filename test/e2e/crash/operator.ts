// The operator: one muster command at a time, which can be interrupted or killed.
import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';

const main = join(import.meta.dirname, '../../../dist/cli/main.js');

/** A command that is under way. */
export class Command {
  readonly ended: Promise<void>;
  readonly args: readonly string[];
  said = '';
  code: number | null | undefined;
  readonly #child: ChildProcess;

  constructor(args: readonly string[]) {
    this.args = args;
    this.#child = spawn(process.execPath, [main, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.setEncoding('utf8');
      stream?.on('data', (text: string) => (this.said += text));
    }
    this.ended = new Promise((resolve) => {
      this.#child.on('close', (code) => {
        this.code = code;
        resolve();
      });
    });
  }

  get isOver(): boolean {
    return this.code !== undefined;
  }

  /** Sends a signal, and waits until the command says a word of it or ends, a few seconds at most. */
  async signal(name: NodeJS.Signals): Promise<void> {
    const before = this.said;
    this.#child.kill(name);
    for (let turn = 0; turn < 200 && !this.isOver && this.said === before; turn++)
      await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
