// What the YAML parser finds, in our words, and what to do about it.
import type { ErrorCode } from 'yaml';

/** What is wrong and, where we know, what to do. */
export interface Words {
  readonly message: string;
  readonly hint?: string;
}

const brackets = /^[^'"#]*[\w.-]\[[^\]'"]*\]/;

const wordsByCode: ReadonlyMap<ErrorCode, Partial<Words>> = new Map<ErrorCode, Partial<Words>>([
  ['TAB_AS_INDENT', { hint: 'indent with spaces' }],
  ['BAD_INDENT', { hint: 'the keys of one mapping have the same number of spaces before them' }],
  ['BAD_SCALAR_START', { hint: 'put the text in quotes' }],
  ['BAD_DQ_ESCAPE', { hint: "a backslash is an escape in double quotes; write the text in '...'" }],
  [
    'NON_STRING_KEY',
    {
      message: 'a key is a text, not a list or a mapping',
      hint: 'a name with brackets needs quotes; write an IPv6 address without brackets',
    },
  ],
  [
    'BLOCK_AS_IMPLICIT_KEY',
    {
      hint: 'a text with a colon and a space in it needs quotes; write each key of a mapping on a separate line',
    },
  ],
  ['BLOCK_IN_FLOW', { hint: 'a text that ends with a colon needs quotes' }],
  [
    'MULTILINE_IMPLICIT_KEY',
    { hint: 'a key is on one line and ends with a colon and a space: `address: ns1`' },
  ],
  ['UNEXPECTED_TOKEN', { hint: 'is a colon missing before this, or quotes around all of the text?' }],
  [
    'TAG_RESOLVE_FAILED',
    { hint: 'a text that begins with ! needs quotes; a secret is given as { from_file: PATH }' },
  ],
  ['BAD_DIRECTIVE', { hint: 'remove the line: muster reads YAML 1.2' }],
]);

/** The words for a code of the YAML parser; `line` is the text of the line that it is about, as far as the place. */
export function wordsFor(code: ErrorCode, message: string, line: string): Words {
  if (code === 'MISSING_CHAR') return missingCharacter(message, line);
  return { message, ...wordsByCode.get(code) };
}

function missingCharacter(message: string, line: string): Words {
  if (message.includes('quote'))
    return { message, hint: 'a text that begins with a quote ends with the same one' };
  if (brackets.test(line) || /[\w.-]\[?$/.test(line)) {
    const hint = "between { } or [ ] a name with brackets needs quotes, as in ['ns[1-3]', ns7]";
    return { message, hint };
  }
  return { message, hint: 'is a comma, a colon or a closing bracket missing before this?' };
}
