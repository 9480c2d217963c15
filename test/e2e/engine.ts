// What setup.ts found out, as the suites need it: the image to start hosts from, or why there is none.
import { describe } from 'vitest';

/** Tag of the practice hosts' image; throws when there is no engine, so use it inside `describeWithEngine`. */
export function labImage(): string {
  const image = process.env['MUSTER_IMAGE'];
  if (image === undefined) throw new Error('MUSTER_IMAGE is unset: test/e2e/setup.ts did not run');
  return image;
}

/** A suite that needs a container engine; without one it is reported as skipped, with the reason in its title. */
export function describeWithEngine(title: string, suite: () => void): void {
  const reason = process.env['MUSTER_E2E_SKIP_REASON'];
  if (reason === undefined) describe(title, suite);
  else describe.skip(`${title} (skipped: ${reason})`, suite);
}
