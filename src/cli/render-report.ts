// A report in the format that is asked for, as pieces of text.
import { divergencesOf } from '../compare/index.ts';
import type { RunResult } from '../model/index.ts';
import {
  encodePage,
  renderCsv,
  renderHtml,
  renderJson,
  renderJunit,
  renderMarkdown,
  renderPrometheus,
} from '../report/index.ts';
import { readPageTemplate } from './page-templates.ts';
import type { ReportContext } from './report-context.ts';
import type { ReportFormat } from './report-options.ts';

/** The text of a report; pieces, because all together may be longer than a text can be. */
export function renderReport(
  format: ReportFormat,
  result: RunResult,
  context: ReportContext,
): Promise<Iterable<string>> {
  const { summary } = context;
  const known = { divergences: divergencesOf(result) };
  switch (format) {
    case 'junit':
      return Promise.resolve([renderJunit(result, known)]);
    case 'markdown':
      return Promise.resolve([renderMarkdown(result, known)]);
    case 'prometheus':
      return Promise.resolve([renderPrometheus(result)]);
    case 'csv':
      return Promise.resolve([renderCsv(result)]);
    case 'json':
      return Promise.resolve(renderJson(result, summary === undefined ? {} : { history: summary }));
    case 'html':
      return Promise.resolve(renderHtml(encodePage(result, context), readPageTemplate()));
  }
}
