// What a peer says before SSH begins: its banner, and lines before it, in which an sshd that turns somebody away
// may say so. ssh2 passes these lines on only when a banner follows.
import type { Duplex } from 'node:stream';

const keptBytes = 1024;

/** Listens to a socket until the banner's line has come to its end. */
export class FirstWords {
  #text = '';
  #hasBanner = false;

  constructor(socket: Duplex) {
    const listen = (chunk: Buffer): void => {
      this.#text += chunk.toString('latin1', 0, keptBytes - this.#text.length);
      this.#hasBanner = /^SSH-[^\n]*\n/m.test(this.#text);
      if (this.#hasBanner || this.#text.length >= keptBytes) socket.off('data', listen);
    };
    socket.on('data', listen);
  }

  /** The banner came. False also for a peer that said a KiB of something else. */
  get hasBanner(): boolean {
    return this.#hasBanner;
  }

  /** What came before the banner; untrusted bytes as Latin-1. */
  get said(): string {
    return this.#text.replace(/^SSH-[^]*/m, '').trim();
  }
}
