// One host's run: connect, send the bundle, follow the log to its end; come back if the link breaks.
import { setTimeout as sleep } from 'node:timers/promises';
import { isMusterError } from '../errors.ts';
import type { EventListener } from '../events.ts';
import { FrameParser, LineSplitter, parseHostLine } from '../protocol/index.ts';
import type { Frame } from '../protocol/index.ts';
import type { Action, HostResult } from '../result.ts';
import type { Channel, HostConnection, Session, Transport } from '../transport/index.ts';
import { becomeCommand } from '../transport/index.ts';
import { HostCollector } from './collect.ts';
import type { Ending, ReceiptInfo } from './collect.ts';
import { bootText, controlText, followText } from './host-scripts.ts';

/** What one host is to be sent. */
export interface HostTask {
  readonly host: string;
  readonly connection: HostConnection;
  readonly action: Action;
  /** Random per run and host; marks the frames that are the driver's. */
  readonly nonce: string;
  /** The bundle, made when the host's turn comes, so that a big fleet does not hold them all. */
  readonly bundle: () => Promise<Uint8Array>;
  /** Forms of secrets to mask in whatever comes back. */
  readonly secretForms: readonly string[];
  readonly outputCap: number;
}

/** How an operator ends a run, each step harder than the one before. */
export interface StopSignals {
  /** No new hosts; running hosts stop at the next step boundary. */
  readonly stop: AbortSignal;
  /** Running steps are ended on the hosts. */
  readonly cancel: AbortSignal;
  /** Connections are dropped; what a host does then is `unknown`. */
  readonly abandon: AbortSignal;
}

export interface HostRun {
  readonly result: HostResult;
  /** rollback: what the host says about the run to undo. */
  readonly receipt: ReceiptInfo | undefined;
  /** It failed before anything was begun on the host, which is as it was and does what it did. */
  readonly isUntouched?: true;
}

const shell = '/bin/sh -s';
const reconnectDelaysMs = [1000, 3000, 9000];

/** Runs a task on a host. Never rejects: whatever goes wrong is the host's outcome. */
export async function runHost(
  task: HostTask,
  transport: Transport,
  signals: StopSignals,
  emit: EventListener,
): Promise<HostRun> {
  return await new HostRunner(task, transport, signals, emit).run();
}

/** One host's run in progress: the link may change, the collected state stays. */
class HostRunner {
  readonly #task: HostTask;
  readonly #transport: Transport;
  readonly #signals: StopSignals;
  readonly #emit: EventListener;
  readonly #collector: HostCollector;
  readonly #lines = new LineSplitter();
  readonly #offsets = new Map<string, number>();
  readonly #cost = { connections: 0, execs: 0 };
  #directory: string | undefined;
  #noise: string[] = [];
  #refusal: string | undefined;
  #ended: 'done' | 'died' | undefined;

  constructor(task: HostTask, transport: Transport, signals: StopSignals, emit: EventListener) {
    this.#task = task;
    this.#transport = transport;
    this.#signals = signals;
    this.#emit = emit;
    this.#collector = new HostCollector(task.host, task.action, task.secretForms, task.outputCap, emit);
  }

