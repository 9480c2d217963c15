// What a host said that is no frame: kept for the moment when somebody asks why nothing else came.
import { hostBounds } from '../protocol/index.ts';
import { RemoteMask } from './remote-mask.ts';

const keptLines = hostBounds.noiseLines.limit;
const keptCharacters = 200;
// Of a long text only the end is masked: enough that nothing of a secret which is cut there comes to be shown.
const maskedCharacters = 4096;
const readCharacters = 1000;

/** Collects lines of chatter; keeps the last few. Secrets in them are masked. */
export class Heard {
  readonly #mask: RemoteMask;
  #lines: readonly string[] = [];

  constructor(secretForms: readonly string[]) {
    this.#mask = new RemoteMask(secretForms);
  }

  line(text: string): void {
    this.#lines = [...this.#lines, text].slice(-keptLines);
  }

  /** The last lines and `more`, each with its end only, joined in one line of printable text; empty for nothing. */
  text(...more: readonly string[]): string {
    return [...this.#lines, ...more]
      .map((text) => this.clean(text))
      .filter((text) => text !== '')
      .join(' / ');
  }

  /** One text of the host's, fit for a message. */
  clean(text: string): string {
    return lastWords(this.#mask.text(text.slice(-maskedCharacters)).slice(-readCharacters));
  }
}

// The end of a text is where a prompt or an error stands. Control characters would speak to the terminal.
function lastWords(text: string): string {
  const words = text.replace(/[\s\p{Cc}\p{Cf}]+/gu, ' ').trim();
  return words.length > keptCharacters ? `...${words.slice(-keptCharacters)}` : words;
}
