// What setup.ts found out, as the suites need it: what hosts are started from, or why there are none.
import { describe } from 'vitest';
import type { LabBackend, LabImage } from '../../src/lab/index.ts';

/** What practice hosts are started from; throws when there is no backend, so use it inside `describeWithEngine`. */
export function labImage(): LabImage {
  const source = process.env['MUSTER_IMAGE'];
  if (source === undefined) throw new Error('MUSTER_IMAGE is unset: test/e2e/setup.ts did not run');
  return { backend: labBackend(), source };
}

/** Which backend runs the hosts of this test run. */
export function labBackend(): LabBackend {
  return process.env['MUSTER_LAB_BACKEND'] === 'docker' ? 'docker' : 'embedded';
}

/** A suite that needs practice hosts; where none can be had it is reported as skipped, with the reason in its title. */
export function describeWithEngine(title: string, suite: () => void, options: { tags?: string } = {}): void {
  const reason = process.env['MUSTER_E2E_SKIP_REASON'];
  if (reason === undefined) describe(title, options, suite);
  else describe.skip(`${title} (skipped: ${reason})`, suite);
}
