// The `secret` statement of BIND's grammar, token by token over the lines of a text: comments and line ends may stand
// between the keyword and its value. Words of sentences, of comments and of zones stay as they are.
import { isBase64, marked, markedLine } from './marks.ts';

const blanks = /^[ \t\r\f\v]+/;
const ends = /^[ \t\r\f\v]*[;}]/;
const endsOrComment = /^[ \t\r\f\v]*(?:$|[;}#]|\/\*|\/\/)/;
const longest = 2048;
const keyword = /^secret[:=]?$/i;

/** The rest of a line, what of it is done, and what kind of line it is. */
interface Scan {
  rest: string;
  done: string;
  /** No word was read of it yet. */
  first: boolean;
  /** It begins with a semicolon: in a zone a comment, which may hold any words. */
  readonly odd: boolean;
}

/** Masks the values of `secret` statements, line after line of one text. */
export class StatementMask {
  /** A statement may begin here. */
  #start = true;
  /** 2 behind the keyword where a statement may begin, 1 behind it elsewhere. */
  #want = 0;
  /** Of braces. A zone has none. */
  #depth = 0;
  #inComment = false;
  /** In a quoted value that goes on in the next line. */
  #inQuotes = false;
  /** A comment ended with the keyword; the next one may have its value. */
  #remarkWants = false;

  /** No value of a statement is waited for. */
  get isIdle(): boolean {
    return this.#want === 0 && !this.#inQuotes && !this.#remarkWants;
  }

  /** Masks a line, given without its newline. Long ones are cut at a blank, as the host does it. */
  line(line: string): string {
    let done = '';
    let rest = line;
    while (rest.length > longest) {
      const at = /^[^]*[ \t;{}]/.exec(rest.slice(0, longest))?.[0].length ?? longest;
      done += this.#piece(rest.slice(0, at));
      rest = rest.slice(at);
    }
    return done + this.#piece(rest);
  }

  #piece(line: string): string {
    if (this.#isPlain(line)) return line;
    const scan: Scan = { rest: line, done: '', first: true, odd: this.#depth === 0 && /^[ \t]*;/.test(line) };
    if (this.#inQuotes) {
      const end = closing(line);
      if (end === 0) {
        if (/[;{}]/.test(line)) this.#inQuotes = false;
        return markedLine(line);
      }
      this.#inQuotes = this.#start = scan.first = false;
      scan.done = `${end > 1 ? marked(line.slice(0, end - 1)) : ''}"`;
      scan.rest = line.slice(end);
    }
    while (scan.rest !== '') this.#token(scan);
    return scan.done;
  }

  /** There is nothing in a line to do but to see where it ends. Most lines are such. */
  #isPlain(line: string): boolean {
    if (!this.isIdle || /secret|\/\*|\*\//i.test(line)) return false;
    if (this.#inComment || /^[ \t\r\f\v]*(?:$|#|\/\/)/.test(line)) return true;
    if (/#|\/\/|[{}]/.test(line)) return false;
    this.#start = /[;{}][ \t\r\f\v]*$/.test(line);
    return true;
  }

  #token(scan: Scan): void {
    const { rest } = scan;
    const blank = blanks.exec(rest);
    if (this.#inComment) this.#comment(scan);
    else if (blank !== null) take(scan, blank[0].length);
    else if (rest.startsWith('/*')) {
      this.#inComment = true;
      take(scan, 2);
    } else if (this.#isLineComment(rest)) {
      scan.done += this.#remark(rest);
      scan.rest = '';
    } else if (rest.startsWith('"')) this.#quotes(scan);
    else if (/^[;{}]/.test(rest)) {
      if (rest.startsWith('{')) this.#depth++;
      else if (rest.startsWith('}')) this.#depth = Math.max(0, this.#depth - 1);
      take(scan, 1);
      this.#start = true;
      this.#want = 0;
    } else this.#word(scan);
  }

  #comment(scan: Scan): void {
    const end = scan.rest.indexOf('*/');
    this.#inComment = end === -1;
    scan.done += end === -1 ? this.#remark(scan.rest) : `${this.#remark(scan.rest.slice(0, end))}*/`;
    scan.rest = end === -1 ? '' : scan.rest.slice(end + 2);
  }

  /** Two slashes begin a comment, but base64 has slashes too. */
  #isLineComment(rest: string): boolean {
    if (rest.startsWith('#')) return true;
    return rest.startsWith('//') && !(this.#want > 0 && /^\/\/[A-Za-z0-9+/=]*[=;]/.test(rest));
  }

  #quotes(scan: Scan): void {
    const end = closing(scan.rest.slice(1));
    const value = end === 0 ? scan.rest.slice(1) : scan.rest.slice(1, end);
    const rest = end === 0 ? '' : scan.rest.slice(end + 1);
    const isValue = this.#want > 0 && (end === 0 || this.#want > 1 || this.#depth > 0 || ends.test(rest));
    if (isValue) this.#inQuotes = end === 0;
    scan.done += `"${isValue && value !== '' ? marked(value) : value}${end === 0 ? '' : '"'}`;
    scan.rest = rest;
    this.#want = 0;
    this.#start = scan.first = false;
  }

  #word(scan: Scan): void {
    const word = this.#nextWord(scan.rest);
    const rest = scan.rest.slice(word.length);
    if (this.#want > 0 && /^[=:]$/.test(word)) {
      take(scan, 1);
      return;
    }
    scan.rest = rest;
    if (this.#want > 0) {
      scan.done += this.#isValue(word, rest, scan.odd) ? marked(word) : word;
      this.#want = 0;
    } else {
      if (keyword.test(word)) this.#want = this.#start || scan.first ? 2 : 1;
      scan.done += word;
    }
    this.#start = scan.first = false;
  }

  #nextWord(rest: string): string {
    const word = /^[^ \t\r\f\v;{}"]+/.exec(rest)?.[0] ?? '';
    if (this.#want > 0) return word;
    if (/^secret(?:\/\*|\/\/|#)/i.test(word)) return word.slice(0, 6);
    const comment = word.indexOf('/*');
    return comment > 0 ? word.slice(0, comment) : word;
  }

  /** A bare word behind the keyword is its value, and not the next word of a sentence. */
  #isValue(word: string, rest: string, odd: boolean): boolean {
    if (isBase64(word)) return this.#want > 1 || ends.test(rest);
    return this.#want > 1 && !odd && endsOrComment.test(rest);
  }

  /** A comment. Words in it stay, a statement that was commented out does not. */
  #remark(text: string): string {
    const wants = this.#remarkWants;
    this.#remarkWants = /(?:^|[^A-Za-z0-9_.-])secret[ \t\r]*$/i.test(text);
    const head = wants ? (/^(?:[ \t*]|#|\/\/)*/.exec(text)?.[0] ?? '') : '';
    return head + remark(text.slice(head.length), wants);
  }
}

const value = /^(?:"([^"]+)"|[A-Za-z0-9+/=]+)/;

function remark(text: string, wants: boolean): string {
  let done = '';
  let rest = text;
  const first = value.exec(text);
  if (wants && first !== null && /^[ \t]*;/.test(text.slice(first[0].length))) {
    done =
      first[1] === undefined ? (isBase64(first[0]) ? marked(first[0]) : first[0]) : `"${marked(first[1])}"`;
    rest = text.slice(first[0].length);
  }
  for (let at = /secret[ \t]+/i.exec(rest); at !== null; at = /secret[ \t]+/i.exec(rest)) {
    const isWord = !/[A-Za-z0-9_.-]$/.test(done + rest.slice(0, at.index));
    done += rest.slice(0, at.index + at[0].length);
    rest = rest.slice(at.index + at[0].length);
    const found = value.exec(rest);
    if (!isWord || found === null) continue;
    const [all, quoted] = found;
    const behind = rest.slice(all.length);
    if (quoted !== undefined) {
      if (!isBase64(quoted) && !/^[ \t]*;/.test(behind)) continue;
      done += `"${marked(quoted)}"`;
    } else if (isBase64(all) && /^[ \t\r]*(?:$|[;}])/.test(behind)) done += marked(all);
    else continue;
    rest = behind;
  }
  return done + rest;
}

function take(scan: Scan, length: number): void {
  scan.done += scan.rest.slice(0, length);
  scan.rest = scan.rest.slice(length);
}

/** The end of a quoted text: behind its first quote without a backslash before it, or 0. */
function closing(text: string): number {
  return /^(?:[^"\\]|\\[^])*"/.exec(text)?.[0].length ?? 0;
}
