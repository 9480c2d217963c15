// The live view has a library of its own, which is loaded when a terminal is there to show it.
import type { ListrReporter, ListrReporterOptions } from './listr-reporter.ts';

/** Gives `listrReporter`. */
export async function loadListrReporter(): Promise<(options: ListrReporterOptions) => ListrReporter> {
  return (await import('./listr-reporter.ts')).listrReporter;
}
