// The life of a declaration: planned, applied, applied again, verified, edited by hand, rolled back.
import { execFileSync } from 'node:child_process';
import { existsSync, renameSync, rmSync } from 'node:fs';
import { expect } from 'vitest';
import type { LocalRun } from '../support/run-local.ts';
import type { TimeGrain } from './fingerprint.ts';
import { fingerprint } from './fingerprint.ts';
import type { ScratchHost } from './scratch.ts';
import { changesOf, complaintsOf } from './scratch.ts';

/** A declaration and what is to be true of it. */
export interface Life extends Pick<
  LocalRun,
  'files' | 'settings' | 'secrets' | 'shell' | 'runtime' | 'vars'
> {
  /** The resource that this is about. */
  readonly resource: string;
  readonly title: string;
  /** What is there before. */
  readonly before?: (host: ScratchHost) => void;
  /** The body of `state`; `$root` is the tree. */
  readonly state: string;
  /** What is to be there afterwards. */
  readonly after: (host: ScratchHost) => void;
  /** A manual edit that is drift; returns what undoes it, for what is not in the tree. */
  readonly drift: (host: ScratchHost) => (() => void) | undefined | void;
  /** What is to be true after the rollback, beside an equal tree. */
  readonly undone?: () => void;
  /** A whole tree comes back from a tar, which keeps seconds. */
  readonly grain?: TimeGrain;
}

/** Leads a declaration through its life and checks every promise on the way. */
export async function live(life: Life, host: ScratchHost): Promise<void> {
  const { files, settings, secrets, shell, runtime, vars } = life;
  const common: Partial<LocalRun> = {
    ...(files && { files }),
    ...(settings && { settings }),
    ...(secrets && { secrets }),
    ...(shell && { shell }),
    ...(runtime && { runtime }),
    ...(vars && { vars }),
    steps: { only: `state() {\n${life.state}\n}\n` },
  };
  life.before?.(host);
  const grain = life.grain ?? 'nanosecond';
  const [virgin, exactly] = [fingerprint(host.root, grain), fingerprint(host.root)];

  const plan = await host.run('plan', common);
  expect(plan.result.outcome, complaintsOf(plan.result)).toBe('changed');
  expect(fingerprint(host.root), 'a plan touches nothing').toEqual(exactly);
  expect(existsSync(host.state), 'a plan leaves no state').toBe(false);

  const apply = await host.run('apply', common);
  expect(apply.result.outcome, complaintsOf(apply.result)).toBe('changed');
  expect(changesOf(apply.result), 'apply does what the plan said').toEqual(changesOf(plan.result));
  life.after(host);
  const applied = fingerprint(host.root);
  const receipts = host.receipts();
  expect(receipts).toHaveLength(1);

  const again = await host.run('apply', common);
  expect(again.result.outcome, complaintsOf(again.result)).toBe('ok');
  expect(changesOf(again.result), 'a second apply changes nothing').toEqual([]);
  expect(fingerprint(host.root)).toEqual(applied);
  expect(host.receipts(), 'a run that changed nothing leaves no receipt').toEqual(receipts);

  await seeDrift(life, host, common);
  expect(fingerprint(host.root)).toEqual(applied);

  const back = await host.run('rollback', { ...common, steps: {} });
  expect(back.result.outcome, complaintsOf(back.result)).toBe('rolled-back');
  expect(fingerprint(host.root, grain), 'a rollback puts all back').toEqual(virgin);
  life.undone?.();
}

/** No drift before a manual edit, drift after it; then the edit is undone. */
async function seeDrift(life: Life, host: ScratchHost, common: Partial<LocalRun>): Promise<void> {
  const verify = await host.run('verify', common);
  expect(verify.result.outcome, complaintsOf(verify.result)).toBe('ok');
  // The edit is made in a copy that stands in for the tree: the files themselves must stay the same files.
  const [original, copy] = [`${host.root}.original`, `${host.root}.copy`];
  execFileSync('cp', ['-a', host.root, copy]);
  renameSync(host.root, original);
  renameSync(copy, host.root);
  const takeBack = life.drift(host);
  const drifted = await host.run('verify', common);
  expect(changesOf(drifted.result), 'a manual edit is drift').not.toEqual([]);
  rmSync(host.root, { recursive: true });
  renameSync(original, host.root);
  takeBack?.();
}
