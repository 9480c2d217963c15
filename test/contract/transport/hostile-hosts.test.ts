// One host of a fleet breaks the whole grammar, on every layer, beside hosts that do their work. It alone fails or is lost,
// with a message of a few lines. The others' results are complete, and the report is valid and small.
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Connection, ServerChannel } from 'ssh2';
import { verdict } from '../../../src/compare/index.ts';
import { stringifyJson, toJson } from '../../../src/report/index.ts';
import type { RunSettings } from '../../../src/model/host-job.ts';
import type { HostResult, RunResult } from '../../../src/model/result.ts';
import { followFleet, runHost } from '../../../src/run/index.ts';
import { linkBounds } from '../../../src/transport/bounds.ts';
import { sshTransport } from '../../../src/transport/index.ts';
import { testJob, testTools } from '../../support/job.ts';
import { events, frame } from '../../support/lone-host.ts';
import { clientFiles, keyPair, knownHostsText, loopbackHost, startSshd } from './in-process-sshd.ts';
import type { SshdOptions } from './in-process-sshd.ts';
import { connectionOf, flood, idOf, protocolOf, sendPacket } from './wire.ts';

const never = new AbortController().signal;
const started: { stop(): Promise<void> }[] = [];
const ready = '@N ready /tmp/muster.abcdef\n';
const kib = 1024;

beforeAll(() => {
  keyPair('user');
  keyPair('host');
});

afterEach(async () => {
  for (const server of started.splice(0)) await server.stop();
});

/** Does its work as the runtime does: listens, takes the bundle to its end, and tells how it went. */
function honest(channel: ServerChannel): void {
  const lines = [
    'begin|r|plan',
    ...Array.from({ length: 50 }, (_, at) => `obs|k${at}|${'v'.repeat(200)}`),
    'exit|0',
    'fin|ok|',
  ];
  channel.write(ready);
  channel.resume();
  channel.once('end', () => {
    for (const piece of events(lines)) channel.write(piece);
    channel.write('@N done\n');
    channel.exit(0);
    channel.end();
  });
}

async function hostOf(name: string, options: SshdOptions) {
  const server = await startSshd(options);
  started.push(server);
  return { name, port: server.port, keys: server.hostPublicKeys };
}

/** Limits for a hostile host that falls silent. */
const impatient = { connectTimeoutMs: 3000, readyTimeoutMs: 2000, silenceTimeoutMs: 2000 };

type Limits = Partial<typeof impatient>;

async function fleetWith(
  hostile: SshdOptions,
  action: RunSettings['action'] = 'plan',
  limits: Limits = {},
): Promise<RunResult> {
  const hosts = await Promise.all([
    hostOf('good1', { onExec: honest }),
    hostOf('bad', hostile),
    hostOf('good2', { onExec: honest }),
  ]);
  const transport = sshTransport({
    startLimit: 3,
    homeDirectory: '',
    readFile: clientFiles({
      '/id': keyPair('user').private,
      '/known_hosts': hosts.map(({ port, keys }) => knownHostsText(port, keys)).join(''),
    }),
    retryDelayMs: () => 1,
  });
  const signals = { stop: never, cancel: never, abandon: never };
  const { result } = await followFleet(
    {
      ...{ runId: 'r', action, playbook: 'p', steps: [], outputCap: 64 * kib },
      hosts: hosts.map(({ name, port }) => ({
        host: name,
        run: (tell) =>
          runHost(
            testJob(
              loopbackHost(port, { name, ...(name === 'bad' ? limits : {}) }),
              { action, outputCap: 64 * kib },
              ['s3cr3t-x'],
            ),
            testTools(transport, Buffer.alloc(300 * kib), tell),
          ),
      })),
      strategy: { concurrency: 3, waves: [], failureBudget: undefined, keepServing: undefined },
    },
    { signals, emit: () => undefined, clock: () => new Date() },
  );
  return result;
}

