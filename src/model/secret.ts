// A text that is not to be seen: whatever prints or serialises it shows a placeholder, whatever holds it.

const placeholder = '(secret)';

/**
 * Holds a secret text. Printing it, in whatever way and also inside of other values, shows `(secret)`; JSON has that
 * word, and structuredClone an empty object. Only `reveal` gives the text.
 */
export class Secret {
  // A private field of the language, not of TypeScript: nothing but this class can see it, nor list or copy it.
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  /** The text, for who sends it to a host or must hold something against it. */
  reveal(): string {
    return this.#text;
  }

  toString(): string {
    return placeholder;
  }

  toJSON(): string {
    return placeholder;
  }

  [Symbol.toPrimitive](): string {
    return placeholder;
  }

  /** What util.inspect and console.log show. */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return placeholder;
  }
}
