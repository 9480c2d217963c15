import { describe, expect, it } from 'vitest';
import { ndjsonReporter, stringifyJson, toJson } from '../../../src/report/index.ts';
import { hostResult, observed, runResult, runStarted, stamped } from './renderers.ts';

describe('toJson', () => {
  it('keeps the documented order and turns maps into objects', () => {
    const host = observed(
      'ns1',
      { b: '2', a: '1' },
      { hint: 'do it', command: { status: null, stdout: 'x', stderr: '' } },
    );
    expect(stringifyJson(toJson(runResult('exec', [host])))).toBe(
      '{"version":3,"runId":"R1","action":"exec","playbook":"caged-bind","interrupted":false,' +
        '"started":"2026-11-28T05:00:00.000Z","finished":"2026-11-28T05:00:00.000Z",' +
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

  it('writes a missing value in a comparison as null', () => {
    const hosts = [observed('ns1', { k: '' }), observed('ns2', { k: '' }), observed('ns3', {})];
    expect(toJson(runResult('verify', hosts))['comparison']).toEqual({
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
  it('writes simultaneous events in one line, and the result as the last one, without hosts', () => {
    const lines: string[] = [];
    const reporter = ndjsonReporter({ write: (line) => lines.push(line) });
    const host = observed('ns1', { k: 'v\ud800\u0000\n' });
    stamped(runStarted('verify', ['ns1'], []), {
      type: 'observation',
      host: 'ns1',
      step: 's',
      key: 'k',
      value: 'v\ud800\u0000\n',
    }).forEach(reporter);
    reporter.finish(runResult('verify', [host]));
    expect(lines.every((line) => /^[^\n]+\n$/.test(line))).toBe(true);
    const [first, second, last] = lines.map((line): unknown => JSON.parse(line));
    const time = '2026-11-28T05:00:00.000Z';
    expect(first).toMatchObject({ type: 'run-started', version: 3, sequence: 1, time, runId: 'R1' });
    const steps = [{ step: 's', observations: { k: 'v\ufffd\u0000\n' } }];
    const exact = { '/steps/0/observations/k': expect.any(String) as string };
    expect(second).toEqual({ type: 'heard', sequence: 2, time, host: 'ns1', steps, exact });
    expect(last).toMatchObject({ type: 'result', version: 3, runId: 'R1', summary: { hosts: 1, ok: 1 } });
    expect(last).not.toHaveProperty('hosts');
    expect(lines[2]?.startsWith('{"type":"result","version":3,')).toBe(true);
  });

  it('writes waiting events at the end of the turn, and before any other line', async () => {
    const lines: string[] = [];
    const reporter = ndjsonReporter({ write: (line) => lines.push(line) });
    const [started, ...facts] = stamped(
      runStarted('facts', ['ns1'], []),
      { type: 'fact', host: 'ns1', key: 'os', value: 'NetBSD' },
      { type: 'fact', host: 'ns1', key: 'release', value: '11.0' },
      { type: 'host-connected', host: 'ns1' },
      { type: 'fact', host: 'ns1', key: 'user', value: 'root' },
    );
    reporter(started!);
    reporter(facts[0]!);
    reporter(facts[1]!);
    expect(lines).toHaveLength(1);
    reporter(facts[2]!);
    expect(lines).toHaveLength(3);
    expect(JSON.parse(lines[1] ?? '')).toMatchObject({ facts: { os: 'NetBSD', release: '11.0' } });
    reporter(facts[3]!);
    expect(lines).toHaveLength(3);
    await new Promise(setImmediate);
    expect(lines).toHaveLength(4);
  });
});
