// A host that keeps its link waiting, or says what cannot be: each wait has its limit, and every byte its judge.
import { describe, expect, it } from 'vitest';
import { ConnectError } from '../../../src/model/errors.ts';
import { recordHost } from '../../support/recorded.ts';
import type { RunEvent } from '../../../src/model/events.ts';
import type { RunSettings } from '../../../src/model/host-job.ts';
import { runHost } from '../../../src/run/index.ts';
import type { Channel, HostConnection, Session, Transport } from '../../../src/transport/index.ts';
import { testJob, testTools } from '../../support/job.ts';
import { loneConnection } from '../../support/lone-host.ts';

/** What a link does after what it said: comes to its end, says nothing more for ever, or the last word over and over. */
interface Link {
  readonly says: readonly string[];
  readonly then: 'ends' | 'hangs' | 'goes on';
  readonly stderr?: string;
  readonly exec?: 'hangs';
  /** How many writes are taken; the next one hangs. */
  readonly takes?: number;
}

/** Among what a link says: a while of nothing. */
const pause = '<pause>';
const forever = new Promise<never>(() => undefined);

class Peer {
  readonly sent: string[] = [];
  connections = 0;
  closed = 0;
  readonly #links: readonly (Link | ConnectError)[];

  constructor(links: readonly (Link | ConnectError)[]) {
    this.#links = links;
  }

