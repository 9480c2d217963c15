// Receipts that a runtime of before wrote, whose variables all began with m_: one of a good run, and one of a run whose driver was
// killed, with its lock. receipts/names-with-m_.tar.gz holds the host's tree before and after, and the state directory; /ROOT stands for
// where they are.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { undoAtConsole } from './crash.ts';
import { fingerprint } from './fingerprint.ts';
import { complaintsOf, scratchHost } from './scratch.ts';
import type { ScratchHost } from './scratch.ts';

const archive = join(import.meta.dirname, 'receipts/names-with-m_.tar.gz');
const good = '20261123-000001-good';
const died = '20261123-000002-died';

/** A host on which the two runs have been, and how its tree was before. */
function hostOfBefore(): { host: ScratchHost; before: ReturnType<typeof fingerprint> } {
  const host = scratchHost();
  const place = dirname(host.root);
  execFileSync('tar', ['xpzf', archive], { cwd: place });
  rmSync(host.root, { recursive: true });
  renameSync(join(place, 'after'), host.root);
  for (const entry of readdirSync(host.state, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (!entry.isFile() || /saved\/\d+$/.test(path)) continue;
    writeFileSync(path, readFileSync(path, 'utf8').replaceAll('/ROOT', place));
  }
  return { host, before: fingerprint(join(place, 'before'), 'second') };
}

describe.skipIf(process.getuid?.() !== 0)('receipts of a runtime with other names', () => {
  it('have the old names in their undo.sh, and no new one', () => {
    const { host } = hostOfBefore();
    const text = readFileSync(join(host.state, 'runs', died, 'undo.sh'), 'utf8');
    expect(text).toContain('m_is_undone() {');
    expect(text).not.toContain('m__');
  });

  it('are rolled back by the new runtime, which takes over the lock', async () => {
    const { host, before } = hostOfBefore();
    expect(existsSync(join(host.state, 'lock'))).toBe(true);
    const first = await host.run('rollback');
    expect(first.result.outcome, complaintsOf(first.result)).toBe('rolled-back');
    expect(JSON.stringify(first.events)).toContain(`the lock of a dead run was taken over: run ${died}`);
    expect(existsSync(host.path('last'))).toBe(false);
    const second = await host.run('rollback', { settings: { targetRun: good } });
    expect(second.result.outcome, complaintsOf(second.result)).toBe('rolled-back');
    expect(fingerprint(host.root, 'second')).toEqual(before);
  });

  it('are reported by a run that looks, and block no apply', async () => {
    const { host } = hostOfBefore();
    const steps = { one: 'state() { file "$root/more" --content x; }' };
    const plan = await host.run('plan', { steps });
    expect(JSON.stringify(plan.result)).toContain(died);
    const { result } = await host.run('apply', { steps });
    expect(result.outcome, complaintsOf(result)).toBe('changed');
    expect(host.receipts()).toContain(good);
  });

  it('are rolled back by their own undo.sh at the console', () => {
    const { host, before } = hostOfBefore();
    for (const run of [died, good]) {
      const undone = undoAtConsole(join(host.state, 'runs', run));
      expect(undone.status, undone.said).toBe(0);
    }
    expect(fingerprint(host.root, 'second')).toEqual(before);
  });
});
