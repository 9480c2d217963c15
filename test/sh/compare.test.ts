// What a compare does on a host: it observes, and asks nothing else.
import { existsSync } from 'node:fs';
import { describe, expect, it, onTestFinished } from 'vitest';
import { makeScratch, runLocal } from '../support/run-local.ts';

describe('a compare', () => {
  it('observes, without checks for drift and expectations', async () => {
    const scratch = makeScratch();
    onTestFinished(() => {
      scratch.remove();
    });
    const steps = {
      one: `state() { observe state seen; file '${scratch.root}/f' --content x; false; }
        verify() { observe a "1"; expect broken false; expect_equal other x y; observe b 2; }`,
      two: "state() { :; }\napplies() { m_why_not='not here'; return 1; }\nverify() { observe c 3; }",
    };
    const { result } = await runLocal({ action: 'compare', state: scratch.state, steps });
    expect(result).toMatchObject({ outcome: 'ok', reason: '', resources: [], checks: [] });
    expect([...result.observations]).toEqual([
      ['a', '1'],
      ['b', '2'],
    ]);
    expect(result.steps.map(({ id, outcome }) => `${id} ${outcome}`)).toEqual(['one ok', 'two skipped']);
    expect(existsSync(scratch.state)).toBe(false);
    const verified = await runLocal({ action: 'verify', state: scratch.state, steps });
    expect(verified.result.outcome).toBe('failed');
  });

  it('reports which part of a value is masked, and fails for an unknown mask', async () => {
    const scratch = makeScratch();
    onTestFinished(() => {
      scratch.remove();
    });
    const steps = {
      one: "state() { :; }\nverify() { observe --mask host,pid --mask 'port #' a 'x y'; observe b 1; }",
      two: 'state() { :; }\nverify() { observe --mask pids c 1; }',
    };
    const { result } = await runLocal({ action: 'compare', state: scratch.state, steps });
    expect([...result.observations]).toEqual([
      ['a', 'x y'],
      ['b', '1'],
    ]);
    expect([...(result.masks ?? [])]).toEqual([['a', 'host,pid,port #']]);
    expect(result.steps.at(-1)).toMatchObject({ id: 'two', outcome: 'failed' });
    expect(result.steps.at(-1)?.reason).toContain("there is no mask 'pids'");
  });
});
