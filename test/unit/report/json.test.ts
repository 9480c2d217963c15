import { describe, expect, it } from 'vitest';
import { compareFleet } from '../../../src/compare/index.ts';
import { ndjsonReporter, stringifyJson, toJson } from '../../../src/report/index.ts';
import { hostResult, observed, runResult } from './renderers.ts';

describe('toJson', () => {
  it('keeps the documented order and turns maps into objects', () => {
    const host = observed(
      'ns1',
      { b: '2', a: '1' },
      { hint: 'do it', command: { status: null, stdout: 'x', stderr: '' } },
    );
    expect(stringifyJson(toJson(runResult('exec', [host])))).toBe(
      '{"version":1,"runId":"R1","action":"exec","playbook":"caged-bind","interrupted":false,' +
        '"summary":{"hosts":1,"ok":1,"changed":0,"failed":0,"skipped":0,"unreachable":0,"unknown":0,"rolled-back":0},' +
        '"hosts":[{"host":"ns1","outcome":"ok","reason":"","hint":"do it","steps":[],"resources":[],"checks":[],' +
        '"observations":{"b":"2","a":"1"},"facts":{},"connections":1,"execs":1,' +
        '"command":{"status":null,"stdout":"x","stderr":""}}]}',
    );
  });

  it('leaves absent fields out', () => {
    expect(stringifyJson(toJson(runResult('ping', [hostResult('ns1')])))).not.toMatch(
      /hint|command|comparison/,
    );
  });

  it('carries keys that JavaScript treats specially', () => {
    const json = toJson(
      runResult('verify', [hostResult('ns1', { observations: new Map([['__proto__', 'x']]) })]),
    );
    expect(stringifyJson(json)).toContain('"observations":{"__proto__":"x"}');
  });

  it('tells a missing value in a comparison as null', () => {
    const comparison = compareFleet([
      observed('ns1', { k: '' }),
      observed('ns2', { k: '' }),
      observed('ns3', {}),
    ]);
    expect(toJson(runResult('verify', []), { comparison })['comparison']).toEqual({
      hosts: ['ns1', 'ns2', 'ns3'],
      unseen: [],
      divergences: 1,
      keys: [
        {
          group: 'all',
          key: 'k',
          compared: true,
          tie: false,
          majority: '',
          folds: [
            { value: '', hosts: ['ns1', 'ns2'] },
            { value: null, hosts: ['ns3'] },
          ],
        },
      ],
    });
  });
});

describe('ndjsonReporter', () => {
  it('writes a line per event and the result as the last one', () => {
    const lines: string[] = [];
    const reporter = ndjsonReporter({ write: (line) => lines.push(line) });
    const host = observed('ns1', { k: 'v\ud800\u0000\n' });
    reporter({ type: 'host-started', host: 'ns1' });
    reporter({ type: 'host-finished', host: 'ns1', outcome: 'ok', reason: '', result: host });
    reporter.finish(runResult('verify', [host]));
    expect(lines.every((line) => /^[^\n]+\n$/.test(line))).toBe(true);
    const [first, second, last] = lines.map((line): unknown => JSON.parse(line));
    expect(first).toEqual({ type: 'host-started', host: 'ns1' });
    expect(second).toMatchObject({
      type: 'host-finished',
      result: { observations: { k: 'v\ufffd\u0000\n' } },
    });
    expect(last).toMatchObject({ type: 'result', version: 1, runId: 'R1', hosts: [{ host: 'ns1' }] });
    expect(lines[2]?.startsWith('{"type":"result","version":1,')).toBe(true);
  });
});
