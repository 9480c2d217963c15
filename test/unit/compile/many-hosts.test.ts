// Many hosts at once: all of them listen for the operator, and Node has nothing to warn of.
import { describe, expect, it, onTestFinished } from 'vitest';
import type { ActionDeps } from '../../../src/actions/index.ts';
import { ping } from '../../../src/actions/index.ts';
import { parseInventory } from '../../../src/inventory/index.ts';
import type { Session, Transport } from '../../../src/transport/index.ts';

const count = 40;
const inventory = parseInventory({
  file: 'i.yaml',
  text: `hosts: { 'ns[1-${String(count)}]': { connection: { known_hosts: x } } }`,
});

/** Sessions whose commands never end by themselves; `all` resolves when every host has one at work. */
function waiting(): { transport: Transport; all: Promise<void> } {
  let running = 0;
  let reach = (): void => undefined;
  const all = new Promise<void>((resolve) => {
    reach = resolve;
  });
  const session = (): Session => {
    let end = (): void => undefined;
    const ended = new Promise<void>((resolve) => {
      end = resolve;
    });
    async function* silence(): AsyncGenerator<Uint8Array> {
      if (++running === count) reach();
      await ended;
      yield new Uint8Array();
    }
    return {
      exec: async () => ({
        write: async () => undefined,
        end: () => undefined,
        stdout: silence(),
        stderr: () => '',
        closed: ended.then(() => ({ status: null, signal: null })),
      }),
      close: () => {
        end();
      },
    };
  };
  return { transport: { connect: async () => session() }, all };
}

describe('a run over many hosts', () => {
  it.each(['stop', 'abandon'] as const)(
    'causes no warning of Node, and each host gets a %s',
    async (which) => {
      const warnings: string[] = [];
      const onWarning = (warning: Error): void => void warnings.push(String(warning));
      process.on('warning', onWarning);
      onTestFinished(() => {
        process.off('warning', onWarning);
      });
      const signals = {
        stop: new AbortController(),
        cancel: new AbortController(),
        abandon: new AbortController(),
      };
      const { transport, all } = waiting();
      const deps: ActionDeps = {
        transport,
        emit: () => undefined,
        signals: {
          stop: signals.stop.signal,
          cancel: signals.cancel.signal,
          abandon: signals.abandon.signal,
        },
        clock: () => new Date(0),
        randomHex: (bytes) => '0'.repeat(2 * bytes),
        operator: 'ops@here',
        readSecret: async () => '',
        readFiles: async () => new Map(),
        concurrency: count,
        outputCap: 1024,
        stateDirectory: '/var/db/muster',
        keepReceipts: 1,
        durable: false,
      };
      const run = ping([...inventory.hosts.values()], deps);
      await all;
      signals[which].abort();
      const { result } = await run;
      expect(result.hosts.map(({ outcome }) => outcome)).toEqual(
        Array.from({ length: count }, () => 'failed'),
      );
      await new Promise((resolve) => setImmediate(resolve));
      expect(warnings).toEqual([]);
    },
  );
});
