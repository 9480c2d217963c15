// How long a name server is away while it moves into its cage: a client asks twenty times a second, once during the
// hand-over of an apply and once while the same two rc.d commands are given by hand. Run by `npm run bench:handover`; prints what was lost.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { chooseBackend, prepareImage, startLab } from '../../src/lab/index.ts';
import { handOverByHand, handOverByMuster, serveFromBase, type ClientCount } from '../e2e/hand-over.ts';
import { muster, playbook, writeHostVars } from '../e2e/muster.ts';

const rounds = 3;
const styles = ['chrootdir', 'chroot8'];

/** Hands one pair of hosts over, one by muster and one by hand. */
async function measure(style: string): Promise<{ byMuster: ClientCount; byHand: ClientCount }> {
  const directory = mkdtempSync(join(tmpdir(), 'muster-bench-'));
  const { backend } = await chooseBackend();
  const image = await prepareImage(backend, () => undefined);
  const lab = await startLab({ hosts: [{ name: 'counted' }, { name: 'byhand' }], image, directory });
  try {
    const vars = `cage_style: ${style}`;
    const inventory = ['-i', writeHostVars(lab, 'bench.yaml', { counted: vars, byhand: vars })];
    const args = (host: string): string[] => [playbook, ...inventory, '--limit', host];
    const ready = await muster(['apply', ...args('byhand'), '--yes']);
    if (ready.code !== 0) throw new Error(ready.stdout);
    await serveFromBase(lab, 'byhand');
    const byHand = await handOverByHand(lab, 'byhand');
    const byMuster = await handOverByMuster(lab, 'counted', args('counted'));
    return { byHand, byMuster };
  } finally {
    await lab.stop();
    rmSync(directory, { recursive: true, force: true });
  }
}

for (const style of styles) {
  it(`counts what a client loses while the hand-over is made, ${style}`, async () => {
    for (let round = 1; round <= rounds; round++) {
      const { byHand, byMuster } = await measure(style);
      process.stdout.write(
        `${style}, round ${String(round)}: by muster ${lossOf(byMuster)}, by hand ${lossOf(byHand)}\n`,
      );
      expect(byMuster.asked).toBeGreaterThan(0);
    }
  });
}

function lossOf({ asked, lost }: ClientCount): string {
  return `${String(lost)} of ${String(asked)} lost`;
}
