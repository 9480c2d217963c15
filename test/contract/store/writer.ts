// A controller in a process of its own: records runs without end, or one, and says what it has reported: `RUN SEQUENCE`.
import { writeSync } from 'node:fs';
import type { RunFact } from '../../../src/model/index.ts';
import { fileHistory, thisController } from '../../../src/store/index.ts';

const [directory = '', name = '', mode = ''] = process.argv.slice(2);
const history = fileHistory({
  directory,
  clock: () => new Date(),
  say: (message) => writeSync(2, `${message}\n`),
});
const origin = {
  operator: 'ops@test',
  directory: '/',
  argv: ['apply', 'demo'],
  muster: '0',
  controller: thisController(),
  selection: {},
};

async function oneRun(number: number): Promise<void> {
  const runId = `20261128-050000-${name}${number.toString(16).padStart(4, '0')}`;
  const recorder = history.record(origin);
  let sequence = 0;
  const take = (fact: RunFact): void => {
    sequence += 1;
    recorder.take({ ...fact, sequence, time: new Date().toISOString(), runId });
    // What stands here was reported to somebody.
    writeSync(1, `${runId} ${sequence}\n`);
  };
  const hosts = ['ns1', 'ns2'];
  take({ type: 'run-started', action: 'apply', playbook: 'demo', hosts, steps: ['one'], outputCap: 1000 });
  for (const host of hosts) {
    take({ type: 'host-started', host });
    for (let line = 0; line < 20; line++)
      take({ type: 'output', host, step: 'one', index: 1, stream: 'stdout', text: `${'x'.repeat(200)}\n` });
    if (mode === 'hang' && host === 'ns2') await new Promise((resolve) => setTimeout(resolve, 600_000));
    const ending = { host, outcome: 'ok' as const, reason: '' };
    take({ type: 'host-ended', ...ending, begun: true, connections: 1, execs: 1 });
    take({ type: 'host-finished', ...ending });
  }
  take({ type: 'run-finished' });
  const [started, finished] = ['2026-11-28T05:00:00.000Z', '2026-11-28T05:00:01.000Z'];
  await recorder.end({
    runId,
    action: 'apply',
    playbook: 'demo',
    hosts: [],
    interrupted: false,
    started,
    finished,
  });
}

const most = mode === '' ? Number.POSITIVE_INFINITY : 1;
for (let number = 0; number < most; number++) await oneRun(number);
