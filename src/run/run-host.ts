// One host's run: connect, send the bundle, follow the log to its end; come back if the link breaks.
import { setTimeout as sleep } from 'node:timers/promises';
import { type Ending, type HostJob, isMusterError } from '../model/index.ts';
import { FrameParser, LineSplitter, parseHostLine } from '../protocol/index.ts';
import type { Frame } from '../protocol/index.ts';
import type { Channel, ExitStatus, Session } from '../transport/index.ts';
import { execAsRoot } from '../transport/index.ts';
import { HostCollector } from './collect.ts';
import { EarlyEnd } from './early-end.ts';
import { DriverStage } from './driver-stage.ts';
import { EventRules } from './event-rules.ts';
import { FrameRules } from './frame-rules.ts';
import { Heard } from './heard.ts';
import type { HostTools } from './host-tools.ts';
import { bootText, followText, shell } from './host-scripts.ts';
import { LinkWatch, WaitOver } from './link-watch.ts';
import { sendControl } from './send-control.ts';
import { pieceSize, turns } from './turns.ts';
import {
  brokeProtocolError,
  bundleError,
  earlyEnding,
  gaveUpEnding,
  isWorthAnotherTry,
  killedEnding,
  waitOverError,
} from './link-endings.ts';

/** One connection's part of a run. */
interface Link {
  readonly watch: LinkWatch;
  readonly parser: FrameParser;
  /** What the command said on its standard error so far. */
  stderr: () => string;
  /** What was taken from it last is taken to its end, also if another part listens to it by then. */
  taking: Promise<void>;
}

// Each piece of a bundle that the host took is a sign of life, so a big bundle may take its time.
const pieceBytes = 64 * 1024;
const reconnectDelaysMs = [1000, 3000, 9000];

/** Does a job on its host, and tells all of it. Never rejects: whatever goes wrong is how the host ended, told as the last. */
export async function runHost(job: HostJob, tools: HostTools): Promise<void> {
  await new HostRunner(job, tools).run();
}

/** One host's run in progress: the link may change, the collected state stays. */
class HostRunner {
  readonly #job: HostJob;
  readonly #tools: HostTools;
  readonly #emit: HostTools['emit'];
  readonly #collector: HostCollector;
  readonly #lines = new LineSplitter();
  readonly #rules: FrameRules;
  readonly #eventRules = new EventRules();
  readonly #stage: DriverStage;
  readonly #heard: Heard;
  readonly #cost = { connections: 0, execs: 0 };
  readonly #cutLogs = new Set<string>();
  /** Until it is sent; undefined then, for it may be big. */
  #bundle: Uint8Array | undefined;
  #directory: string | undefined;
  #gaveUp: string | undefined;
  #ended: 'done' | 'died' | undefined;

  constructor(job: HostJob, tools: HostTools) {
    this.#job = job;
    this.#tools = tools;
    this.#emit = tools.emit;
    const { action, outputCap } = job.settings;
    const secrets = [
      ...job.secrets.values(),
      ...(tools.becomePassword === undefined ? [] : [tools.becomePassword]),
    ];
    const forms = tools.formsOf(secrets.map((secret) => secret.reveal()));
    this.#rules = new FrameRules(outputCap);
    this.#heard = new Heard(forms);
    this.#stage = new DriverStage(action);
    this.#collector = new HostCollector(job.host, action, forms, tools.emit);
  }

  async run(): Promise<void> {
    const { host, connection } = this.#job;
    const address = connection.address === host ? {} : { address: connection.address };
    this.#emit({ type: 'host-started', host, ...address });
    await this.#collector.finish(await this.#begin(), this.#cost);
  }

