// A link that ends at any byte: the run is come back to, and nothing of its logs is lost, doubled or mixed up.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ConnectError } from '../../../src/model/errors.ts';
import type { Channel, Session, Transport } from '../../../src/transport/index.ts';
import { frame, ready, runLone } from '../../support/lone-host.ts';

const logs: Readonly<Record<string, string>> = {
  '000.ev': 'begin|r|apply\nstep|one|1\nobs|k|zwölf\nend|one|ok|2|\nfin|ok|\n',
  '001.out': 'first line\nsecond line\nand no end',
  '001.err': 'oops\n',
};

/** How a link goes wrong. */
type Ends = 'ends' | 'breaks';

/** A host whose first links end behind so many bytes; the last one tells the rest. */
class CutHost {
  connections = 0;
  readonly #cuts: readonly { readonly at: number; readonly how: Ends }[];

  constructor(cuts: readonly { readonly at: number; readonly how: Ends }[]) {
    this.#cuts = cuts;
  }

  readonly transport: Transport = {
    connect: (): Promise<Session> => {
      const cut = this.#cuts[this.connections++];
      return Promise.resolve({ exec: () => Promise.resolve(channel(cut)), close: () => undefined });
    },
  };
}

function channel(cut: { readonly at: number; readonly how: Ends } | undefined): Channel {
  let told: (text: string) => void = () => undefined;
  const asked = new Promise<string>((resolve) => {
    told = resolve;
  });
  async function* stdout(): AsyncGenerator<Uint8Array> {
    const all = Buffer.from(answer(await asked), 'latin1');
    yield all.subarray(0, cut?.at);
    if (cut?.how === 'breaks') throw new ConnectError('SSH_LOST', 'the connection was lost');
  }
  return {
    write: (bytes) => {
      told(Buffer.from(bytes).toString());
      return Promise.resolve();
    },
    end: () => undefined,
    stdout: stdout(),
    stderr: () => '',
    closed: Promise.resolve({ status: null, signal: 'KILL' }),
  };
}

/** What the boot script or a follower says, from the offsets that it is given. */
function answer(asked: string): string {
  const isFollower = asked.includes('exec /bin/sh runtime/follow.sh');
  const offsets = new Map([...asked.matchAll(/'(\d+\.\w+)=(\d+)'/g)].map(([, log, at]) => [log, Number(at)]));
  const frames = Object.entries(logs).map(([log, text]) => {
    const bytes = Buffer.from(text).toString('latin1');
    const from = offsets.get(log) ?? 0;
    return from === bytes.length ? '' : frame(log, from, bytes.slice(from));
  });
  return `${isFollower ? '' : ready}${frames.join('')}@N done\n`;
}

describe('a run whose links end in the middle', () => {
  it('is still reported to its end, wherever and however they do', async () => {
    // Behind `ready`, without which there is nothing to come back to.
    const at = fc.integer({ min: ready.length, max: answer('').length - 1 });
    const how = fc.constantFrom<Ends[]>('ends', 'breaks');
    const first = fc.record({ at, how });
    const runs = fc.sample(first, { numRuns: 400, seed: 7 }).map(async (cut) => {
      const host = new CutHost([cut]);
      const result = await runLone(host.transport, { action: 'apply' });
      expect(result).toMatchObject({ outcome: 'ok', connections: 2 });
      expect(result.steps).toMatchObject([
        { id: 'one', outcome: 'ok', stdout: logs['001.out'], stderr: logs['001.err'] },
      ]);
      expect([...result.observations]).toEqual([['k', 'zwölf']]);
    });
    await Promise.all(runs);
  });

  it('is unknown, and reported as such, if its end never arrives', async () => {
    const cut = { at: ready.length + 40, how: 'ends' as const };
    const nothing = { at: 0, how: 'ends' as const };
    const result = await runLone(new CutHost([cut, nothing]).transport, { action: 'apply' });
    expect(result).toMatchObject({
      outcome: 'unknown',
      reason: "the host's shell ended early (signal KILL)",
      connections: 2,
    });
  });
});