/** The hostile host's result; that of the others, the exit code and the report are judged here. */
async function alone(
  hostile: SshdOptions,
  action?: RunSettings['action'],
  limits?: Limits,
): Promise<HostResult> {
  const result = await fleetWith(hostile, action, limits);
  const [good1, bad, good2] = result.hosts;
  for (const host of [good1, good2]) {
    expect(host).toMatchObject({ outcome: 'ok', reason: '', connections: 1, execs: 1 });
    expect(host?.observations.size).toBe(50);
  }
  if (bad === undefined) throw new Error('a host is missing in the result');
  expect(bad.reason.length).toBeLessThan(700);
  expect(verdict(result).exitCode).toBe({ failed: 1, ok: 0 }[bad.outcome as string] ?? 4);
  const report = stringifyJson(toJson(result));
  expect(report.length).toBeLessThan(1024 * kib);
  expect((JSON.parse(report) as { hosts: unknown[] }).hosts).toHaveLength(3);
  return bad;
}

const says =
  (...words: readonly (string | Uint8Array)[]) =>
  (channel: ServerChannel): void => {
    channel.on('error', () => undefined);
    for (const word of words) channel.write(word);
  };

/** Says something over and over behind other words. */
const saysForEver =
  (first: string, word: string) =>
  (channel: ServerChannel): void => {
    channel.on('error', () => undefined);
    channel.write(first);
    const go = (): void => {
      if (!channel.writable) return;
      if (channel.write(word)) setImmediate(go);
      else channel.once('drain', go);
    };
    go();
  };

const many = (count: number, make: (at: number) => string): string =>
  Array.from({ length: count }, (_, at) => make(at)).join('\n');
const eventsOf = (text: string): string => [...events([text])].join('');

describe('a hostile host over its channel breaks the protocol, and no other host notices', () => {
  it.each<[string, (channel: ServerChannel) => void, string]>([
    ['a negative length', says(ready, '@N 000.ev 0 -1\n'), 'no frame is called'],
    ['a length beyond all numbers', says(ready, `@N 000.ev 0 ${'9'.repeat(300)}\n`), 'no frame is called'],
    ['ready over and over', saysForEver(ready, ready), 'it said `ready` a second time'],
    ['a directory that is a novel', says(`@N ready /${'d'.repeat(3000)}\n`), 'its directory has a name'],
    ['frames before ready', says('@N done\n'), '`done` came before `ready`'],
    ['frames behind the last one', says(ready, '@N done\n', '@N beat\n'), '`beat` came after the last frame'],
    ['beats as fast as it can', saysForEver(ready, '@N beat\n'.repeat(2000)), 'frames came at once'],
    [
      'frames with nothing in them',
      saysForEver(ready, '@N 001.out 0 0\n\n'.repeat(2000)),
      'frames came at once',
    ],
    ['noise behind ready for ever', saysForEver(ready, 'z'.repeat(60_000)), 'bytes came that are no frames'],
    ['noise before ready for ever', saysForEver('', 'z'.repeat(60_000)), 'bytes came that are no frames'],
    [
      'a million observations',
      says(ready, eventsOf(many(1_000_000, (at) => `obs|k${at}|v`))),
      '20000 observations',
    ],
    [
      'ends of steps that never began',
      says(ready, eventsOf(many(200_000, () => 'end|s|ok|0|'))),
      'ends of steps came',
    ],
    ['lines that are nothing', says(ready, eventsOf('\n'.repeat(400_000))), '250000 events'],
    [
      'a diff without end',
      says(ready, eventsOf(many(200_000, () => 'd|+x'))),
      'a diff of more than 2000 lines',
    ],
    [
      'names of logs without end',
      says(
        ready,
        many(200_000, (at) => `@N ${at + 100}.out 0 1\nx`),
      ),
      'more than 4096 logs',
    ],
    ['output over the cap', says(ready, frame('001.out', 0, 'x'.repeat(300_000))), 'bytes of 001.out came'],
    [
      'an exit status that is none',
      says(ready, eventsOf('exit|all is well')),
      'a field of `exit` is no number',
    ],
    ['a name that is a novel', says(ready, eventsOf(`obs|${'k'.repeat(20_000)}|v`)), 'a name of more than'],
  ])('%s', async (_what, onExec, reason) => {
    const bad = await alone({ onExec });
    expect(bad.outcome).toBe('failed');
    expect(bad.reason).toContain('the host broke the protocol: ');
    expect(bad.reason).toContain(reason);
  });
});