  /** Nobody is connected to before the bundle is there: no host waits for what cannot be made. */
  async #begin(): Promise<Ending> {
    try {
      this.#bundle = await this.#tools.pack(this.#job);
    } catch (error) {
      return this.#endingOf(bundleError(this.#job.connection, error));
    }
    return await this.#attempts();
  }

  async #attempts(): Promise<Ending> {
    for (let attempt = 0; ; attempt++) {
      try {
        return await this.#oneLink(attempt > 0);
      } catch (error) {
        const ending = this.#endingOf(error);
        const delay = reconnectDelaysMs[attempt];
        // Until the driver is known to run there is nothing to come back to; a lost plan is simply asked again.
        if (this.#directory === undefined || delay === undefined || this.#tools.signals.abandon.aborted)
          return ending;
        if (this.#changesNothing() || !isWorthAnotherTry(error)) return ending;
        this.#notice(`${ending.reason}; the host continues alone, muster reconnects in ${delay / 1000} s`);
        await sleep(delay, undefined, { signal: this.#tools.signals.abandon }).catch(() => undefined);
      }
    }
  }

  #endingOf(error: unknown): Ending {
    if (error instanceof EarlyEnd) return error.ending;
    const reason = error instanceof Error ? error.message : String(error);
    const { hint, code } = isMusterError(error) ? error : { hint: undefined, code: '' };
    return { outcome: this.#outcomeOf(code), reason, ...(hint === undefined ? {} : { hint }) };
  }

  #outcomeOf(code: string): Ending['outcome'] {
    if (code === 'HOST_BUNDLE') return 'failed';
    // A host that breaks the protocol is up; a run that changes nothing has then simply failed.
    if (code === 'HOST_BROKE_PROTOCOL' && (this.#directory === undefined || this.#changesNothing()))
      return 'failed';
    return this.#directory === undefined ? 'unreachable' : 'unknown';
  }

  async #oneLink(again: boolean): Promise<Ending> {
    const { connection } = this.#job;
    const session = await this.#tools.transport.connect(connection, this.#tools.signals.abandon);
    this.#cost.connections++;
    this.#emit({ type: 'host-connected', host: this.#job.host });
    for (const note of session.notes ?? []) this.#notice(note);
    const forget = this.#listenForStops(session);
    const link: Link = {
      watch: new LinkWatch(connection),
      parser: new FrameParser(this.#job.settings.nonce),
      stderr: () => '',
      taking: Promise.resolve(),
    };
    try {
      // The watch has its own word: a session that was closed need not say so at once.
      return await Promise.race([this.#talk(session, link, again), link.watch.over]);
    } catch (error) {
      if (!(error instanceof WaitOver)) throw error;
      return this.#waitedInVain(error, link);
    } finally {
      link.watch.stop();
      forget();
      session.close();
      await link.taking;
    }
  }

  async #talk(session: Session, link: Link, again: boolean): Promise<Ending> {
    this.#rules.newLink();
    const channel = await execAsRoot(session, this.#job.connection, shell, this.#tools.becomePassword);
    this.#cost.execs++;
    link.stderr = () => channel.stderr();
    const text = again
      ? followText(this.#directory ?? '', this.#rules.offsetsByLog)
      : bootText(this.#job.settings.nonce);
    // A command that is over already takes nothing, and its output says why.
    await channel.write(new TextEncoder().encode(text)).catch(() => undefined);
    if (again) channel.end();
    for await (const bytes of channel.stdout) {
      link.watch.busy();
      await this.#takeBytes(bytes, link, channel);
      link.watch.idle();
    }
    const exit = await channel.closed;
    const ending = this.#verdict(exit, this.#words(link));
    // A follower that was killed is as good as a link that broke: the driver goes on, and another one can follow it.
    if (link.watch.wasHeard && !this.#isOver()) throw new EarlyEnd(ending);
    return ending;
  }

  #isOver(): boolean {
    return this.#ended !== undefined || this.#gaveUp !== undefined;
  }

  /** Takes bytes piece by piece, each in its turn: others are heard between them. */
  async #takeBytes(bytes: Uint8Array, link: Link, channel: Channel): Promise<void> {
    for (let at = 0; at < bytes.length; at += pieceSize) {
      const piece = bytes.subarray(at, at + pieceSize);
      await turns.take(piece.length);
      const frames = link.parser.push(piece);
      this.#judge(this.#rules.tooMuch(link.parser.amounts()));
      for (const frame of frames) {
        if (link.watch.isOver) throw new Error('this link is no longer read');
        const taking = this.#take(frame, link.watch);
        link.taking = taking.catch(() => undefined);
        await taking;
        if (frame.type === 'ready')
          this.#send(channel, link.watch).catch((error: unknown) => {
            link.watch.fail(error);
          });
      }
    }
  }

  #judge(reason: string | undefined): void {
    if (reason !== undefined) throw brokeProtocolError(this.#job.connection, reason);
  }

  /** Never rejects: what the host does not take shows in how the channel ends. */
  async #send(channel: Channel, watch: LinkWatch): Promise<void> {
    const bundle = this.#bundle ?? new Uint8Array();
    this.#bundle = undefined;
    try {
      for (let at = 0; at < bundle.length && !watch.isOver; at += pieceBytes) {
        await channel.write(bundle.subarray(at, at + pieceBytes));
        watch.heard();
      }
      channel.end();
    } catch {
      // The channel is gone, and its output says why.
    }
  }

  async #take(frame: Frame, watch: LinkWatch): Promise<void> {
    this.#judge(this.#rules.broken(frame));
    if (frame.type === 'noise') {
      this.#heard.line(frame.text);
      return;
    }
    if (frame.type !== 'beat' || this.#stage.mayTakeLong) watch.heard();
    switch (frame.type) {
      case 'ready':
        this.#directory = frame.directory;
        this.#collector.directory(frame.directory);
        return;
      case 'data':
        if (frame.log.endsWith('.ev')) await this.#takeEvents(frame.bytes);
        else this.#collector.output(frame.log, frame.bytes);
        return;
      case 'done':
      case 'died':
        this.#ended ??= frame.type;
        watch.heardLast();
        return;
      case 'fail':
        this.#gaveUp = frame.message;
        return;
      case 'cut':
        this.#collector.cut(frame.log);
        if (!this.#cutLogs.has(frame.log))
          this.#notice(`output of ${frame.size} bytes exceeds the limit; the rest is not read`);
        this.#cutLogs.add(frame.log);
        return;
      case 'beat':
      case 'broken':
        return;
    }
  }

  async #takeEvents(bytes: Uint8Array): Promise<void> {
    for (const text of this.#lines.push(bytes)) {
      const line = parseHostLine(text);
      this.#judge(this.#eventRules.broken(line));
      this.#stage.line(line);
      await this.#collector.line(line);
    }
  }

  #verdict(exit: ExitStatus, heard: string): Ending {
    if (this.#ended === 'done') return { outcome: 'ok', reason: '' };
    if (this.#gaveUp !== undefined) return gaveUpEnding(this.#heard.clean(this.#gaveUp));
    if (this.#ended === 'died') {
      const wordless = this.#collector.wordless();
      return wordless.outcome === 'failed' ? wordless : killedEnding;
    }
    return earlyEnding(exit, heard, this.#directory !== undefined);
  }

  /** Throws, unless the run had come to its end, and only the channel did not. */
  #waitedInVain(error: WaitOver, link: Link): Ending {
    if (error.wait !== 'close') {
      const lastFact = this.#heard.clean(this.#stage.lastFact);
      throw waitOverError(this.#job.connection, error, this.#words(link), lastFact);
    }
    this.#notice(`the run ended, but its channel did not close within ${error.limitMs / 1000} s`);
    return this.#verdict({ status: null, signal: null }, '');
  }

  #words(link: Link): string {
    return this.#heard.text(link.parser.unfinished, link.stderr());
  }

  #notice(message: string): void {
    this.#emit({ type: 'notice', host: this.#job.host, message });
  }

  /** Passes the operator's wishes to the host, each by an exec of its own on the same connection. */
  #listenForStops(session: Session): () => void {
    const tell = (file: 'stop' | 'cancel') => () => {
      if (this.#directory === undefined) {
        session.close();
        return;
      }
      sendControl(session, this.#job.connection, this.#directory, file, this.#tools.becomePassword).catch(
        () => undefined,
      );
    };
    const drop = (): void => {
      session.close();
    };
    const { stop, cancel, abandon } = this.#tools.signals;
    const listeners = [
      [stop, tell(this.#changesNothing() ? 'cancel' : 'stop')],
      [cancel, tell('cancel')],
      [abandon, drop],
    ] as const;
    for (const [signal, listener] of listeners) signal.addEventListener('abort', listener, { once: true });
    return () => {
      for (const [signal, listener] of listeners) signal.removeEventListener('abort', listener);
    };
  }

  #changesNothing(): boolean {
    return this.#job.settings.action !== 'apply' && this.#job.settings.action !== 'rollback';
  }
}
