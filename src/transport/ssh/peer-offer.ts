// Which host key algorithms a peer offers. Its first message says so in plain text (RFC 4253, 7.1), and ssh2 does not pass it on.
import type { Duplex } from 'node:stream';

/** The longest packet that ssh takes before a key exchange. */
const mostBytes = 64 * 1024;
const kexInit = 20;
const cookieBytes = 16;

/** Listens to a socket until the first message behind the banner is whole. */
export class PeerOffer {
  #heard: Buffer = Buffer.alloc(0);
  #hostKeys: readonly string[] = [];

  constructor(socket: Duplex) {
    const listen = (chunk: Buffer): void => {
      this.#heard = Buffer.concat([this.#heard, chunk]);
      const offered = hostKeysIn(this.#heard);
      if (offered === undefined && this.#heard.length < mostBytes) return;
      this.#hostKeys = offered ?? [];
      this.#heard = Buffer.alloc(0);
      socket.off('data', listen);
    };
    socket.on('data', listen);
  }

  /** The algorithms for which the peer has a certificate, by the names of those without one. Empty until it offered anything. */
  get certified(): readonly string[] {
    return this.#hostKeys.flatMap((name) => /^(.*)-cert-v\d\d@/.exec(name)?.[1] ?? []);
  }
}

/** Undefined while more must come; nothing for a peer that breaks the protocol, which ssh2 finds out. */
function hostKeysIn(heard: Buffer): readonly string[] | undefined {
  const [banner] = /^SSH-[^\n]*\n/m.exec(heard.toString('latin1')) ?? [];
  if (banner === undefined) return undefined;
  const packet = heard.subarray(heard.indexOf(banner, 0, 'latin1') + banner.length);
  if (packet.length < 4) return undefined;
  const length = packet.readUInt32BE(0);
  if (length > mostBytes) return [];
  if (packet.length < 4 + length) return undefined;
  const payload = packet.subarray(5, 4 + length);
  if (payload[0] !== kexInit) return [];
  const exchanges = textAt(payload, 1 + cookieBytes);
  return exchanges === undefined ? [] : (textAt(payload, exchanges.end)?.text.split(',') ?? []);
}

/** A string behind its length; undefined when it is not whole. */
function textAt(payload: Buffer, at: number): { readonly text: string; readonly end: number } | undefined {
  if (payload.length < at + 4) return undefined;
  const end = at + 4 + payload.readUInt32BE(at);
  return end > payload.length ? undefined : { text: payload.toString('latin1', at + 4, end), end };
}
