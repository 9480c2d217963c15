// What a host is sent for each action on caged-bind, compressed: who makes it more sees it in review.
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { bundlePacker } from '../../../src/compile/index.ts';
import type { RunSettings } from '../../../src/model/index.ts';
import { parsePlaybook } from '../../../src/playbook/index.ts';
import { readPlaybookTree } from '../../../src/sources/index.ts';
import { testJob } from '../../support/job.ts';
import { loneConnection } from '../../support/lone-host.ts';

async function upload(action: RunSettings['action']): Promise<number> {
  const playbook = parsePlaybook(
    await readPlaybookTree(join(import.meta.dirname, '../../../playbooks/caged-bind')),
  );
  const hasPlaybook = ['plan', 'verify', 'compare', 'apply'].includes(action);
  const steps = playbook.steps.map(({ id, script }) => ({ id, script, timeoutSeconds: 300, retries: 0 }));
  const files = new Map([...playbook.files].map(([path, { bytes }]) => [path, bytes]));
  const job = {
    ...testJob(loneConnection, { action }),
    ...(hasPlaybook ? { steps, files } : {}),
    ...(action === 'exec' ? { command: 'true' } : {}),
  };
  return (await bundlePacker()(job)).bytes.length;
}

describe('the bytes that a host is sent', () => {
  it.each([
    ['exec', 10_500],
    ['facts', 13_000],
    ['plan', 87_000],
    ['verify', 87_000],
    ['compare', 87_000],
    ['rollback', 49_000],
    ['apply', 144_000],
  ] as const)('are within the budget of %s', async (action, budget) => {
    expect(await upload(action)).toBeLessThan(budget);
  });
});
