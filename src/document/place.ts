// From offsets in a text to lines and columns.
import type { Location } from '../model/index.ts';

/** The place of an offset in a text; line and column count from 1. */
export function placeOf(file: string, text: string, offset: number): Location {
  const before = text.slice(0, offset);
  return { file, line: before.split('\n').length, column: before.length - before.lastIndexOf('\n') };
}
