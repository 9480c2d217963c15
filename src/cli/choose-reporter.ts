// The reporter of a run on: lines of JSON, a live picture, plain lines, or nobody.
import type { EventListener } from '../model/index.ts';
import type { NdjsonReporter } from '../report/index.ts';
import { loadListrReporter, plainReporter, styleFor } from '../report/index.ts';
import type { Config } from '../sources/index.ts';
import type { FleetOptions } from './options.ts';
import { colorEnvironment } from './print-text.ts';

/** The reporter for this terminal and these options; `finish` leaves the terminal as it was. */
export async function chooseReporter(
  options: FleetOptions,
  config: Config,
  ndjson: NdjsonReporter | undefined,
): Promise<{ emit: EventListener; finish: () => Promise<void> }> {
  const done = (): Promise<void> => Promise.resolve();
  if (ndjson !== undefined) return { emit: ndjson, finish: done };
  if (options.quiet === true) return { emit: () => undefined, finish: done };
  if (process.stderr.isTTY && options.verbose !== true && process.env['TERM'] !== 'dumb') {
    const listrReporter = await loadListrReporter();
    const live = listrReporter({
      stream: process.stderr,
      style: styleFor(colorEnvironment(config), process.stderr),
      keepRows: !process.stdout.isTTY,
    });
    return { emit: live, finish: () => live.finish() };
  }
  return {
    emit: plainReporter({ write: (text) => process.stderr.write(text), verbose: options.verbose === true }),
    finish: done,
  };
}
