// PINs of tokens (PKCS#11). A token locks itself after a few wrong ones: so one login tries a PIN, and all others wait for what
// becomes of it.
import type { Secret } from '../../model/index.ts';

/** A PIN that is given once. `done` must be called when the login is over. */
export interface GivenPin {
  readonly pin: Secret;
  done(isGood: boolean): void;
}

/** The PINs of a run. */
export class TokenPins {
  readonly #verdicts = new Map<string, Promise<boolean>>();

  /** Resolves when it is this login's turn; undefined for a PIN that was refused. */
  async take(provider: string, pin: Secret): Promise<GivenPin | undefined> {
    const key = `${provider}\0${pin.reveal()}`;
    const verdict = this.#verdicts.get(key);
    if (verdict !== undefined) return (await verdict) ? { pin, done: () => undefined } : undefined;
    let done: (isGood: boolean) => void = () => undefined;
    this.#verdicts.set(key, new Promise<boolean>((resolve) => (done = resolve)));
    return {
      pin,
      done: (isGood) => {
        done(isGood);
      },
    };
  }
}
