// Of many rows only those that can be seen are in the document, so that a thousand hosts cost no more than fifty.
import type { RefObject } from 'preact';
import { useEffect, useState } from 'preact/hooks';

/** Height of a row of one host, in pixels; the style has the same. */
export const rowHeight = 30;
const spare = 20;
/** Fewer rows are all there. */
const fewRows = 60;

/** Which rows are in the document: `from` up to, not including, `to`. */
export function useWindow(
  frame: RefObject<HTMLElement>,
  rows: number,
  isWhole: boolean,
): { readonly from: number; readonly to: number } {
  const [first, setFirst] = useState(0);
  const all = isWhole || rows <= fewRows;
  useEffect(() => {
    const element = frame.current;
    if (element === null || all) return undefined;
    const follow = (): void => {
      setFirst(Math.floor(element.scrollTop / rowHeight));
    };
    follow();
    element.addEventListener('scroll', follow, { passive: true });
    return () => {
      element.removeEventListener('scroll', follow);
    };
  }, [frame, all, rows]);
  if (all) return { from: 0, to: rows };
  const from = Math.max(0, Math.min(first, rows - fewRows) - spare);
  return { from, to: Math.min(rows, from + fewRows + 2 * spare) };
}
