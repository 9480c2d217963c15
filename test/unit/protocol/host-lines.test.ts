// The event log's lines: fields, escapes, and lines that make no sense.
import { describe, expect, it } from 'vitest';
import { LineSplitter, parseHostLine } from '../../../src/protocol/index.ts';

describe('parseHostLine', () => {
  it.each([
    ['begin|R1|apply', { kind: 'begin', runId: 'R1', action: 'apply' }],
    ['fact|release|6.99.16', { kind: 'fact', key: 'release', value: '6.99.16' }],
    ['step|cage|3', { kind: 'step', id: 'cage', index: 3 }],
    [
      'res|change|file|/etc/a|new file|0',
      {
        kind: 'res',
        status: 'change',
        resource: 'file',
        target: '/etc/a',
        reason: 'new file',
        irreversible: false,
        step: '',
        after: '',
      },
    ],
    ['d|+a\\0174b', { kind: 'd', text: '+a|b' }],
    ['check|bad|root|is /', { kind: 'check', holds: false, name: 'root', message: 'is /' }],
    ['end|cage|failed|12|why', { kind: 'end', id: 'cage', outcome: 'failed', seconds: 12, reason: 'why' }],
    [
      'other|at-work|R1|apply|caged-bind|ops@here|then',
      {
        kind: 'other',
        state: 'at-work',
        runId: 'R1',
        action: 'apply',
        playbook: 'caged-bind',
        operator: 'ops@here',
        since: 'then',
      },
    ],
    ['exit|7', { kind: 'exit', status: 7 }],
    ['proof|3|4', { kind: 'proof', same: 3, paths: 4 }],
    ['fin|ok|', { kind: 'fin', outcome: 'ok', reason: '' }],
    ['whatever', { kind: 'unknown', text: 'whatever' }],
  ])('reads %j', (line, expected) => {
    expect(parseHostLine(line)).toEqual(expected);
  });

  it('undoes every escape once, in order', () => {
    expect(parseHostLine('obs|k|a\\\\nb\\nc\\td\\re\\0174f\\x')).toMatchObject({
      value: 'a\\nb\nc\td\re|f\\x',
    });
  });
});

describe('LineSplitter', () => {
  it('joins lines over pieces and decodes only whole lines', () => {
    const splitter = new LineSplitter();
    const bytes = new TextEncoder().encode('zwölf\ndrei');
    expect(splitter.push(bytes.slice(0, 3))).toEqual([]);
    expect(splitter.push(bytes.slice(3))).toEqual(['zwölf']);
    expect(splitter.push(new TextEncoder().encode('\n'))).toEqual(['drei']);
  });

  it('keeps bytes that are not UTF-8, so two values are equal only if their bytes are', () => {
    const lines = new LineSplitter().push(Uint8Array.of(0xff, 0x0a, 0xfe, 0x61, 0x0a));
    expect(lines).toEqual(['\udcff', '\udcfea']);
  });

  it('cuts a line without end at 256 KiB, says how long it was, and reads the next one whole', () => {
    const splitter = new LineSplitter();
    for (let i = 0; i < 40; i++) splitter.push(new Uint8Array(65_536).fill(0x61));
    const [line = '', next] = splitter.push(new TextEncoder().encode('\nb\n'));
    expect(line).toHaveLength(256 * 1024 + '... cut here: the line has 2621440 bytes'.length);
    expect(line).toMatch(/^a+\.\.\. cut here: the line has 2621440 bytes$/);
    expect(next).toBe('b');
  });

  it('stores no more than it keeps of a line, in whatever pieces it arrives', () => {
    const splitter = new LineSplitter();
    for (let i = 0; i < 300_000; i++) splitter.push(Uint8Array.of(0x61));
    expect(splitter.heldBytes).toBeLessThanOrEqual(512 * 1024);
    splitter.push(Uint8Array.of(0x0a));
    expect(splitter.heldBytes).toBe(1024);
  });
});

describe('a number', () => {
  it.each([
    ['exit|0', 0],
    ['exit|', Number.NaN],
    ['exit|0x10', Number.NaN],
    ['exit|1e9', Number.NaN],
    ['exit|9999999999', Number.NaN],
    ['end|one|ok|-3600|', 0],
  ])('of %j is read as %d', (line, number) => {
    const read = parseHostLine(line);
    expect(read.kind === 'exit' ? read.status : read.kind === 'end' ? read.seconds : undefined).toBe(number);
  });
});