  readonly transport: Transport = {
    connect: async (): Promise<Session> => {
      const link = this.#links[this.connections++];
      if (link === undefined) throw new ConnectError('SSH_REFUSED', 'nobody is there');
      if (link instanceof Error) throw link;
      return {
        exec: () => (link.exec === 'hangs' ? forever : Promise.resolve(this.#channel(link))),
        close: () => {
          this.closed++;
        },
      };
    },
  };

  #channel(link: Link): Channel {
    const open = (): boolean => this.closed === 0;
    async function* say(): AsyncGenerator<Uint8Array> {
      for (const text of link.says) {
        if (text === pause) await new Promise((resolve) => setTimeout(resolve, 120));
        else yield Buffer.from(text);
      }
      if (link.then === 'hangs') await forever;
      while (link.then === 'goes on' && open()) {
        await new Promise((resolve) => setTimeout(resolve, 5));
        yield Buffer.from(link.says.at(-1) ?? '');
      }
    }
    return {
      write: async (bytes) => {
        if (this.sent.length === link.takes) await forever;
        this.sent.push(Buffer.from(bytes).toString());
      },
      end: () => undefined,
      stdout: say(),
      stderr: () => link.stderr ?? '',
      closed: link.then !== 'ends' ? forever : Promise.resolve({ status: 0, signal: null }),
    };
  }
}

interface Given {
  readonly action?: RunSettings['action'];
  readonly connection?: Partial<HostConnection>;
  readonly bundle?: () => Promise<Uint8Array>;
}

async function run(links: readonly (Link | ConnectError)[], given: Given = {}) {
  const peer = new Peer(links);
  const events: RunEvent[] = [];
  const connection = { ...loneConnection, readyTimeoutMs: 40, silenceTimeoutMs: 40, ...given.connection };
  const action = given.action ?? 'plan';
  const record = recordHost(connection.name, action, 100, (event) => events.push(event));
  await runHost(
    testJob(connection, { action, outputCap: 100 }, ['s3cr3t-x']),
    testTools(peer.transport, given.bundle ?? '<tar>', record.take),
  );
  return {
    result: record.result(),
    peer,
    notices: events.flatMap((event) => (event.type === 'notice' ? [event.message] : [])),
  };
}

const ready = '@N ready /tmp/muster.x\n';
const frame = (log: string, offset: number, text: string): string =>
  `@N ${log} ${String(offset)} ${String(Buffer.byteLength(text))}\n${text}\n`;
const good = 'begin|r|apply\nstep|one|1\nend|one|ok|2|\nfin|ok|\n';

describe('a host whose shell does not get ready', () => {
  it('is unreachable within ready_timeout, with the prompt that it waits at', async () => {
    const { result, peer } = await run([{ says: ['Welcome\n', 'Password:'], then: 'hangs' }], {
      action: 'apply',
    });
    expect(result).toMatchObject({
      outcome: 'unreachable',
      reason: 'logged in, but the shell of the host was not ready within 0.04 s; heard: Welcome / Password:',
      hint: expect.stringContaining("start-up file of ops's login shell") as string,
    });
    expect(peer).toMatchObject({ connections: 1, closed: 1 });
  });

  it('shows standard error, and how to become root without a password', async () => {
    const { result } = await run([{ says: [], stderr: '\x1b[31mPassword:\x07', then: 'hangs' }], {
      connection: { become: 'sudo' },
    });
    expect(result.reason).toContain('; heard: [31mPassword:');
    expect(result.hint).toContain('let ops use sudo without a password');
  });

  it('says that nothing arrived, also if the command itself is never answered', async () => {
    const links: Link[] = [
      { says: [], then: 'hangs' },
      { says: [], then: 'hangs', exec: 'hangs' },
      { says: [], then: 'hangs', takes: 0 },
    ];
    for (const link of links) {
      const { result } = await run([link]);
      expect(result).toMatchObject({
        outcome: 'unreachable',
        reason: expect.stringContaining('nothing was heard') as string,
      });
    }
  });

  it('shows only the end of a long output, and no secret of it', async () => {
    const { result } = await run([{ says: [`${'bar '.repeat(2000)}s3cr3t-x ok?`], then: 'hangs' }]);
    expect(result.reason).toMatch(/heard: \.\.\.(bar )+\[secret\] ok\?$/);
    expect(result.reason.length).toBeLessThan(300);
  });

  it('does not get more time because it continues to print', async () => {
    const { result } = await run([{ says: ['please wait\n', 'please wait\n'], then: 'goes on' }]);
    expect(result).toMatchObject({ outcome: 'unreachable' });
    expect(result.reason).toMatch(/heard: please wait \/ please wait/);
  });
});

describe('a host that falls silent in its run', () => {
  const silent: Link = { says: [ready, frame('000.ev', 0, good.slice(0, 20))], then: 'hangs' };

  it('is unknown when the run changes nothing', async () => {
    const { result, peer } = await run([silent]);
    expect(result).toMatchObject({
      outcome: 'unknown',
      reason: 'the host sent no sign of the run for 0.04 s',
      hint: expect.stringContaining('silence_timeout') as string,
    });
    expect(peer.connections).toBe(1);
  });

  it('is contacted again in an apply, and the rest is neither lost nor doubled', async () => {
    const { result, peer } = await run(
      [silent, { says: [frame('000.ev', 20, good.slice(20)), '@N done\n'], then: 'ends' }],
      { action: 'apply' },
    );
    expect(result).toMatchObject({ outcome: 'ok', connections: 2 });
    expect(result.steps).toHaveLength(1);
    expect(peer.sent.at(-1)).toContain("'000.ev=20'");
  });

  it('is unknown if it does not read the bundle', async () => {
    const { result } = await run([{ says: [ready], then: 'hangs', takes: 1 }]);
    expect(result).toMatchObject({
      outcome: 'unknown',
      reason: expect.stringContaining('no sign') as string,
    });
  });

  const looking = [ready, frame('000.ev', 0, 'begin|r|plan\nfact|mount_root|/\n')];

  it('is unknown if its driver hangs while it gathers facts, although the follower still sends beats', async () => {
    const { result } = await run([{ says: [...looking, '@N beat\n'], then: 'goes on' }]);
    expect(result).toMatchObject({
      outcome: 'unknown',
      reason: 'the host sent no sign of the run for 0.04 s after the fact mount_root',
      hint: expect.stringContaining('a dead NFS mount?') as string,
    });
  });

  it('is unknown if its driver hangs after its wait for another run', async () => {
    const waited = [ready, frame('000.ev', 0, 'begin|r|plan\nwait|600\nfact|mount_root|/\n')];
    const { result } = await run([{ says: [...waited, '@N beat\n'], then: 'goes on' }]);
    expect(result.reason).toContain('after the fact mount_root');
  });

  it.each([
    ['in a step', 'plan', 'step|one|1\n', 'end|one|ok|9|\nfin|ok|\n'],
    ['in a command', 'exec', '', 'exit|0\nfin|ok|\n'],
    ['while it waits for another run', 'plan', 'wait|600\n', 'fact|release|9.1\nfin|ok|\n'],
  ] as const)(
    'stays alive by beats alone %s, for as long as that takes',
    async (_where, action, before, after) => {
      const begin = `begin|r|${action}\n${before}`;
      const beats = Array.from({ length: 6 }, () => [pause, '@N beat\n']).flat();
      const says = [
        ready,
        frame('000.ev', 0, begin),
        ...beats,
        frame('000.ev', begin.length, after),
        '@N done\n',
      ];
      const { result } = await run([{ says, then: 'ends' }], {
        action,
        connection: { silenceTimeoutMs: 500 },
      });
      expect(result.outcome).toBe('ok');
    },
  );

  it('stays alive by each piece of a big bundle', async () => {
    const says = [ready, frame('000.ev', 0, good), '@N done\n'];
    const { result, peer } = await run([{ says, then: 'ends' }], {
      bundle: () => Promise.resolve(Buffer.alloc(200_000)),
    });
    expect(result.outcome).toBe('ok');
    expect(peer.sent.slice(1).map((piece) => piece.length)).toEqual([65_536, 65_536, 65_536, 3392]);
  });

  it('has reported its result if only its channel stays open', async () => {
    const { result, notices } = await run([
      { says: [ready, frame('000.ev', 0, good), '@N done\n'], then: 'hangs' },
    ]);
    expect(result).toMatchObject({ outcome: 'ok', reason: '' });
    expect(notices).toEqual(['the run ended, but its channel did not close within 0.04 s']);
  });
});

describe('a link that is made anew', () => {
  it('is not tried again if the host refuses the login, because sshd counts that', async () => {
    const cut: Link = { says: [ready], then: 'hangs' };
    const refused = new ConnectError('SSH_AUTH_FAILED', 'does not let ops in', { hint: 'check' });
    const { result, peer } = await run([cut, refused], { action: 'apply' });
    expect(result).toMatchObject({ outcome: 'unknown', reason: 'does not let ops in' });
    expect(peer.connections).toBe(2);
  });
});

describe('a host that breaks the protocol', () => {
  const begin = [ready, frame('000.ev', 0, 'begin|r|plan\n')];
  it.each([
    ['says ready twice', [ready, ready], 'it said `ready` a second time'],
    ['says done before ready', ['@N done\n'], '`done` came before `ready`'],
    ['says events before ready', [frame('000.ev', 0, good)], '`000.ev` came before `ready`'],
    [
      'leaves a gap in a log',
      [...begin, frame('000.ev', 99, good)],
      '000.ev went on at byte 99 instead of 13',
    ],
    ['says something twice', [...begin, frame('000.ev', 0, good)], '000.ev went on at byte 0 instead of 13'],
    ['has events of its own', [ready, frame('001.ev', 0, good)], 'there is no log 001.ev'],
    ['has logs without end', [ready, ...manyLogs(4097)], 'more than 4096 logs came'],
    [
      'has a diff without end',
      [ready, frame('000.ev', 0, 'd|+x\n'.repeat(2001))],
      'it sent a diff of more than 2000 lines',
    ],
    ['announces less than nothing', [ready, '@N 000.ev 0 -1\n'], 'no frame is called "000.ev 0 -1"'],
  ])('fails when it %s', async (_what, says, reason) => {
    const { result, peer } = await run([{ says, then: 'hangs' }]);
    expect(result.outcome).toBe('failed');
    expect(result.reason).toContain(`the host broke the protocol: ${reason}`);
    expect(peer).toMatchObject({ connections: 1, closed: 1 });
  });

  it('is unknown in an apply, which may continue there, and is not contacted again', async () => {
    const { result, peer } = await run([{ says: [ready, ready], then: 'hangs' }], { action: 'apply' });
    expect(result).toMatchObject({ outcome: 'unknown', reason: expect.stringContaining('broke') as string });
    expect(peer.connections).toBe(1);
  });

  function manyLogs(count: number): string[] {
    return Array.from({ length: count }, (_, index) =>
      frame(`${String(index + 1).padStart(3, '0')}.out`, 0, 'x'),
    );
  }
});

describe('a run that did not begin', () => {
  it('is failed, not unknown, if the bundle did not unpack', async () => {
    const says = [ready, '@N fail the bundle did not unpack: /tmp: No space left on device\n'];
    const { result } = await run([{ says, then: 'ends' }], { action: 'apply' });
    expect(result).toMatchObject({
      outcome: 'failed',
      reason: 'nothing was started: the bundle did not unpack: /tmp: No space left on device',
      hint: expect.stringContaining('df -k /tmp') as string,
    });
  });

  it('is failed if the bundle cannot be made, without any connection', async () => {
    const { result, peer } = await run([], {
      action: 'apply',
      bundle: () => Promise.reject(new Error('files/a: ENOENT')),
    });
    expect(result).toMatchObject({
      outcome: 'failed',
      reason: 'nothing was started: the bundle could not be made: files/a: ENOENT',
    });
    expect(peer).toMatchObject({ connections: 0, closed: 0 });
  });
});
