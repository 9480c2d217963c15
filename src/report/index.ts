// The face of report: results as text, JSON, JUnit, Markdown, CSV, metrics or a page, and listeners that show a run while it goes on.
export { escapeTerminal, stringifyJson } from './escape.ts';
export { count } from './layout.ts';
export { type Style, type Target, plainStyle, styleFor } from './style.ts';
export { type PlanExtra, renderPlan } from './render-plan.ts';
export { renderApply, renderRollback } from './render-apply.ts';
export { type VerifyExtra, renderVerify } from './render-verify.ts';
export { type CompareExtra, renderCompare } from './render-compare.ts';
export { renderChanges } from './render-changes.ts';
export { baselineJson, changesJson, fleetComparisonJson } from './comparison-json.ts';
export { renderUndo } from './render-undo.ts';
export { renderExec } from './render-exec.ts';
export {
  type InventoryView,
  renderFacts,
  renderInventory,
  renderInventoryTree,
  renderPing,
} from './render-hosts.ts';
export { originLines, renderHistory } from './render-history.ts';
export { renderHost, renderStep } from './render-host.ts';
export { type JsonExtra, type Sources, toJson } from './json.ts';
export { loadListrReporter } from './load-listr-reporter.ts';
export { type RenderOptions, renderResult } from './render-result.ts';
export type { ListrReporter, ListrReporterOptions } from './listr-reporter.ts';
export { type PlainOptions, plainReporter } from './plain-reporter.ts';
export { type NdjsonReporter, ndjsonReporter, renderJson, writeResult } from './ndjson-reporter.ts';
export { type JunitExtra, renderJunit } from './render-junit.ts';
export { type MarkdownExtra, renderMarkdown } from './render-markdown.ts';
export { renderPrometheus } from './render-prometheus.ts';
export { renderCsv } from './render-csv.ts';
export {
  encodePage,
  type PageContext,
  pageJson,
  pagePolicy,
  renderHtml,
  renderProblem,
  renderRuns,
} from './html/index.ts';
