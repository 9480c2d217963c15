// What a host or another program says, as it may stand in a message of one line.

/** The text with blanks in the place of all that is not printable ASCII. */
export function plain(text: string): string {
  return text.replace(/[^\x20-\x7e]+/g, ' ');
}

/** The same, 200 characters at most. */
export function printable(text: string): string {
  return plain(text).slice(0, 200);
}
