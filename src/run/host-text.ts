// The one door through which texts of a host come in: bytes become text, secrets are masked, and the names of the run's
// private directory go.
import { ByteDecoder } from './byte-text.ts';
import { maskText, StreamMask } from './mask.ts';
import { PrivateNames, StreamNames } from './private-names.ts';

interface Stream {
  readonly decoder: ByteDecoder;
  readonly mask: StreamMask;
  readonly names: StreamNames;
}

/** The texts of one host in one run. */
export class HostText {
  readonly #forms: readonly string[];
  readonly #streams = new Map<string, Stream>();
  #names: PrivateNames | undefined;

  /** `forms` are those of the secrets to mask, longest first. */
  constructor(forms: readonly string[]) {
    this.#forms = forms;
  }

  /** Takes what the host calls the run's private directory; no text that comes later has that name. */
  directory(path: string): void {
    this.#names = PrivateNames.of(path);
  }

  /** A whole text. */
  clean(text: string): string {
    const masked = maskText(text, this.#forms);
    return this.#names?.hide(masked) ?? masked;
  }

  /** The next bytes of an output log; gives what of it can be shown by now. */
  push(log: string, bytes: Uint8Array): string {
    const { decoder, mask, names } = this.#stream(log);
    return names.push(mask.push(decoder.push(bytes)), this.#names);
  }

  /** The rest of each log, when all of them have ended. */
  flush(): readonly (readonly [log: string, text: string])[] {
    return [...this.#streams].map(([log, { decoder, mask, names }]) => {
      const rest = mask.push(decoder.end()) + mask.flush();
      return [log, names.push(rest, this.#names) + names.flush(this.#names)];
    });
  }

  #stream(log: string): Stream {
    const known = this.#streams.get(log);
    if (known !== undefined) return known;
    const fresh = { decoder: new ByteDecoder(), mask: new StreamMask(this.#forms), names: new StreamNames() };
    this.#streams.set(log, fresh);
    return fresh;
  }
}
