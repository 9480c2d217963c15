// The HTML report: from a run to its page. What runs in the reader's browser is in src/page.
export { encodePage, type PageContext } from './encode-page.ts';
export { pageJson, pagePolicy, renderHtml } from './render-html.ts';
export { renderProblem, renderRuns, type RunsPage } from './render-runs.ts';
export type * from './page-data.ts';