  async run(): Promise<HostRun> {
    this.#emit({ type: 'host-started', host: this.#task.host });
    const ending = await this.#attempts();
    const result = this.#collector.finish(ending, this.#cost);
    this.#emit({
      type: 'host-finished',
      host: result.host,
      outcome: result.outcome,
      reason: result.reason,
      result,
    });
    const isUntouched = result.outcome === 'failed' && !this.#collector.isBegun;
    return { result, receipt: this.#collector.receipt, ...(isUntouched ? { isUntouched } : {}) };
  }

  async #attempts(): Promise<Ending> {
    for (let attempt = 0; ; attempt++) {
      try {
        return await this.#oneLink(attempt > 0);
      } catch (error) {
        const ending = this.#endingOf(error);
        const delay = reconnectDelaysMs[attempt];
        // Until the driver is known to run there is nothing to come back to; a lost plan is simply asked again.
        if (this.#directory === undefined || delay === undefined || this.#signals.abandon.aborted)
          return ending;
        if (this.#task.action !== 'apply' && this.#task.action !== 'rollback') return ending;
        this.#emit({
          type: 'notice',
          host: this.#task.host,
          message: `${ending.reason}; the host goes on by itself, coming back in ${delay / 1000} s`,
        });
        await sleep(delay, undefined, { signal: this.#signals.abandon }).catch(() => undefined);
      }
    }
  }

  #endingOf(error: unknown): Ending {
    const reason = error instanceof Error ? error.message : String(error);
    const hint = isMusterError(error) ? error.hint : undefined;
    const outcome = this.#directory === undefined ? 'unreachable' : 'unknown';
    return { outcome, reason, ...(hint === undefined ? {} : { hint }) };
  }

  async #oneLink(again: boolean): Promise<Ending> {
    const session = await this.#transport.connect(this.#task.connection, this.#signals.abandon);
    this.#cost.connections++;
    this.#emit({ type: 'host-connected', host: this.#task.host });
    const drop = (): void => {
      session.close();
    };
    this.#signals.abandon.addEventListener('abort', drop, { once: true });
    const forget = this.#listenForStops(session);
    try {
      const channel = await session.exec(becomeCommand(this.#task.connection.become, shell));
      this.#cost.execs++;
      return again ? await this.#comeBack(channel) : await this.#begin(channel);
    } finally {
      forget();
      this.#signals.abandon.removeEventListener('abort', drop);
      session.close();
    }
  }

  async #begin(channel: Channel): Promise<Ending> {
    const parser = new FrameParser(this.#task.nonce);
    // A command that is over already takes nothing, and its output says why.
    await channel.write(new TextEncoder().encode(bootText(this.#task.nonce))).catch(() => undefined);
    let sending: Promise<void> | undefined;
    for await (const bytes of channel.stdout) {
      for (const frame of parser.push(bytes)) {
        this.#take(frame);
        if (frame.type === 'ready') sending = this.#send(channel);
      }
    }
    await sending?.catch(() => undefined);
    return this.#verdict(channel, await channel.closed);
  }

  async #send(channel: Channel): Promise<void> {
    await channel.write(await this.#task.bundle());
    channel.end();
  }

  async #comeBack(channel: Channel): Promise<Ending> {
    const parser = new FrameParser(this.#task.nonce);
    await channel.write(new TextEncoder().encode(followText(this.#directory ?? '', this.#offsets)));
    channel.end();
    for await (const bytes of channel.stdout) for (const frame of parser.push(bytes)) this.#take(frame);
    return this.#verdict(channel, await channel.closed);
  }

  #take(frame: Frame): void {
    switch (frame.type) {
      case 'ready':
        this.#directory = frame.directory;
        this.#collector.directory(frame.directory);
        return;
      case 'data':
        this.#offsets.set(frame.log, frame.offset + frame.bytes.length);
        if (frame.log.endsWith('.ev'))
          for (const line of this.#lines.push(frame.bytes)) this.#collector.line(parseHostLine(line));
        else this.#collector.output(frame.log, frame.bytes);
        return;
      case 'done':
      case 'died':
        this.#ended = frame.type;
        return;
      case 'fail':
        this.#refusal = frame.message;
        return;
      case 'noise':
        this.#noise = [...this.#noise, frame.text].slice(-5);
        return;
      case 'cut':
        this.#collector.cut(frame.log);
        this.#emit({
          type: 'notice',
          host: this.#task.host,
          message: `output of ${frame.size} bytes is over the cap; the rest stays unread`,
        });
        return;
      case 'beat':
        return;
    }
  }

  #verdict(channel: Channel, status: { status: number | null; signal: string | null }): Ending {
    if (this.#ended === 'done') return { outcome: 'ok', reason: '' };
    // The scripts before the driver gave up: nothing was begun.
    if (this.#refusal !== undefined) return { outcome: 'failed', reason: this.#refusal };
    if (this.#ended === 'died') {
      const wordless = this.#collector.wordless();
      if (wordless.outcome === 'failed') return wordless;
      return {
        outcome: 'unknown',
        reason: 'the driver was killed on the host in the middle of its work',
        hint: 'look at the host, then apply again or roll back: the journal knows what was done',
      };
    }
    const said = [...this.#noise, channel.stderr().trim()].filter((text) => text !== '').join(' / ');
    const how = status.signal === null ? `exit status ${String(status.status)}` : `signal ${status.signal}`;
    return {
      outcome: this.#directory === undefined ? 'failed' : 'unknown',
      reason: `the host's shell ended early (${how})${said === '' ? '' : `: ${said}`}`,
    };
  }

  /** Passes the operator's wishes to the host, each by an exec of its own on the same connection. */
  #listenForStops(session: Session): () => void {
    const tell = (file: 'stop' | 'cancel') => () => {
      if (this.#directory === undefined) {
        session.close();
        return;
      }
      void sendControl(session, this.#task.connection, this.#directory, file);
    };
    const [onStop, onCancel] = [tell(this.#changesNothing() ? 'cancel' : 'stop'), tell('cancel')];
    this.#signals.stop.addEventListener('abort', onStop, { once: true });
    this.#signals.cancel.addEventListener('abort', onCancel, { once: true });
    return () => {
      this.#signals.stop.removeEventListener('abort', onStop);
      this.#signals.cancel.removeEventListener('abort', onCancel);
    };
  }

  #changesNothing(): boolean {
    return this.#task.action !== 'apply' && this.#task.action !== 'rollback';
  }
}

async function sendControl(
  session: Session,
  connection: HostConnection,
  directory: string,
  file: 'stop' | 'cancel',
): Promise<void> {
  try {
    const channel = await session.exec(becomeCommand(connection.become, shell));
    await channel.write(new TextEncoder().encode(controlText(directory, file)));
    channel.end();
  } catch {
    // The link is gone: the run itself notices that, and says so.
  }
}