describe('a hostile host that follows the grammar has a result of bounded size', () => {
  const end = '@N done\n';
  it.each<[string, (channel: ServerChannel) => void]>([
    ['done without closing', says(ready, eventsOf('fin|ok|'), end)],
    [
      'a line of bars',
      says(ready, eventsOf(`obs|${'|'.repeat(1_000_000)}`), eventsAt(1_000_005, 'fin|ok|'), end),
    ],
    [
      'names of prototypes',
      says(
        ready,
        eventsOf(
          'obs|__proto__|1\nobs|constructor|2\nfact|__proto__|3\nres|ok|__proto__|toString||0\nfin|ok|',
        ),
        end,
      ),
    ],
    ['only backslashes', says(ready, eventsOf(`obs|k|${'\\'.repeat(200_000)}\nfin|ok|`), end)],
    [
      'blanks that a pattern could run over',
      says(ready, eventsOf(`obs|Key: a${' '.repeat(10_000)}x|Key: a${' '.repeat(200_000)}x\nfin|ok|`), end),
    ],
    ['keys of nsupdate', says(ready, eventsOf(`notice|secret ${'-y'.repeat(100_000)}\nfin|ok|`), end)],
    [
      'bytes that are no UTF-8',
      says(ready, Buffer.from(eventsOf(`obs|k|${'\xff'.repeat(100_000)}\nfin|ok|`), 'latin1'), end),
    ],
    ['what reads as an end of the terminal', says(ready, eventsOf('notice|\u001b]0;x\u0007\nfin|ok|'), end)],
  ])('%s', async (_what, onExec) => {
    // Its channel does not close: the run waits for that at most as long as for a frame.
    const limits = { silenceTimeoutMs: impatient.silenceTimeoutMs };
    expect((await alone({ onExec }, 'plan', limits)).outcome).toBe('ok');
  });

  it('nothing behind ready', async () => {
    const limits = { silenceTimeoutMs: impatient.silenceTimeoutMs };
    expect((await alone({ onExec: says(ready) }, 'plan', limits)).outcome).toBe('unknown');
  });

  it('a password prompt', async () => {
    const limits = { readyTimeoutMs: impatient.readyTimeoutMs };
    expect((await alone({ onExec: says('Password:') }, 'plan', limits)).outcome).toBe('unreachable');
  });
});

function eventsAt(offset: number, text: string): string {
  return [...events([text], offset)].join('');
}

/** Attacks below the channel, once the command was accepted. */
const below =
  (attack: (connection: Connection, channel: ServerChannel) => void) =>
  (channel: ServerChannel): void => {
    channel.on('error', () => undefined);
    channel.write(ready);
    // Signs of life: the run does not end because the host is silent.
    const beats = setInterval(() => channel.write('@N beat\n'), 50);
    channel.once('close', () => {
      clearInterval(beats);
    });
    attack(connectionOf(channel), channel);
  };

