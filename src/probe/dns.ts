// Asking a DNS server from outside, as its clients do: again when a datagram is lost, and over TCP when an answer
// does not fit into one.
import { withDeadline } from './deadline.ts';
import type { DnsAnswer, DnsQuestion } from './message.ts';
import { findServer, type Lookup, lookupBySystem, lost, type Server, type Silence } from './server.ts';
import { askTcp } from './tcp.ts';
import { askUdp } from './udp.ts';

/** Whom to ask what, and how. */
export interface DnsQuery extends DnsQuestion {
  /** IPv4 or IPv6 address, or a name that has one. */
  readonly address: string;
  readonly port: number;
  readonly transport: 'udp' | 'tcp';
}

/** An answer, or why there is none. */
export type DnsReply = DnsAnswer | Silence;

export interface AskOptions {
  /** For one try over UDP; over TCP, where the kernel does the trying, all tries are one. Default 2000. */
  readonly timeoutMs?: number;
  /** Default 3. */
  readonly tries?: number;
  /** Stops the waiting. */
  readonly signal?: AbortSignal;
  /** Finds the address of a name; by default with the system. */
  readonly lookup?: Lookup;
}

/**
 * Asks. Never rejects, and is over after `tries` times `timeoutMs`; that long again when the answer was truncated, and
 * when the address is a name, which must be found first.
 */
export async function askDns(query: DnsQuery, options: AskOptions = {}): Promise<DnsReply> {
  const { timeoutMs = 2000, tries = 3, signal, lookup = lookupBySystem } = options;
  const server = await withDeadline<Server | Silence>(
    { timeoutMs: timeoutMs * tries, signal },
    () => ({ ...lost, problem: `the address of ${query.address} was not found in time` }),
    (settle) => {
      findServer(query.address, query.port, lookup).then(settle, () => {
        settle({ ...lost, problem: `the address of ${query.address} was not found` });
      });
    },
  );
  if ('kind' in server) return server;
  if (query.transport === 'tcp') return await askTcp(server, query, timeoutMs * tries, signal);
  let last: Silence = lost;
  for (let attempt = 0; attempt < tries; attempt++) {
    const reply = await askUdp(server, query, timeoutMs, signal);
    if (reply.kind === 'answer') return reply;
    if (reply.kind === 'truncated') {
      return behindTruncation(await askTcp(server, query, timeoutMs * tries, signal));
    }
    last = reply;
    if (!reply.retry) break;
  }
  return last;
}

function behindTruncation(reply: DnsReply): DnsReply {
  if (reply.kind === 'answer') return reply;
  return { ...reply, problem: `a truncated answer, and over tcp: ${reply.problem}` };
}
