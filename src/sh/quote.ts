// The one door through which a value becomes sh text.
import { MusterError } from '../model/index.ts';

/** A word that every sh reads back as exactly `value`. Throws for NUL, which no shell variable can hold. */
export function quote(value: string): string {
  if (value.includes('\0'))
    throw new MusterError('BUNDLE_NUL', 'a value holds a NUL byte, which no shell can store');
  return `'${value.replaceAll("'", `'\\''`)}'`;
}

/** `NAME='VALUE'` lines for sh to source, in the order given. Names must be shell names. */
export function assignments(values: Iterable<readonly [string, string]>): string {
  let text = '';
  for (const [name, value] of values) {
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) {
      throw new MusterError('BUNDLE_NAME', `'${name}' is no shell variable name`);
    }
    text += `${name}=${quote(value)}\n`;
  }
  return text;
}
