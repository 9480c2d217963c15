// A transport that counts what each host cost. A connection counts when it is up, an exec when it was accepted.
import type { Session, Transport } from './port.ts';

// What one host cost so far.
interface TransportCounts {
  readonly connections: number;
  readonly execs: number;
}

/** A transport that remembers its costs per host name; hosts never reached count zero. */
export interface CountingTransport extends Transport {
  counts(host: string): TransportCounts;
}

/** Wraps a transport; passes everything through unchanged. */
export function countingTransport(inner: Transport): CountingTransport {
  const countsByHost = new Map<string, TransportCounts>();
  function counts(host: string): TransportCounts {
    return countsByHost.get(host) ?? { connections: 0, execs: 0 };
  }
  function add(host: string, connections: number, execs: number): void {
    const before = counts(host);
    countsByHost.set(host, { connections: before.connections + connections, execs: before.execs + execs });
  }
  return {
    counts,
    async connect(host, signal): Promise<Session> {
      const session = await inner.connect(host, signal);
      add(host.name, 1, 0);
      return {
        ...(session.notes === undefined ? {} : { notes: session.notes }),
        async exec(command) {
          const channel = await session.exec(command);
          add(host.name, 0, 1);
          return channel;
        },
        close: () => {
          session.close();
        },
      };
    },
  };
}
