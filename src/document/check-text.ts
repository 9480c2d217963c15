// What makes a text no YAML before a parser looks at it: bytes that are no UTF-8, control characters, old line ends.
import { ConfigError, type Issue, type Location } from '../model/index.ts';

/** A file's name, as messages show it, and its text. */
export interface SourceFile {
  readonly file: string;
  readonly text: string;
}

/** Decodes the bytes of a file. Throws ConfigError at the first byte that is no UTF-8. */
export function decodeText(file: string, bytes: Uint8Array): SourceFile {
  const wide = wideEncoding(bytes);
  if (wide !== undefined) throw encodingError(`the file is ${wide} text`, { file, line: 1, column: 1 });
  try {
    return { file, text: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes) };
  } catch {
    throw encodingError('the file is not UTF-8 text', firstBadByte(file, bytes));
  }
}

/** Characters that YAML does not have, each line once. */
export function checkCharacters({ file, text }: SourceFile): Issue[] {
  return text.split('\n').flatMap((line, index) => {
    const at = line.search(notInYaml);
    return at < 0 ? [] : [characterIssue(line[at] ?? '', { file, line: index + 1, column: at + 1 })];
  });
}

// A carriage return is one only where no line feed follows; a byte order mark only behind the start of the text.
const notInYaml =
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u0084\u0086-\u009f\ufeff\ufffe\uffff]|\r(?!$)/;

function characterIssue(character: string, location: Location): Issue {
  const code = 'CONFIG_CHARACTER';
  if (character === '\r') {
    const hint = 'save the file with line ends of Unix (LF) or Windows (CR LF)';
    return { code, message: 'a carriage return inside a line', location, hint };
  }
  const name = `U+${character.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}`;
  const hint = 'remove it; in double quotes you can write it as an escape, such as "\\x07"';
  return { code, message: `the character ${name} cannot stand in YAML`, location, hint };
}

/** UTF-16 begins with a mark, or every other byte of its first characters, which are ASCII, is NUL; UTF-32 has more. */
function wideEncoding([first, second, third, fourth]: Uint8Array): string | undefined {
  if (first === 0 && second === 0) return 'UTF-32';
  if (first !== 0 && second === 0 && third === 0 && fourth === 0) return 'UTF-32';
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)) return 'UTF-16';
  if ((first === 0 && third === 0) || (second === 0 && fourth === 0)) return 'UTF-16';
  return undefined;
}

function firstBadByte(file: string, bytes: Uint8Array): Location {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  let line = 1;
  let start = 0;
  while (start < bytes.length) {
    const found = bytes.indexOf(0x0a, start);
    const end = found < 0 ? bytes.length : found + 1;
    try {
      decoder.decode(bytes.subarray(start, end));
    } catch {
      const good = new TextDecoder().decode(bytes.subarray(start, end));
      return { file, line, column: Math.max(good.indexOf('\ufffd'), 0) + 1 };
    }
    line += 1;
    start = end;
  }
  return { file, line: 1, column: 1 };
}

function encodingError(message: string, location: Location): ConfigError {
  const hint = 'save it as UTF-8';
  return new ConfigError([{ code: 'CONFIG_ENCODING', message, location, hint }]);
}
