// What of a script only a reader needs, left out: lines that are a comment and nothing else. The lines stay, empty, so that sh names
// the same numbers in what it says.
import { scanScript } from './scan-script.ts';

/** The text without its comment lines. A line in a quoted text or a here-document is no comment, whatever it begins with. */
export function withoutComments(text: string): string {
  let [kept, from] = ['', 0];
  for (const start of scanScript(text).comments.toSorted((a, b) => a - b)) {
    const line = text.lastIndexOf('\n', start - 1) + 1;
    // A part of the text may have been scanned twice.
    if (line < from || text.slice(line, start).trim() !== '') continue;
    kept += text.slice(from, line);
    const end = text.indexOf('\n', start);
    from = end < 0 ? text.length : end;
  }
  return kept + text.slice(from);
}
