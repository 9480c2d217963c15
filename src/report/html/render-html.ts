// The page of a report: one file that holds program, looks and data, and asks for nothing.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { escapeXml } from '../escape.ts';
import type { PageData } from './page-data.ts';

const titleMark = '<!--title-->';
const dataMark = '<!--data-->';

/** The page without data, as the build makes it. It lies beside this file. Throws Error where it was not built. */
export function readPageTemplate(): string {
  return readFileSync(join(import.meta.dirname, 'report-page.html'), 'utf8');
}

/** The page in pieces. Nothing in the data is ever markup: no `<` is in it, and its texts have no character that is unseen. */
export function renderHtml(data: PageData, template: string): readonly string[] {
  const [before = '', rest = ''] = parted(
    template.replaceAll(titleMark, () => escapeXml(data.sentence)),
    dataMark,
  );
  return [before, JSON.stringify(data).replaceAll('<', '\\u003c'), rest];
}

function parted(text: string, mark: string): readonly string[] {
  const at = text.indexOf(mark);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + mark.length)];
}
