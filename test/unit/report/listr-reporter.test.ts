import { Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { type ListrReporterOptions, plainStyle } from '../../../src/report/index.ts';
import { listrReporter } from '../../../src/report/listr-reporter.ts';
import { runStarted, stamped } from './renderers.ts';

const hideCursor = '\u001b[?25l';
const showCursor = '\u001b[?25h';

/** A stream that looks like a terminal of 80 by 24 and remembers what it was sent. */
function terminal(): { stream: NodeJS.WriteStream; shown: () => string } {
  const chunks: string[] = [];
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      chunks.push(chunk.toString());
      done();
    },
  });
  Object.assign(stream, { columns: 80, rows: 24, isTTY: true });
  return { stream: stream as unknown as NodeJS.WriteStream, shown: () => chunks.join('') };
}

/** What stands on the screen after the text: understands what the reporter sends, nothing more. */
function screenOf(text: string): string[] {
  const lines: string[] = [];
  for (const piece of text.split(/(\u001b\[\d+A\r\u001b\[0J|\u001b\[\?25[lh]|\n)/)) {
    const up = /^\u001b\[(\d+)A/.exec(piece)?.[1];
    if (up !== undefined) lines.splice(lines.length - Number(up));
    else if (piece !== '\n' && piece !== hideCursor && piece !== showCursor && piece !== '')
      lines.push(piece);
  }
  return lines;
}

async function reported(
  options: Partial<ListrReporterOptions> = {},
): Promise<{ text: string; listenersAdded: number }> {
  const { stream, shown } = terminal();
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  const count = (): number => signals.reduce((sum, signal) => sum + process.listenerCount(signal), 0);
  const before = count();
  const reporter = listrReporter({ stream, style: plainStyle, ...options });
  const [first, second, last] = stamped(
    runStarted('apply', ['ns1'], ['cage']),
    { type: 'step-started', host: 'ns1', step: 'cage', index: 1 },
    { type: 'host-finished', host: 'ns1', outcome: 'changed', reason: '' },
  );
  reporter(first!);
  reporter(second!);
  const listenersAdded = count() - before;
  stream.write('stray warning\n');
  reporter(last!);
  await reporter.finish();
  const text = shown();
  await reporter.finish();
  expect(shown()).toBe(text);
  return { text, listenersAdded };
}

describe('listrReporter', () => {
  it('hides the cursor once and shows it again at the end', async () => {
    const { text } = await reported();
    expect(text.split(hideCursor)).toHaveLength(2);
    expect(text.split(showCursor)).toHaveLength(2);
    expect(text.lastIndexOf(showCursor)).toBeGreaterThan(text.lastIndexOf('ns1'));
  });

  it('leaves only stray output, after its rows', async () => {
    const { text } = await reported();
    expect(text).toContain('apply caged-bind: 0 of 1 host done');
    expect(screenOf(text)).toEqual(['stray warning']);
  });

  it('leaves the last rows on request', async () => {
    const { text } = await reported({ keepRows: true });
    expect(screenOf(text)).toEqual([
      'apply caged-bind: 1 of 1 host done',
      '  ✔ ns1  changed',
      'stray warning',
    ]);
  });

  it('adds no signal handlers and removes its exit handler', async () => {
    const before = process.listenerCount('exit');
    expect((await reported()).listenersAdded).toBe(0);
    expect(process.listenerCount('exit')).toBe(before);
  });

  it('ends quietly if no run began', async () => {
    const { stream, shown } = terminal();
    await listrReporter({ stream, style: plainStyle }).finish();
    expect(shown()).toBe('');
  });
});
