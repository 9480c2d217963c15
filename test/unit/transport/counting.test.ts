// What each host cost.
import { describe, expect, it } from 'vitest';
import { countingTransport } from '../../../src/transport/index.ts';
import type { Channel, HostConnection, Session, Transport } from '../../../src/transport/index.ts';

const channel = {} as Channel;
const session: Session = {
  exec: (command) =>
    command === 'refused' ? Promise.reject(new Error('refused')) : Promise.resolve(channel),
  close: () => undefined,
};
const inner: Transport = {
  connect: ({ name }) => (name === 'down' ? Promise.reject(new Error('down')) : Promise.resolve(session)),
};
const never = new AbortController().signal;
const host = (name: string) => ({ name }) as HostConnection;

describe('a counting transport', () => {
  it('counts connections that came up and commands that started, for each host apart', async () => {
    const counting = countingTransport(inner);
    const first = await counting.connect(host('ns1'), never);
    expect(await first.exec('a')).toBe(channel);
    await first.exec('b');
    await expect(first.exec('refused')).rejects.toThrow('refused');
    await counting.connect(host('ns1'), never);
    await counting.connect(host('ns2'), never);
    await expect(counting.connect(host('down'), never)).rejects.toThrow('down');
    expect(counting.counts('ns1')).toEqual({ connections: 2, execs: 2 });
    expect(counting.counts('ns2')).toEqual({ connections: 1, execs: 0 });
    expect(counting.counts('down')).toEqual({ connections: 0, execs: 0 });
    expect(counting.counts('never asked')).toEqual({ connections: 0, execs: 0 });
  });
});
