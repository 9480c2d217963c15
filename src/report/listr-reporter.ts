// The live view on a terminal. listr2 owns the life of the display and guards the stream against stray writes; what
// the rows say comes from live-rows.ts. listr2's own renderer is not used: it loses rows on short terminals, looks
// at stdout although progress goes to stderr, and brings signal handlers along.
import { stripVTControlCharacters } from 'node:util';
import { Listr, ProcessOutput } from 'listr2';
import type { EventListener } from '../model/index.ts';
import { displayWidth } from './layout.ts';
import { liveRows } from './live-rows.ts';
import { Progress } from './progress.ts';
import type { Style } from './style.ts';

export interface ListrReporterOptions {
  /** The stream for the rows, a terminal; progress belongs on stderr. */
  readonly stream: NodeJS.WriteStream;
  readonly style: Style;
  /** Leave the last rows standing, for when the result does not follow on the same terminal. Default false. */
  readonly keepRows?: boolean;
}

/** A listener that keeps rows up to date; `finish` gives the terminal back (cursor shown) and may be called twice. */
export interface ListrReporter extends EventListener {
  finish(): Promise<void>;
}

/** How often the rows are looked at; they are only painted when they changed. */
const repaintMs = 100;

/** Shows a run as it goes on. Installs no signal handlers: code that handles signals calls `finish`. */
export function listrReporter(options: ListrReporterOptions): ListrReporter {
  const progress = new Progress();
  let end = (): void => undefined;
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  let running: Promise<unknown> | undefined;
  const report: EventListener = (event) => {
    progress.record(event);
    if (event.type !== 'run-started' || running !== undefined) return;
    running = new Listr([{ task: () => ended }], {
      renderer: RowsRenderer,
      rendererOptions: { ...options, progress },
      registerSignalListeners: false,
      exitOnError: false,
    }).run();
  };
  const finish = async (): Promise<void> => {
    end();
    await running;
  };
  return Object.assign(report, { finish });
}

interface RowsOptions extends ListrReporterOptions {
  readonly progress: Progress;
}

/** A listr2 renderer that repaints a block of rows in place. */
class RowsRenderer {
  static readonly nonTTY = true;
  static readonly rendererOptions: Record<PropertyKey, unknown> = {};
  static readonly rendererTaskOptions: Record<PropertyKey, unknown> = {};
  private readonly options: RowsOptions;
  private readonly output: ProcessOutput;
  private timer: NodeJS.Timeout | undefined;
  private painted: readonly string[] = [];

  constructor(_tasks: unknown, options: Record<PropertyKey, unknown>) {
    this.options = options as unknown as RowsOptions;
    const { stream } = this.options;
    this.output = new ProcessOutput(stream, stream, { leaveEmptyLine: false });
  }

  /** Called by listr2 when the display begins. */
  render = (): void => {
    this.output.hijack();
    // Should the process end without `finish`, the cursor must not stay hidden.
    process.once('exit', this.end);
    this.timer = setInterval(this.repaint, repaintMs);
    this.timer.unref();
    this.repaint();
  };

  /** Called by listr2 when the display ends. */
  end = (): void => {
    if (this.timer === undefined) return;
    clearInterval(this.timer);
    this.timer = undefined;
    process.removeListener('exit', this.end);
    if (this.options.keepRows === true) this.repaint();
    else this.output.toStdout(this.erase(), false);
    this.output.release();
  };

  private readonly repaint = (): void => {
    const { stream, style, progress } = this.options;
    const columns = stream.columns > 0 ? stream.columns : style.columns;
    const height = stream.rows > 0 ? stream.rows : 24;
    const rows = liveRows(progress, { ...style, columns }, height - 1);
    if (rows.join('\n') === this.painted.join('\n')) return;
    this.output.toStdout(`${this.erase()}${rows.map((row) => `${row}\n`).join('')}`, false);
    this.painted = rows;
  };

  /** Up to the first painted line and clear from there; rows that a narrowed terminal wrapped count as it shows them. */
  private erase(): string {
    const columns =
      this.options.stream.columns > 0 ? this.options.stream.columns : this.options.style.columns;
    const taken = this.painted.map((row) =>
      Math.max(1, Math.ceil(displayWidth(stripVTControlCharacters(row)) / columns)),
    );
    const lines = taken.reduce((sum, number) => sum + number, 0);
    return lines === 0 ? '' : `\u001b[${lines}A\r\u001b[0J`;
  }
}
