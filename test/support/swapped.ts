// Faults that a test plants in a script. A fault that is not planted proves nothing.

/** The text with another in place of the first such part. Throws if there is none. */
export function swapFirst(text: string, part: string, other: string): string {
  return text.replace(present(text, part), () => other);
}

/** The text with another in place of each such part. Throws if there is none. */
export function swapAll(text: string, part: string, other: string): string {
  return text.replaceAll(present(text, part), () => other);
}

function present(text: string, part: string): string {
  if (!text.includes(part))
    throw new Error(`this text has no ${JSON.stringify(part)}, so no fault is planted`);
  return part;
}
