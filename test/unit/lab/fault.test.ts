// Faults as people write them.
import { describe, expect, it } from 'vitest';
import { parseFault } from '../../../src/lab/fault.ts';

describe('parseFault', () => {
  it.each([
    ['latency=50ms', { kind: 'latency', milliseconds: 50 }],
    ['latency=2s', { kind: 'latency', milliseconds: 2000 }],
    ['loss=5%', { kind: 'loss', share: 0.05 }],
    ['loss=12.5%', { kind: 'loss', share: 0.125 }],
    ['cut', { kind: 'cut' }],
    ['full-disk', { kind: 'full-disk' }],
    ['reboot', { kind: 'reboot' }],
  ])('reads %s', (text, fault) => {
    expect(parseFault(text)).toEqual(fault);
  });

  it.each(['latency', 'latency=50', 'latency=2000s', 'loss=101%', 'loss=5', 'clear', 'Cut', ''])(
    'refuses %j and lists the faults',
    (text) => {
      expect(() => parseFault(text)).toThrow(
        expect.objectContaining({ code: 'LAB_FAULT', hint: expect.stringContaining('loss=5%') as string }),
      );
    },
  );
});
