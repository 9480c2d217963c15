// One run at a time changes a host; a dead run's lock does not stand in the way.
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { eventually } from './processes.ts';
import { complaintsOf, scratchHost } from './scratch.ts';

describe('the lock of a host', () => {
  it('refuses a second run while one goes on, and names the first', async () => {
    const host = scratchHost();
    const slow = host.run('apply', {
      steps: { slow: 'state() {\n  file "$root/begun" --content x\n  sleep 3\n}' },
    });
    await eventually(() => readdirSync(host.root).includes('begun'));
    const second = await host.run('apply', {
      steps: { quick: 'state() { file "$root/second" --content x; }' },
    });
    expect(second.result).toMatchObject({
      outcome: 'failed',
      reason: expect.stringContaining('tester@here') as string,
    });
    expect(readdirSync(host.root)).not.toContain('second');
    expect((await slow).result.outcome).toBe('changed');
    expect(readdirSync(host.state)).not.toContain('lock');
  });

  it('is taken over from a driver that is dead, with a word about it', async () => {
    const host = scratchHost();
    mkdirSync(join(host.state, 'lock'), { recursive: true });
    mkdirSync(join(host.state, 'runs'));
    for (const [name, text] of [
      ['pid', '4194301'],
      ['run', 'r1'],
      ['owner', 'ghost@there'],
      ['since', 'then'],
    ] as const) {
      writeFileSync(join(host.state, 'lock', name), `${text}\n`);
    }
    const { result, events } = await host.run('apply', {
      steps: { a: 'state() { file "$root/f" --content x; }' },
    });
    expect(result.outcome).toBe('changed');
    expect(events.some((event) => event.type === 'notice' && event.message.includes('ghost@there'))).toBe(
      true,
    );
  });

  it('does not keep a plan out', async () => {
    const host = scratchHost();
    const slow = host.run('apply', {
      steps: { slow: 'state() {\n  file "$root/begun" --content x\n  sleep 2\n}' },
    });
    await eventually(() => readdirSync(host.root).includes('begun'));
    const plan = await host.run('plan', { steps: { a: 'state() { file "$root/f" --content x; }' } });
    expect(plan.result.outcome).toBe('changed');
    await slow;
  });
});

describe('runs that come at once', () => {
  it.each([
    ['on a free host', false],
    ['over the lock of a dead one', true],
  ])('are one run and refusals: %s', async (_title, stale) => {
    const host = scratchHost();
    if (stale) {
      mkdirSync(join(host.state, 'lock'), { recursive: true });
      writeFileSync(join(host.state, 'lock', 'pid'), '4194301\n');
    }
    const steps = { one: 'state() { echo x >>"$root/runs"; file "$root/f" --content x; sleep 4; }' };
    const runs = await Promise.all([1, 2, 3, 4].map(() => host.run('apply', { steps })));
    const texts = runs.map(({ result }) => complaintsOf(result)).join('\n');
    expect(runs.map(({ result }) => result.outcome).toSorted(), texts).toEqual([
      'changed',
      'failed',
      'failed',
      'failed',
    ]);
    expect(host.read('runs')).toBe('x\n');
  });
});

describe('a receipt', () => {
  it('is never begun again by a run with the same id', async () => {
    const host = scratchHost();
    const run = { settings: { runId: '20261123-235959-same' } };
    await host.run('apply', { ...run, steps: { a: 'state() { file "$root/a" --content x; }' } });
    const journal = host.receipt('journal');
    const { result } = await host.run('apply', {
      ...run,
      steps: { b: 'state() { file "$root/b" --content x; }' },
    });
    expect(result).toMatchObject({
      outcome: 'failed',
      reason: expect.stringContaining('cannot make the receipt') as string,
    });
    expect(host.receipt('journal')).toBe(journal);
    expect(readdirSync(host.root)).toEqual(['a']);
    expect(readdirSync(host.state)).not.toContain('lock');
  });

  it('is not looked for on a host that has none, and none is made', async () => {
    const host = scratchHost();
    expect((await host.run('rollback')).result.outcome).toBe('ok');
    expect((await host.run('rollback', { settings: { preview: true } })).result.outcome).toBe('ok');
    expect(() => readdirSync(host.state)).toThrow();
  });
});
