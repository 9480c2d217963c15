// One host's run over a transport that says what a test gives it: no network, no processes.
import type { RunEvent } from '../../src/model/events.ts';
import type { RunSettings } from '../../src/model/host-job.ts';
import type { HostResult } from '../../src/model/result.ts';
import { recordHost } from './recorded.ts';
import { runHost } from '../../src/run/index.ts';
import type { Channel, HostConnection, Session, Transport } from '../../src/transport/index.ts';
import { testJob, testTools } from './job.ts';

const forever = new Promise<never>(() => undefined);

export const loneConnection: HostConnection = {
  name: 'ns1',
  address: '192.0.2.1',
  port: 22,
  user: 'ops',
  knownHosts: ['x'],
  agent: false,
  become: 'none',
  connectTimeoutMs: 1000,
  readyTimeoutMs: 5000,
  silenceTimeoutMs: 5000,
  legacyAlgorithms: false,
};

/** What a channel says, and whether it ends then. */
export interface Speech {
  readonly says: Iterable<Uint8Array | string>;
  readonly then?: 'ends' | 'hangs';
  readonly stderr?: string;
}

/** A transport on which each link says the next speech. */
export function speaking(speeches: Iterable<Speech>): Transport {
  const links = speeches[Symbol.iterator]();
  return {
    connect: (): Promise<Session> => {
      const { value } = links.next() as { readonly value: Speech | undefined };
      if (value === undefined) return Promise.reject(new Error('nobody is there'));
      return Promise.resolve({
        exec: () => Promise.resolve(channelOf(value)),
        close: () => undefined,
      });
    },
  };
}

function channelOf({ says, then, stderr }: Speech): Channel {
  async function* stdout(): AsyncGenerator<Uint8Array> {
    for (const piece of says) yield typeof piece === 'string' ? Buffer.from(piece, 'latin1') : piece;
    if (then === 'hangs') await forever;
  }
  return {
    write: () => Promise.resolve(),
    end: () => undefined,
    stdout: stdout(),
    stderr: () => stderr ?? '',
    closed: then === 'hangs' ? forever : Promise.resolve({ status: 0, signal: null }),
  };
}

/** Runs one host; gives its result and what was said of it on the way. */
export async function runLone(
  transport: Transport,
  given: {
    readonly action?: RunSettings['action'];
    readonly outputCap?: number;
    readonly secrets?: readonly string[];
  } = {},
  onEvent: (event: RunEvent) => void = () => undefined,
): Promise<HostResult> {
  const { action = 'plan', outputCap = 100_000, secrets } = given;
  const job = testJob(loneConnection, { action, outputCap }, secrets);
  const record = recordHost(job.host, action, outputCap, onEvent);
  await runHost(job, testTools(transport, '<tar>', record.take));
  return record.result();
}

export const ready = '@N ready /tmp/muster.abcdef\n';
export const done = '@N done\n';

/** Bytes of a log as one frame. */
export function frame(log: string, offset: number, text: string): string {
  return `@N ${log} ${offset} ${text.length}\n${text}\n`;
}

/** Lines of the event log in frames of at most 64 KiB. */
export function* events(lines: Iterable<string>, from = 0): Generator<string> {
  let offset = from;
  let text = '';
  for (const line of lines) {
    text += `${line}\n`;
    if (text.length < 65_536) continue;
    yield frame('000.ev', offset, text);
    offset += text.length;
    text = '';
  }
  if (text !== '') yield frame('000.ev', offset, text);
}
