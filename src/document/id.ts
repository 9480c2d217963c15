// Names that people give to what they write: playbooks, steps, probes, libraries. Safe in paths, in sh and on a terminal.
import { z } from 'zod';

/** As a regular expression. */
export const idPattern = '^[a-z][a-z0-9-]*$';

export const idSchema = z.string().regex(new RegExp(idPattern), {
  error: 'expected small letters, digits and -, starting with a letter',
});

/** True for a text that is such a name. */
export function isId(text: string): boolean {
  return new RegExp(idPattern).test(text);
}