describe('a hostile host below its channel', () => {
  const bytes = Buffer.alloc(32 * kib, 0x78);

  it.each<[string, SshdOptions, string]>([
    [
      'sends output over its window',
      {
        onExec: below((connection, channel) => {
          flood(connection, () => {
            protocolOf(connection).channelData(idOf(channel), bytes);
          });
        }),
      },
      'broke the protocol',
    ],
    [
      'never stops to write on standard error',
      {
        onExec: below((connection, channel) => {
          flood(connection, () => {
            protocolOf(connection).channelExtData(idOf(channel), bytes, 1);
          });
        }),
      },
      linkBounds.stderrBytes.what,
    ],
    [
      'sends messages to be ignored for ever',
      {
        onExec: below((connection) => {
          flood(connection, () => {
            sendPacket(connection, Buffer.concat([Buffer.of(2, 0, 0, 0x78, 0), Buffer.alloc(0x7800)]));
          });
        }),
      },
      linkBounds.otherBytes.what,
    ],
    [
      'asks without end',
      {
        onExec: below((connection) => {
          flood(
            connection,
            () => {
              protocolOf(connection).ping();
            },
            500,
          );
        }),
      },
      'broke the protocol',
    ],
    [
      'opens its window byte by byte',
      {
        onExec: below((connection, channel) => {
          flood(
            connection,
            () => {
              protocolOf(connection).channelWindowAdjust(idOf(channel), 1);
            },
            500,
          );
        }),
      },
      linkBounds.otherBytes.what,
    ],
    ['takes packets of no bytes', { onConnection: packets(0) }, 'it takes packets of 0 bytes'],
    ['takes packets of one byte', { onConnection: packets(1) }, 'it takes packets of 1 bytes'],
    [
      'exchanges keys over and over',
      {
        onExec: below((connection) => {
          rekeyForEver(connection);
        }),
      },
      linkBounds.keyExchanges.what,
    ],
  ])('%s', async (_what, options, reason) => {
    const bad = await alone({ onExec: honest, ...options }, 'exec');
    expect(bad.outcome).toBe('failed');
    expect(bad.reason).toContain(reason);
  });

  it('that sends banners for ever fails before the login', async () => {
    const banner = Buffer.concat([
      Buffer.of(53, 0, 0, 0x40, 0),
      Buffer.alloc(0x4000, 0x78),
      Buffer.of(0, 0, 0, 0),
    ]);
    const bad = await alone({
      silentAt: 'login',
      onConnection: (connection) => {
        connection.on('authentication', () => {
          flood(connection, () => {
            sendPacket(connection, banner);
          });
        });
      },
    });
    expect(bad.outcome).toBe('failed');
    expect(bad.reason).toContain(linkBounds.loginBytes.what);
  });

  it('that ends its command by a signal of any name gets a name of one word', async () => {
    const bad = await alone({
      onExec: (channel) => {
        sendPacket(connectionOf(channel), exitSignal(idOf(channel), '\u001b[2J'.repeat(2000)));
        channel.end();
      },
    });
    expect(bad).toMatchObject({
      outcome: 'failed',
      reason: "the host's shell ended early (signal of no known name)",
    });
  });

  it('that does not start the command is failed or lost, and its message is cut', async () => {
    expect((await alone({ refusesExec: true })).outcome).toBe('unreachable');
  });

  it('that sends any packets at any time does not end the process', async () => {
    for (let round = 0; round < 12; round++) {
      const random = generator(round);
      const spray = (connection: Connection): void => {
        for (let turn = 0; turn < 40; turn++) {
          const payload = Buffer.from(
            Array.from({ length: 1 + (random() % 60) }, () => random() & (random() % 2 === 0 ? 0xff : 0x03)),
          );
          // Any message but an orderly goodbye, most of them of the kinds that a client acts upon.
          payload[0] =
            [
              3, 4, 6, 7, 20, 21, 30, 31, 51, 52, 53, 60, 61, 80, 81, 82, 90, 91, 92, 93, 94, 95, 96, 97, 98,
              99, 100,
            ][random() % 27] ?? 3;
          sendPacket(connection, payload);
        }
      };
      const bad = await alone(
        round % 2 === 0
          ? { onExec: below(spray) }
          : {
              silentAt: 'login',
              onConnection: (connection) =>
                connection.on('authentication', () => {
                  spray(connection);
                }),
            },
        'plan',
        impatient,
      );
      expect(['failed', 'unreachable', 'unknown']).toContain(bad.outcome);
    }
  });
});

/** Says in every channel that is opened that no bigger packet is taken. */
function packets(size: number): (connection: Connection) => void {
  return (connection) => {
    const protocol = protocolOf(connection);
    const confirm = protocol.channelOpenConfirm.bind(protocol);
    protocol.channelOpenConfirm = (remote, local, window) => {
      confirm(remote, local, window, size);
    };
  };
}

function exitSignal(channel: number, name: string): Buffer {
  const text = (value: string): Buffer => Buffer.concat([uint32(value.length), Buffer.from(value, 'latin1')]);
  return Buffer.concat([
    ...[Buffer.of(98), uint32(channel), text('exit-signal'), Buffer.of(0)],
    ...[text(name), Buffer.of(0), text('gone'), text('')],
  ]);
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

function rekeyForEver(connection: Connection): void {
  connection.on('rekey', () => {
    protocolOf(connection).rekey();
  });
  protocolOf(connection).rekey();
}

/** Small numbers that are the same each time. */
function generator(seed: number): () => number {
  let state = seed + 1;
  return () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return state >>> 8;
  };
}
