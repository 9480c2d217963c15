// Whom a question goes to, and the ways in which nothing comes back.
import { lookup as systemLookup } from 'node:dns/promises';
import { isIP } from 'node:net';

/** A server as the sockets want it. */
export interface Server {
  readonly address: string;
  readonly family: 4 | 6;
  readonly port: number;
}

/** No answer, and why. */
export interface Silence {
  readonly kind: 'silence';
  /** In words for a person, e.g. `no answer`, `connection refused`. */
  readonly problem: string;
  /** Asking again might help. */
  readonly retry: boolean;
}

/** Nothing came in time; a datagram may have been lost. */
export const lost: Silence = { kind: 'silence', problem: 'no answer', retry: true };

/** The operator does not want to wait for it. */
export const stopped: Silence = { kind: 'silence', problem: 'not asked to the end: stopped', retry: false };

/** The address of a name, or an error with a code. */
export type Lookup = (name: string) => Promise<{ readonly address: string; readonly family: number }>;

/** As the system does it; IPv4 goes first where a name has both. */
export const lookupBySystem: Lookup = (name) => systemLookup(name, { verbatim: false });

/** Finds the address behind a name. Never rejects, and takes as long as the lookup. */
export async function findServer(address: string, port: number, lookup: Lookup): Promise<Server | Silence> {
  const family = isIP(address);
  if (family === 4 || family === 6) return { address, family, port };
  try {
    const found = await lookup(address);
    return { address: found.address, family: found.family === 6 ? 6 : 4, port };
  } catch (error) {
    const problem = `${address} has no address (${codeOf(error) || 'lookup failed'})`;
    return { kind: 'silence', problem, retry: false };
  }
}

const problemsByCode: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'connection reset',
  EPIPE: 'connection reset',
  ETIMEDOUT: 'no answer',
};

/** What the kernel says about a server that cannot be asked. */
export function describeNetworkError(error: unknown): Silence {
  const code = codeOf(error);
  return { kind: 'silence', problem: problemsByCode[code] ?? `cannot be asked (${code})`, retry: false };
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}
