// Reports as other programs read them: metrics as promtool does, tables as a spreadsheet does, JSON by its published schema.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { renderCsv, renderJson, renderJunit, renderPrometheus } from '../../../src/report/index.ts';
import { decodeResult, type RunResult } from '../../../src/model/index.ts';
import {
  checkResult,
  fleetOf,
  hostile,
  hostileHost,
  hostResult,
  observed,
  resourceResult,
  runResult,
  stepResult,
} from '../../unit/report/renderers.ts';

const promtool = spawnSync('promtool', ['--version']).status === 0;
if (!promtool)
  process.stderr.write('NO PROMTOOL: metrics are not checked (Debian: apt-get install prometheus)\n');

const hosts = [
  observed('ns1', { v: '1' }, { steps: [stepResult('cage')], checks: [checkResult('cage', 'root')] }),
  observed('ns2', { v: '1' }, { resources: [resourceResult('rc', 'rc_conf named', { status: 'change' })] }),
  observed(
    'ns3',
    { v: '2' },
    {
      outcome: 'failed',
      checks: [checkResult('cage', 'a "root"\\', 'is /'), checkResult('probe soa', 'SOA a', 'REFUSED')],
    },
  ),
  hostResult('ns4', { outcome: 'unreachable', reason: 'refused' }),
];
const results: readonly RunResult[] = [
  runResult('verify', hosts),
  runResult('apply', fleetOf(3)),
  runResult('exec', [hostileHost(`h${hostile}`, { outcome: 'failed' }), hostileHost('h', { outcome: 'ok' })]),
  { ...runResult('plan', []), interrupted: true },
];

describe('renderPrometheus', () => {
  it.each(results.map((result, index) => [index, result] as const))(
    'passes promtool check metrics: result %i',
    (_, result) => {
      if (!promtool) return;
      const { status, stdout, stderr } = spawnSync('promtool', ['check', 'metrics'], {
        input: renderPrometheus(result),
        encoding: 'utf8',
      });
      expect({ status, said: stdout + stderr }).toEqual({ status: 0, said: '' });
    },
  );

  it('has the outcome of each host, and what does not hold', () => {
    const lines = renderPrometheus(runResult('verify', hosts)).split('\n');
    const own = 'action="verify",playbook="caged-bind"';
    expect(lines).toEqual(
      expect.arrayContaining([
        `muster_run_info{${own},run="R1",verdict="failed"} 1`,
        `muster_run_start_time_seconds{${own}} 1795842000`,
        `muster_run_exit_code{${own}} 1`,
        `muster_hosts{${own},outcome="ok"} 2`,
        `muster_host_outcome{${own},host="ns4",outcome="unreachable"} 1`,
        `muster_host_failures{${own},host="ns3"} 2`,
        `muster_host_drifts{${own},host="ns2"} 1`,
        `muster_host_checks{${own},host="ns3",holds="false"} 2`,
        `muster_check_failed{${own},host="ns3",kind="step",step="cage",check="a \\"root\\"\\\\"} 1`,
        `muster_check_failed{${own},host="ns3",kind="probe",step="soa",check="SOA a"} 1`,
        `muster_divergence_hosts{${own},group="all",key="v"} 1`,
      ]),
    );
  });

  it('has no series twice, whatever the names of hosts', () => {
    const twice = renderPrometheus(runResult('ping', [hostResult('a\u001b'), hostResult('a\\x1b')]));
    const series = twice.split('\n').filter((line) => line.startsWith('muster_host_outcome'));
    expect(series).toHaveLength(1);
  });
});

/** The cells of a CSV, by RFC 4180. */
function cellsOf(csv: string): readonly (readonly string[])[] {
  const lines = csv.split('\r\n');
  expect(lines.pop()).toBe('');
  return lines.map((line) => {
    expect(line).toMatch(/^"(?:[^"\r\n]|"")*"(?:,"(?:[^"\r\n]|"")*")*$/);
    return [...line.matchAll(/"((?:[^"]|"")*)"(?:,|$)/g)].map(([, cell = '']) => cell.replaceAll('""', '"'));
  });
}

