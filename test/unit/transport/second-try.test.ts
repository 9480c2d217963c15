// A command that was refused is begun again with the same input; one that had begun never is.
import { describe, expect, it } from 'vitest';
import type { Channel, ExitStatus } from '../../../src/transport/index.ts';
import { SecondTry } from '../../../src/transport/second-try.ts';

interface Fake extends Channel {
  readonly heard: string[];
}

/** A command that says this and is over at once, unless it waits for the end of its input. */
function fake(says: string, status: number, stderr = '', waits = false): Fake {
  const heard: string[] = [];
  let over: (exit: ExitStatus) => void = () => undefined;
  const closed = new Promise<ExitStatus>((resolve) => (over = resolve));
  const exit = { status, signal: null };
  if (!waits) over(exit);
  return {
    heard,
    closed,
    write: (bytes) => {
      heard.push(Buffer.from(bytes).toString());
      return waits ? Promise.resolve() : Promise.reject(new Error('over'));
    },
    end: () => {
      heard.push('end');
      over(exit);
    },
    stdout: {
      async *[Symbol.asyncIterator]() {
        yield Buffer.from(says);
        await closed;
      },
    },
    stderr: () => stderr,
  };
}

const bytes = (text: string): Uint8Array => Buffer.from(text);
const isRefusal = (stderr: string): boolean => stderr.includes('tty');

async function outputOf(channel: Channel): Promise<string> {
  let text = '';
  for await (const chunk of channel.stdout) text += Buffer.from(chunk).toString();
  return text;
}

describe('a second try', () => {
  it('gets the input of a first that was refused, and its output comes behind the noise of that', async () => {
    const [first, second] = [fake('noise ', 1, 'you must have a tty'), fake('root', 3, 'said', true)];
    const channel = new SecondTry({ first, isRefusal, again: () => Promise.resolve(second) });
    await channel.write(bytes('boot'));
    channel.end();
    expect(await outputOf(channel)).toBe('noise root');
    expect(await channel.closed).toEqual({ status: 3, signal: null });
    expect(channel.stderr()).toBe('said');
    expect(second.heard).toEqual(['boot', 'end']);
  });

  it('can still be written to', async () => {
    const [first, second] = [fake('', 1, 'you must have a tty'), fake('root', 0, '', true)];
    const channel = new SecondTry({ first, isRefusal, again: () => Promise.resolve(second) });
    await channel.write(bytes('boot'));
    const output = outputOf(channel);
    await new Promise((resolve) => setImmediate(resolve));
    await channel.write(bytes('bundle'));
    channel.end();
    expect(await output).toBe('root');
    expect(second.heard).toEqual(['boot', 'bundle', 'end']);
  });

  it.each([
    ['ended well', fake('done', 0, 'you must have a tty')],
    ['failed by itself', fake('done', 1, 'no such file')],
  ])('is not made when the first %s', async (_what, first) => {
    const again = (): Promise<Channel> => Promise.reject(new Error('begun again'));
    const channel = new SecondTry({ first, isRefusal, again });
    await channel.write(bytes('boot'));
    channel.end();
    expect(await outputOf(channel)).toBe('done');
    expect(await channel.closed).toEqual(await first.closed);
  });

  it('is not made when the first took more than one piece of input, because it had begun', async () => {
    const first = fake('done', 1, 'you must have a tty', true);
    const again = (): Promise<Channel> => Promise.reject(new Error('begun again'));
    const channel = new SecondTry({ first, isRefusal, again });
    await channel.write(bytes('boot'));
    await channel.write(bytes('bundle'));
    channel.end();
    expect(await outputOf(channel)).toBe('done');
    expect(first.heard).toEqual(['boot', 'bundle', 'end']);
  });

  it('that fails is an error of the output, and an end that nobody knows', async () => {
    const first = fake('noise', 1, 'you must have a tty');
    const channel = new SecondTry({ first, isRefusal, again: () => Promise.reject(new Error('no root')) });
    await channel.write(bytes('boot'));
    await expect(outputOf(channel)).rejects.toThrow('no root');
    expect(await channel.closed).toEqual({ status: null, signal: null });
  });
});
