// Masks secrets by value in text that comes back from hosts, also in base64 and URL form, also across pieces.

const mask = '[secret]';
/** Shorter values would mask half of the alphabet. */
const shortestSecret = 4;

/** The forms in which a secret may show: itself, each of its lines, base64 and percent-encoding. */
export function secretForms(secrets: Iterable<string>): readonly string[] {
  const forms = new Set<string>();
  for (const secret of secrets) {
    for (const part of [secret, ...secret.split('\n')]) {
      if (part.length < shortestSecret) continue;
      forms.add(part);
      forms.add(encodeURIComponent(part));
      for (const form of base64Cores(part)) forms.add(form);
    }
  }
  return [...forms].filter((form) => form.length >= shortestSecret).toSorted((a, b) => b.length - a.length);
}

// In base64 a value's text depends on its offset modulo 3; the middle of each of the three forms is stable.
function base64Cores(secret: string): string[] {
  const bytes = Buffer.from(secret);
  const cores: string[] = [];
  for (let shift = 0; shift < 3; shift++) {
    const text = Buffer.concat([Buffer.alloc(shift), bytes])
      .toString('base64')
      .replace(/=+$/, '');
    const start = shift === 0 ? 0 : shift + 1;
    const core = text.slice(start, text.length - ((shift + bytes.length) % 3 === 0 ? 0 : 1));
    if (core.length >= 8) cores.push(core);
  }
  return cores;
}

/** Replaces every form of a secret in a whole text. */
export function maskText(text: string, forms: readonly string[]): string {
  return forms.reduce((masked, form) => masked.replaceAll(form, mask), text);
}

/** Masks a stream of text pieces: holds back just so much that a secret split over two pieces is still seen whole. */
export class StreamMask {
  readonly #forms: readonly string[];
  readonly #longest: number;
  #held = '';

  constructor(forms: readonly string[]) {
    this.#forms = forms;
    this.#longest = forms[0]?.length ?? 0;
  }

  /** Takes a piece; gives what is safe to show. */
  push(piece: string): string {
    if (this.#longest === 0) return piece;
    const text = maskText(this.#held + piece, this.#forms);
    const keep = this.#tailThatMayGrow(text);
    this.#held = text.slice(text.length - keep);
    return text.slice(0, text.length - keep);
  }

  /** The rest, when the stream ended. */
  flush(): string {
    const rest = this.#held;
    this.#held = '';
    return rest;
  }

  #tailThatMayGrow(text: string): number {
    for (let length = Math.min(this.#longest - 1, text.length); length > 0; length--) {
      const tail = text.slice(text.length - length);
      if (this.#forms.some((form) => form.startsWith(tail))) return length;
    }
    return 0;
  }
}
