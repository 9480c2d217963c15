// The HTML report: from a run to its page. What runs in the reader's browser is in src/page.
export { encodePage, type PageContext } from './encode-page.ts';
export { readPageTemplate, renderHtml } from './render-html.ts';
export { SinceWhen } from './since.ts';
export type * from './page-data.ts';
