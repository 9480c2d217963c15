// A command's channel over OpenSSH's control socket, message by message: the host's messages may arrive in any rhythm.
import { setImmediate } from 'node:timers/promises';
import { buffer } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { ChannelStream } from '../../../src/transport/openssh/channel-stream.ts';
import { OpensshChannel } from '../../../src/transport/openssh/openssh-channel.ts';
import { loneConnection } from '../../support/lone-host.ts';
import { message } from '../../../src/transport/wire.ts';
import { lostError } from '../../../src/transport/ssh/connect-errors.ts';

describe('a command', () => {
  function opened(): { stream: ChannelStream; channel: OpensshChannel; sent: number[] } {
    const sent: number[] = [];
    const stream = new ChannelStream(
      (type, _bytes, done) => {
        sent.push(type);
        done?.();
      },
      { remoteId: 0, window: 2 ** 20, packetBytes: 2 ** 15 },
    );
    return { stream, channel: new OpensshChannel(loneConnection, stream), sent };
  }

  /** Long enough that everything that a stream does on its own has happened. */
  async function pause(): Promise<void> {
    for (let turn = 0; turn < 5; turn++) await setImmediate();
  }

  type Step = 'input ends' | 'output' | 'eof' | 'exit' | 'close';
  const inAnyOrder: Step[][] = [
    ['input ends', 'output', 'eof', 'exit', 'close'],
    ['input ends', 'output', 'exit', 'eof', 'close'],
    ['output', 'eof', 'input ends', 'exit', 'close'],
    ['output', 'eof', 'exit', 'input ends', 'close'],
    ['output', 'exit', 'close', 'input ends'],
    ['output', 'exit', 'input ends', 'close'],
    ['exit', 'output', 'input ends', 'eof', 'close'],
  ];

  it.each(inAnyOrder.map((steps) => [steps.join(', '), steps] as const))(
    'has its output and its status if the messages are: %s',
    async (_title, steps) => {
      const { stream, channel, sent } = opened();
      const output = buffer(channel.stdout);
      const does: Record<Step, () => void> = {
        'input ends': () => {
          channel.end();
        },
        output: () => {
          stream.takeOutput(Buffer.from('words'), false);
        },
        eof: () => {
          stream.takeEof();
        },
        exit: () => {
          stream.exit = { status: 3, signal: null };
        },
        close: () => {
          stream.takeClose();
        },
      };
      for (const step of steps) {
        does[step]();
        await pause();
      }
      expect(await channel.closed).toEqual({ status: 3, signal: null });
      expect((await output).toString()).toBe('words');
      expect(sent.filter((type) => type === message.close)).toHaveLength(1);
    },
  );

  it('ends unknown if the connection is lost between the end of its output and its status', async () => {
    const { stream, channel } = opened();
    const output = buffer(channel.stdout);
    channel.end();
    stream.takeOutput(Buffer.from('words'), false);
    stream.takeEof();
    await pause();
    channel.lose(lostError(loneConnection, 'it closed the connection'));
    expect(await channel.closed).toEqual({ status: null, signal: null });
    expect((await output).toString()).toBe('words');
  });
});
