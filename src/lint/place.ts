// From offsets to lines and columns.
import type { Location } from '../model/index.ts';
import type { Complaint } from './complaint.ts';
import type { Finding } from './finding.ts';

/** The place of an offset in a text; line and column count from 1. */
export function placeOf(file: string, text: string, offset: number): Location {
  const before = text.slice(0, offset);
  return { file, line: before.split('\n').length, column: before.length - before.lastIndexOf('\n') };
}

/** Complaints about a text as findings in its file. */
export function toFindings(file: string, text: string, complaints: readonly Complaint[]): Finding[] {
  return complaints.map(({ start, ...said }) => ({ ...said, location: placeOf(file, text, start) }));
}
