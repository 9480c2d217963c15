// The lines of a file that may be anybody's, one after another: each is UTF-8 and of a bounded length, however long the file.
import { MusterError } from './errors.ts';

const newline = 0x0a;
const decoder = new TextDecoder('utf-8', { fatal: true });
/** Bytes of the beginning of a line that say whether it is wanted. */
const beginningBytes = 64;

/** One line; `text` is undefined for a line that nobody wanted, and `isWhole` false for the last one without its end. */
export interface Line {
  readonly text: string | undefined;
  readonly isWhole: boolean;
}

/** What is wanted of a file. */
export interface LineLimits {
  /** Bytes that a line may have. */
  readonly most: number;
  /** Whether a line that begins so is not wanted; then it may have any length. */
  readonly isUnwanted: (beginning: string) => boolean;
}

/** Gives the lines. Throws MusterError RECORD_SHAPE, with the number of the line, for one that is too long or no UTF-8. */
export async function* linesOf(bytes: AsyncIterable<Uint8Array>, limits: LineLimits): AsyncGenerator<Line> {
  const line = new GrowingLine(limits);
  for await (const piece of bytes) {
    let from = 0;
    for (let end = piece.indexOf(newline); end >= 0; end = piece.indexOf(newline, from)) {
      line.add(piece.subarray(from, end));
      yield { text: line.end(), isWhole: true };
      from = end + 1;
    }
    line.add(piece.subarray(from));
  }
  if (!line.isEmpty) yield { text: line.rest(), isWhole: false };
}

/** The line that is being read. */
class GrowingLine {
  readonly #limits: LineLimits;
  #pieces: Uint8Array[] = [];
  #size = 0;
  #number = 1;
  #isUnwanted: boolean | undefined;

  constructor(limits: LineLimits) {
    this.#limits = limits;
  }

  get isEmpty(): boolean {
    return this.#size === 0;
  }

  add(bytes: Uint8Array): void {
    this.#size += bytes.length;
    if (this.#isUnwanted === true) return;
    if (bytes.length > 0) this.#pieces.push(bytes);
    if (this.#isUnwanted === undefined && this.#size >= beginningBytes) this.#look();
    if (this.#pieces.length > 0 && this.#size > this.#limits.most)
      throw this.#error(`it is longer than ${this.#limits.most} bytes`);
  }

  /** The whole line; the next one begins. */
  end(): string | undefined {
    if (this.#isUnwanted === undefined) this.#look();
    const text = this.#isUnwanted === true ? undefined : this.#text();
    this.#pieces = [];
    this.#size = 0;
    this.#isUnwanted = undefined;
    this.#number += 1;
    return text;
  }

  /** What stands behind the last line end; undefined when it ends within a character, too. */
  rest(): string | undefined {
    try {
      return this.end();
    } catch {
      return undefined;
    }
  }

  #look(): void {
    const beginning = Buffer.from(this.#bytes().subarray(0, beginningBytes)).toString('latin1');
    this.#isUnwanted = this.#limits.isUnwanted(beginning);
    if (this.#isUnwanted) this.#pieces = [];
  }

  #text(): string {
    try {
      return decoder.decode(this.#bytes());
    } catch {
      throw this.#error('it is no UTF-8');
    }
  }

  /** Most lines come in one piece. */
  #bytes(): Uint8Array {
    const [only] = this.#pieces;
    return only !== undefined && this.#pieces.length === 1 ? only : Buffer.concat(this.#pieces);
  }

  #error(problem: string): MusterError {
    return new MusterError('RECORD_SHAPE', `line ${this.#number}: ${problem}`);
  }
}
