// The examples of docs/json.md with jq, run on a record; where jq is not installed, nothing is said of them.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { reduce, type RunFact } from '../../../src/model/index.ts';
import { ndjsonReporter, writeResult } from '../../../src/report/index.ts';
import { runStarted, stamped } from '../report/renderers.ts';

const document = readFileSync(join(import.meta.dirname, '../../../docs/json.md'), 'utf8');
const [, block = ''] = /## With jq\n+```sh\n([\s\S]*?)```/.exec(document) ?? [];
const examples = new Map(
  [...block.matchAll(/^# (.*)\n(.*)$/gm)].map(([, title = '', line = '']) => [title, line]),
);

const host = 'ns1';
const facts: readonly RunFact[] = [
  runStarted('verify', ['ns1', 'ns2'], ['user']),
  { type: 'host-started', host },
  { type: 'step-started', host, step: 'user', index: 1 },
  {
    ...{ type: 'resource', host },
    result: {
      step: 'user',
      resource: 'file',
      target: '/etc/a',
      status: 'change',
      reason: 'is missing',
      diff: [],
      irreversible: false,
    },
  },
  { type: 'check', host, result: { kind: 'step', step: 'user', name: 'it runs', holds: true, message: '' } },
  {
    type: 'check',
    host,
    result: { kind: 'step', step: 'user', name: 'is not root', holds: false, message: 'root' },
  },
  { type: 'observation', host, step: 'user', key: 'named.user', value: 'root' },
  { type: 'step-finished', host, step: 'user', index: 1, outcome: 'ok', reason: '', seconds: 0 },
  { type: 'host-ended', host, outcome: 'ok', reason: '', begun: true, connections: 1, execs: 1 },
  { type: 'host-finished', host, outcome: 'failed', reason: '1 of 2 checks do not hold' },
  { type: 'host-ended', host: 'ns2', outcome: 'ok', reason: '', begun: true, connections: 1, execs: 1 },
  { type: 'host-finished', host: 'ns2', outcome: 'ok', reason: '' },
  { type: 'run-finished' },
];

describe.skipIf(spawnSync('jq', ['--version']).status !== 0)('the examples of docs/json.md', () => {
  let directory: string;

  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'muster-jq-'));
    const [events, pieces, whole]: [typeof record, string[], string[]] = [record, [], []];
    const reporter = ndjsonReporter({ write: (piece) => pieces.push(piece) });
    events.forEach(reporter);
    reporter.finish(reduce(events));
    writeResult({ write: (piece) => whole.push(piece) }, reduce(events));
    writeFileSync(join(directory, 'run.json'), pieces.join(''));
    writeFileSync(join(directory, 'whole.json'), whole.join(''));
  });

  afterAll(() => {
    rmSync(directory, { recursive: true });
  });

  const record = stamped(...facts);

  it.each([
    ['The outcome of each host.', 'ns1\tfailed\t1 of 2 checks do not hold\nns2\tok\t\n'],
    ['What does not hold, by host and step.', 'ns1\tuser\tis not root\troot\n'],
    ['What changed, or would.', 'ns1\tfile\t/etc/a\n'],
    ['One observation of one host.', 'root\n'],
    ['All that is known of each host, in one object: the whole result.', 'ns1\tfailed\troot\nns2\tok\t\n'],
  ])('give what they say: %s', (title, expected) => {
    const line = (examples.get(title) ?? 'false').replace(
      'muster report run.json --json -',
      'cat whole.json',
    );
    const { status, stdout, stderr } = spawnSync('sh', ['-c', line], { cwd: directory, encoding: 'utf8' });
    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: expected, stderr: '' });
  });

  it('are all tried here', () => {
    expect(examples.size).toBe(5);
  });
});
