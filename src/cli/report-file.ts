// Reports in files, beside what the terminal gets: JUnit XML for CI, Markdown for a ticket. The ending says which.
import { writeFile } from 'node:fs/promises';
import { InvalidArgumentError } from 'commander';
import type { Divergence } from '../compare/index.ts';
import { UsageError } from '../errors.ts';
import { renderJunit, renderMarkdown } from '../report/index.ts';
import type { RunResult } from '../result.ts';

type Render = (result: RunResult, extra: { readonly divergences: readonly Divergence[] }) => string;

const renderers: readonly (readonly [string, Render])[] = [
  ['.xml', renderJunit],
  ['.md', renderMarkdown],
];

/** Adds a file to those of earlier `--report` options. Throws commander's error when its ending says no format. */
export function collectReportFile(file: string, earlier: readonly string[] = []): readonly string[] {
  if (rendererOf(file) === undefined) throw new InvalidArgumentError('a file that ends in .xml or .md');
  return [...earlier, file];
}

/** Writes each report. Throws UsageError when a file cannot be written. */
export async function writeReports(
  files: readonly string[],
  result: RunResult,
  divergences: readonly Divergence[],
): Promise<void> {
  for (const file of files) {
    const text = rendererOf(file)?.(result, { divergences }) ?? '';
    try {
      await writeFile(file, text);
    } catch (cause) {
      const message = `the report cannot be written: ${cause instanceof Error ? cause.message : String(cause)}`;
      throw new UsageError('REPORT_WRITE', message, {
        cause,
        hint: 'name a file in a directory that is there',
      });
    }
  }
}

function rendererOf(file: string): Render | undefined {
  return renderers.find(([ending]) => file.endsWith(ending))?.[1];
}