describe('renderCsv', () => {
  it('has a line for each known fact about a host', () => {
    const [head, ...rows] = cellsOf(renderCsv(runResult('verify', hosts)));
    expect(head?.slice(4)).toEqual(['host', 'kind', 'step', 'name', 'state', 'text', 'seconds']);
    expect(rows.map((row) => row.slice(4))).toEqual([
      ['ns1', 'host', '', '', 'ok', '', ''],
      ['ns1', 'step', 'cage', '', 'ok', '', '0'],
      ['ns1', 'check', 'cage', 'root', 'holds', '', ''],
      ['ns1', 'observation', '', 'v', '', '1', ''],
      ['ns2', 'host', '', '', 'ok', '', ''],
      ['ns2', 'resource', 'rc', 'rc_conf named', 'change', '', ''],
      ['ns2', 'observation', '', 'v', '', '1', ''],
      ['ns3', 'host', '', '', 'failed', '', ''],
      ['ns3', 'check', 'cage', 'a "root"\\', 'does not hold', 'is /', ''],
      ['ns3', 'probe', 'soa', 'SOA a', 'does not hold', 'REFUSED', ''],
      ['ns3', 'observation', '', 'v', '', '2', ''],
      ['ns4', 'host', '', '', 'unreachable', 'refused', ''],
      ['ns3', 'divergence', 'all', 'v', 'differs', '2', ''],
    ]);
    expect(rows.map((row) => row.slice(0, 4))).toContainEqual([
      ...['R1', '2026-11-28T05:00:00.000Z', 'verify', 'caged-bind'],
    ]);
  });

  it('never gives a spreadsheet a formula, wherever it splits the cells', () => {
    const word = fc.stringMatching(/^[=+@;,"' \t\r\na1(!-]{0,12}$/);
    fc.assert(
      fc.property(word, word, (key, value) => {
        const csv = renderCsv(runResult('verify', [observed('ns1', { [key]: value })]));
        expect(
          cellsOf(csv)
            .flat()
            .filter((cell) => /^\s*[=+\-@]/.test(cell)),
        ).toEqual([]);
        // As a spreadsheet of a country where a comma is in numbers reads it.
        const parts = csv.split(/[;\t\r\n]|","/).map((part) => part.replace(/^[\s"]+/, ''));
        expect(parts.filter((part) => /^[=+\-@]/.test(part))).toEqual([]);
      }),
    );
  });
});

describe('renderJson', () => {
  const schema = z.fromJSONSchema(
    JSON.parse(
      readFileSync(join(import.meta.dirname, '../../../docs/schema/result.schema.json'), 'utf8'),
    ) as z.core.JSONSchema.JSONSchema,
  );
  const written = (result: RunResult): unknown => JSON.parse([...renderJson(result)].join(''));

  it('writes what the published schema describes, and what can be read back', () => {
    for (const result of results) {
      const json = written(result);
      const { success, error } = schema.safeParse(json);
      expect({ success, error }).toEqual({ success: true, error: undefined });
      expect(decodeResult(json)).toEqual(result);
    }
  });

  it('has a schema that refuses another version, and other values', () => {
    const json = written(results[0]!) as Record<string, unknown>;
    for (const wrong of [{ version: 4 }, { type: 'run-started' }, { hosts: [{}] }, { action: 'dance' }])
      expect(schema.safeParse({ ...json, ...wrong }).success, JSON.stringify(wrong)).toBe(false);
  });
});

describe('renderJunit', () => {
  it('has only characters of XML and only its own markup, whatever hosts say', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 12 }), (said) => {
        const host = hostileHost(said, { outcome: 'failed', reason: said });
        const step = stepResult('s', { outcome: 'failed', reason: `]]>${said}`, stderr: `<a>&${said}` });
        const xml = renderJunit(runResult('apply', [{ ...host, steps: [step] }]));

        expect(xml).toMatch(/^(?:[\t\n\r\u0020-\ud7ff\ue000-\ufffd]|[\ud800-\udbff][\udc00-\udfff])*$/);
        const words = xml.replace(/<[?/]?[a-z]+(?: [a-z]+="[^"<]*")* ?[/?]?>/g, '');
        expect(words).not.toMatch(/[<>]|&(?!#\d+;)/);
      }),
      { numRuns: 30 },
    );
  });
});
