// Comparing as an operator meets it: against each other, a host, a run, a baseline or a file; since when; and for cron.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Controller, controller, type Ended } from './controller.ts';

const inventory = ['-i', 'inventory.yaml'];
let place: Controller;
let plain: string;
let count = 0;

const path = (...names: string[]): string => join(place.folder, ...names);
const muster = async (...words: readonly string[]): Promise<Ended> => await place.muster(words);

/** What the hosts have: all of them green, but for those that are named. */
function paint(others: Readonly<Record<string, string>> = {}): void {
  const lines = plain.replace(/^ {2}(ns\d): \{ /gm, (_, name: string) => {
    return `  ${name}: { vars: { colour: ${others[name] ?? 'green'} }, `;
  });
  writeFileSync(path('inventory.yaml'), lines);
}

async function verify(...words: readonly string[]): Promise<Ended & { readonly runId: string }> {
  const ended = await muster('verify', 'p', ...inventory, ...words);
  const [newest = ''] = (await muster('history', '--json', '-n', '1')).stdout.split('\n');
  return { ...ended, runId: (JSON.parse(newest) as { runId: string }).runId };
}

beforeAll(async () => {
  place = await controller(3);
  mkdirSync(path('p/steps'), { recursive: true });
  writeFileSync(
    path('p/playbook.yaml'),
    'name: p\nvars: { colour: { type: string } }\nsteps: [{ id: one, script: steps/one.sh }]\n',
  );
  writeFileSync(
    path('p/steps/one.sh'),
    `state() { :; }
verify() {
  observe paint.colour "$colour"
  observe shape round
  observe --mask '#' made "as number $$"
  [ "$colour" != broken ] || expect_equal "the colour" "$colour" green
}
`,
  );
  plain = readFileSync(path('inventory.yaml'), 'utf8');
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await place.stop();
});
beforeEach(() => {
  count += 1;
  vi.stubEnv('XDG_STATE_HOME', path(`state${String(count)}`));
  paint();
});

describe('muster compare', () => {
  it('compares the newest verify with the majority or a golden host, and only the selected keys', async () => {
    paint({ ns3: 'red' });
    await verify();
    const majority = await muster('compare');
    expect(majority.code, majority.stderr).toBe(3);
    expect(majority.stdout).toMatch(/paint\.colour\s+green\s+ns\[1-2\].*red\s+ns3/s);
    expect(majority.stdout).not.toContain('made');
    const golden = await muster('compare', '--golden', 'ns3');
    expect(golden.code).toBe(3);
    expect(golden.stdout).toMatch(/green\s+ns\[1-2\]/);
    expect((await muster('compare', '--key', 'shape')).code).toBe(0);
    expect((await muster('compare', '--golden', 'ns9')).code).toBe(2);
    // Nothing is masked: what a host alone could say is another thing on each.
    const unmasked = await muster('compare', '--no-mask', '--key', 'made');
    expect(unmasked.code, unmasked.stdout).toBe(3);
  });

  it('says what is new, gone or changed between two runs, or two files of --json', async () => {
    const first = await verify('--json');
    writeFileSync(path('first.json'), first.stdout);
    paint({ ns2: 'blue' });
    const second = await verify('--json');
    writeFileSync(path('second.json'), second.stdout);
    const runs = await muster('compare', first.runId, second.runId);
    expect(runs.code, runs.stderr).toBe(3);
    expect(runs.stdout).toMatch(/ns2 .*paint\.colour.*green -> blue/);
    const files = await muster('compare', 'first.json', 'second.json');
    expect({ code: files.code, lines: files.stdout.split('\n').slice(0, -2) }).toEqual({
      code: runs.code,
      lines: runs.stdout.split('\n').slice(0, -2),
    });
    const same = await muster('compare', first.runId, first.runId);
    expect([same.code, same.stdout.includes('nothing is new, gone or changed')]).toEqual([0, true]);
    expect((await muster('compare', '--run', first.runId)).stdout).toMatch(/green -> blue/);
    // A host that is left out is no unknown one.
    const without = await muster('compare', first.runId, second.runId, '-l', '@all,!ns2');
    expect([without.code, without.stderr]).toEqual([0, '']);
  });

  it('contacts the hosts, with the playbook of the newest verify, only with --now', async () => {
    await verify();
    paint({ ns1: 'red' });
    expect((await muster('compare')).code).toBe(0);
    const now = await muster('compare', '--now', ...inventory);
    expect(now.code, now.stderr).toBe(3);
    expect(now.stdout).toContain('red');
  });
});

describe('muster baseline', () => {
  it(
    'keeps a run, compares later ones with it, and shows, lists and drops it',
    { tags: 'long' },
    async () => {
      const good = await verify();
      const saved = await muster('baseline', 'save', 'good');
      expect(saved.code, saved.stderr).toBe(0);
      expect((await muster('baseline', 'list')).stdout).toMatch(/^good: .*verify p/);
      paint({ ns3: 'red' });
      await verify();
      const against = await muster('compare', '--baseline', 'good');
      expect([against.code, /ns3 .*green -> red/.test(against.stdout)]).toEqual([3, true]);
      expect((await muster('baseline', 'show', 'good')).stdout).toBe(good.stdout);
      expect((await muster('baseline', 'drop', 'good')).code).toBe(0);
      for (const words of [
        ['compare', '--baseline', 'good'],
        ['baseline', 'show', 'good'],
        ['baseline', 'drop', 'good'],
        ['baseline', 'save', '../good'],
      ])
        expect((await muster(...words)).code, words.join(' ')).toBe(2);
    },
  );
});

describe('muster verify', () => {
  it('says since when something is wrong, and how often it returned', { tags: 'long' }, async () => {
    await verify();
    paint({ ns3: 'broken' });
    expect((await verify()).stdout).toContain('new: not in the run before');
    paint();
    await verify();
    paint({ ns3: 'broken' });
    const again = await verify();
    expect(again.code).toBe(1);
    expect(again.stdout).toMatch(
      /since \d{4}-\d\d-\d\d \d\d:\d\d UTC \(run .*\), in 2 of 4 runs, came back 1 time/,
    );
  });

  it(
    'shows with --since-last only what changed, with the exit code of the whole verify',
    { tags: 'long' },
    async () => {
      const alone = await verify('--since-last');
      expect([alone.code, alone.stderr.includes('there is no verify of p before')]).toEqual([0, true]);
      paint({ ns3: 'broken' });
      expect((await verify('--since-last')).stdout).toMatch(/ns3 +new: .*the colour/s);
      const third = await verify('--since-last');
      expect([third.code, third.stdout.includes('nothing is new, gone or changed')]).toEqual([1, true]);
    },
  );

  it('prints nothing with --expect-clean only if all is good', async () => {
    const good = await verify('--expect-clean');
    expect([good.code, good.stdout, good.stderr]).toEqual([0, '', '']);
    paint({ ns3: 'broken' });
    const bad = await verify('--expect-clean');
    expect(bad.code).toBe(1);
    expect(bad.stdout).toContain('the colour');
    const wrong = await muster('verify', 'no-such', '--expect-clean', ...inventory);
    expect([wrong.code, wrong.stderr === '']).toEqual([2, false]);
  });
});

describe('muster exec --mask', () => {
  it('folds answers that differ only in masked parts, and says so', async () => {
    const plainly = await muster('exec', ...inventory, 'echo number $$');
    expect(plainly.stdout).not.toContain('ns[1-3]');
    const masked = await muster('exec', ...inventory, '--mask', '#', 'echo number $$');
    expect(masked.code, masked.stderr).toBe(0);
    expect(masked.stdout).toMatch(/^ns\[1-3\] \(3 hosts\) exit 0, equal after masking/);
    expect((await muster('show')).stdout).toBe(masked.stdout);
    expect((await muster('exec', ...inventory, '--mask', '(', 'true')).code).toBe(2);
  });
});
