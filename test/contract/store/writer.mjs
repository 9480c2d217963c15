// A controller in a process of its own: records runs without end, or one, and says what it has reported: `RUN SEQUENCE`.
import { writeSync } from 'node:fs';
import { fileHistory, thisController } from '../../../dist/store/index.js';

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

/** @param {number} number */
async function oneRun(number) {
  const runId = `20261128-050000-${name}${number.toString(16).padStart(4, '0')}`;
  const recorder = history.record(origin);
  let sequence = 0;
  /** @param {Record<string, unknown>} fact */
  const take = (fact) => {
    sequence += 1;
    /** @type {any} */
    const event = { ...fact, sequence, time: new Date().toISOString(), runId };
    // eslint-disable-next-line @typescript-eslint/no-unsafe-argument -- the store does not look into it
    recorder.take(event);
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
    const ending = { host, outcome: 'ok', reason: '' };
    take({ type: 'host-ended', ...ending, begun: true, connections: 1, execs: 1 });
    take({ type: 'host-finished', ...ending });
  }
  take({ type: 'run-finished' });
  const [started, finished] = ['2026-11-28T05:00:00.000Z', '2026-11-28T05:00:01.000Z'];
  /** @type {any} */
  const result = {
    runId,
    action: 'apply',
    playbook: 'demo',
    hosts: [],
    interrupted: false,
    started,
    finished,
  };
  // eslint-disable-next-line @typescript-eslint/no-unsafe-argument -- nor into this
  await recorder.end(result);
}

const most = mode === '' ? Number.POSITIVE_INFINITY : 1;
for (let number = 0; number < most; number++) await oneRun(number);
