// A file that a step changes again and again, as rc.conf is, goes back at once; what a cut leaves between its entries too.
import { writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { deathBeforeTool } from './crash.ts';
import { fingerprint } from './fingerprint.ts';
import { complaintsOf, scratchHost } from './scratch.ts';
import type { ScratchHost } from './scratch.ts';

const steps = {
  again:
    'state() { for text in one two three; do file "$root/conf" --content $text; done; file "$root/other" --content x; file "$root/conf" --content four; }',
};

async function changedAgainAndAgain(): Promise<{ host: ScratchHost; before: unknown }> {
  const host = scratchHost();
  writeFileSync(host.path('conf'), 'zero\n', { mode: 0o640 });
  const before = fingerprint(host.root, 'second');
  const { result } = await host.run('apply', { steps });
  expect(result.outcome, complaintsOf(result)).toBe('changed');
  return { host, before };
}

describe('a file that a step changed again and again', () => {
  it('is restored in one change if nothing else was done between the entries', async () => {
    const { host, before } = await changedAgainAndAgain();
    const { result } = await host.run('rollback');
    expect(result.outcome, complaintsOf(result)).toBe('rolled-back');
    expect(fingerprint(host.root, 'second')).toEqual(before);
    expect(
      result.resources
        .filter(({ target }) => target === host.path('conf'))
        .map(({ status, reason }) => `${status}: ${reason}`),
    ).toEqual(Array.from({ length: 4 }, () => 'undone: file as before'));
  });

  it('is restored if the rollback is cut before any of its tools', { tags: 'long' }, async () => {
    for (const call of [1, 2, 3, 4, 5, 6, 7]) {
      const { host, before } = await changedAgainAndAgain();
      await host.run('rollback', { runtime: deathBeforeTool(call, `${host.root}.calls`) });
      const { result } = await host.run('rollback');
      expect(['rolled-back', 'ok'], complaintsOf(result)).toContain(result.outcome);
      expect(fingerprint(host.root, 'second'), `cut at ${call}`).toEqual(before);
    }
  });

  it('is restored from the state after one of its entries, as after a rollback that was cut between them', async () => {
    const { host, before } = await changedAgainAndAgain();
    writeFileSync(host.path('conf'), 'two\n');
    expect((await host.run('rollback')).result.outcome).toBe('failed');
    writeFileSync(host.path('conf'), 'three\n');
    const { result } = await host.run('rollback');
    expect(result.outcome, complaintsOf(result)).toBe('rolled-back');
    expect(fingerprint(host.root, 'second')).toEqual(before);
  });
});
