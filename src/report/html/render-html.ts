// The page of a report: one file that holds program, looks and data, and asks for nothing; or, when it is served, for what is
// new of a run that goes on.
import { escapeXml } from '../escape.ts';
import type { PageData } from './page-data.ts';

const titleMark = '<!--title-->';
const dataMark = '<!--data-->';
const connectMark = '<!--connect-->';

/** The page in pieces; `template` is what the build makes of src/page. Nothing in the data is ever markup: no `<` is in it, and its texts have no character that is unseen. */
export function renderHtml(data: PageData, template: string): readonly string[] {
  const [before = '', rest = ''] = parted(
    template
      .replaceAll(titleMark, () => escapeXml(data.sentence))
      .replace(connectMark, data.served?.live === undefined ? '' : " connect-src 'self';"),
    dataMark,
  );
  return [before, pageJson(data), rest];
}

/** The data as it stands in the page. */
export function pageJson(data: PageData): string {
  return JSON.stringify(data).replaceAll('<', '\\u003c');
}

/** The content security policy that stands in a page. */
export function pagePolicy(page: string): string {
  return /http-equiv="Content-Security-Policy"\s+content="([^"]*)"/.exec(page)?.[1] ?? "default-src 'none'";
}

function parted(text: string, mark: string): readonly string[] {
  const at = text.indexOf(mark);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + mark.length)];
}
