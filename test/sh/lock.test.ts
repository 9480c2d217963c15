// One run at a time changes a host; a dead run's lock does not stand in the way.
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { eventually } from './processes.ts';
import { scratchHost } from './scratch.ts';

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
