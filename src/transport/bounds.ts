// How much a peer may send over one connection, whatever it is: what is over a bound breaks the protocol. docs/protocol.md
// has the same table; a test holds the two together.

const kib = 1024;
const mib = 1024 * kib;

/** Of one ssh connection, by what is counted. */
export const linkBounds = {
  /** From the peer until the login is done: banners, key exchange, answers to keys. */
  loginBytes: { what: 'bytes before the login is done', limit: mib, unit: 'bytes' },
  /** Beside what commands print, and beside four times as much as that. */
  otherBytes: { what: 'bytes of SSH that are no output', limit: 16 * mib, unit: 'bytes' },
  /** Of one command; the first 64 KiB are kept. */
  stderrBytes: { what: 'standard error of a command', limit: 16 * mib, unit: 'bytes' },
  /** That came before they were read here; the window that the peer was given is 2 MiB. */
  unreadBytes: { what: 'output over the window', limit: 4 * mib, unit: 'bytes' },
  /** Answers to the peer's requests that it does not take. */
  unsentBytes: { what: 'answers that the peer does not take', limit: 8 * mib, unit: 'bytes' },
  /** The biggest packet that a peer takes must not be smaller: each piece of a bundle is cut into such. */
  packetBytes: { what: 'the biggest packet that the peer takes', limit: kib, unit: 'bytes' },
  /** And one more for each 64 KiB that came and each 10 s. */
  keyExchanges: { what: 'key exchanges', limit: 16, unit: 'times' },
} as const satisfies Readonly<
  Record<string, { readonly what: string; readonly limit: number; readonly unit: 'bytes' | 'times' }>
>;
