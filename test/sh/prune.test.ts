// Old receipts go, and with them nothing that cannot be made again; the newest stays whatever its name is.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ScratchHost } from './scratch.ts';
import { complaintsOf, keptOf, scratchHost } from './scratch.ts';

async function apply(host: ScratchHost, state: string, runId: string, keepReceipts = 1): Promise<string[]> {
  const { result, events } = await host.run('apply', {
    steps: { one: `state() { ${state}; }` },
    settings: { runId, keepReceipts },
  });
  expect(result.outcome, complaintsOf(result)).toBe('changed');
  return events.flatMap((event) => (event.type === 'notice' ? [event.message] : []));
}

const key = 'Private-key-format: v1.3\nmarker-1\n';
const motd = (text: string): string => `file "$root/motd" --content ${text}`;

describe('receipts beyond the newest', () => {
  it('are ordered by the count of the host, not by names or clocks', async () => {
    const host = scratchHost();
    // The controllers' clocks are years apart.
    await apply(host, motd('one'), '20300101-000000-a', 2);
    await apply(host, motd('two'), '20200101-000000-b', 2);
    const meta = join(host.state, 'runs/20300101-000000-a/meta');
    writeFileSync(meta, readFileSync(meta, 'utf8').replace(/started=.*/, 'started=2001-01-01T00:00:00Z'));
    await apply(host, motd('three'), '20190101-000000-c', 2);
    expect(host.receipts()).toEqual(['20190101-000000-c', '20200101-000000-b']);
  });

  it('never include that of this run, whatever the clocks say', async () => {
    const host = scratchHost();
    await apply(host, motd('one'), '20200101-000000-a');
    const meta = join(host.state, 'runs/20200101-000000-a/meta');
    writeFileSync(meta, readFileSync(meta, 'utf8').replace(/started=.*/, 'started=2999-01-01T00:00:00Z'));
    await apply(host, motd('two'), '20200102-000000-b');
    expect(host.receipts()).toEqual(['20200102-000000-b']);
  });

  it('never include those that a rollback has begun and not finished', async () => {
    const host = scratchHost();
    await apply(host, motd('one'), '20200101-000000-a');
    host.write('motd', 'by hand\n');
    expect((await host.run('rollback')).result.outcome).toBe('failed');
    await apply(host, 'file "$root/other" --content two', '20200102-000000-b');
    expect(host.receipts()).toHaveLength(2);
  });

  it('leave originals that cannot be made again, and name their place', async () => {
    const host = scratchHost();
    host.write('K1.private', key);
    host.write('zone.jnl', 'journal');
    host.write('tree/K2.private', key);
    host.write('plain', 'plain');
    await apply(
      host,
      'absent "$root/K1.private"; absent "$root/zone.jnl"; absent "$root/tree" --recursive; absent "$root/plain"',
      '20200101-000000-a',
    );
    const kept = keptOf(host);
    const said = await apply(host, motd('two'), '20200102-000000-b');
    expect(host.receipts()).toEqual(['20200102-000000-b']);
    expect(readFileSync(`${kept}${host.path('K1.private')}`, 'utf8')).toBe(key);
    expect(readFileSync(`${kept}${host.path('zone.jnl')}`, 'utf8')).toBe('journal');
    expect(readFileSync(`${kept}${host.path('tree.tar')}`, 'utf8')).toContain(key);
    expect(existsSync(`${kept}${host.path('plain')}`)).toBe(false);
    expect(said.join('\n')).toContain(`3 originals in it are kept in ${kept}`);
  });

  it('do not leave originals that a rollback has restored', async () => {
    const host = scratchHost();
    host.write('K1.private', key);
    await apply(host, 'absent "$root/K1.private"', '20200101-000000-a');
    await host.run('rollback');
    await apply(host, motd('two'), '20200102-000000-b');
    expect(existsSync(join(host.state, 'kept'))).toBe(false);
  });

  it('leave what undos of older versions kept there', async () => {
    const host = scratchHost();
    await apply(host, motd('one'), '20200101-000000-a');
    const saved = join(host.state, 'runs/20200101-000000-a/saved');
    writeFileSync(join(saved, 'foreign.3'), key);
    mkdirSync(join(saved, 'foreign.4'));
    writeFileSync(join(saved, 'foreign.4/key'), key);
    const kept = keptOf(host);
    await apply(host, motd('two'), '20200102-000000-b');
    expect(readFileSync(join(kept, 'foreign.3'), 'utf8')).toBe(key);
    expect(readFileSync(join(kept, 'foreign.4/key'), 'utf8')).toBe(key);
  });
});
