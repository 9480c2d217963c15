// What an operator sees first of five hundred hosts in which three differ since the fourth of nine runs: in a terminal, and in a
// browser. Exactly these three, why, and since when.
/// <reference lib="dom" />
// @module-tag long
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { firstWrong, outliers, recordOutliers, runIdOf } from '../support/outliers.ts';
import { browserPath, Reader } from './browser.ts';

const main = join(import.meta.dirname, '../../dist/cli/main.js');
let state: string;

beforeAll(async () => {
  state = mkdtempSync(join(tmpdir(), 'muster-first-'));
  await recordOutliers(join(state, 'muster/history'));
});
afterAll(() => {
  rmSync(state, { recursive: true });
});

function muster(...words: readonly string[]): string {
  const env = { ...process.env, XDG_STATE_HOME: state, COLUMNS: '80' };
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...words], {
    ...{ env, cwd: state, encoding: 'utf8' },
  });
  expect(status, stderr).toBe(3);
  return stdout;
}

it('the first screen of a terminal', () => {
  const text = muster('show');
  const screen = text.split('\n').slice(0, 24).join('\n');
  // Everything is on it.
  expect(screen).toBe(text);
  for (const { host, key, value } of outliers) {
    expect(screen).toContain(host);
    expect(screen).toContain(key);
    if (!value.includes('\n')) expect(screen).toContain(value);
  }
  expect(screen).toMatch(/- {2}recursion no;\n *\+ {2}recursion yes;/);
  const since = `since 2026-11-23 05:00 UTC (run ${runIdOf(firstWrong)}), in 6 of 9 runs`;
  expect(screen.split(since)).toHaveLength(outliers.length + 1);
  expect(screen).toContain('3 divergences');
  expect(screen).toContain('ns[1-500] (500 hosts)');
});

describe.skipIf(browserPath === undefined)('the first screen of a browser', () => {
  let reader: Reader;
  beforeAll(async () => {
    reader = await Reader.start();
  });
  afterAll(async () => {
    await reader.stop();
  });

  it.each([
    [1400, 900],
    [360, 1600],
  ])('%i pixels wide', async (width, height) => {
    const file = join(state, 'fleet.html');
    muster('report', '--html', file);
    const { page, complaints } = await reader.open(file, '', { viewport: { width, height } });
    expect(await page.innerText('.sentence')).toContain('3 of 500 hosts are not well: ns[137,256,404]');
    const troubles = page.locator('.trouble');
    expect(await troubles.count()).toBe(outliers.length);
    for (const [at, { host, key }] of outliers.entries()) {
      const trouble = troubles.nth(at);
      const box = await trouble.boundingBox();
      expect((box?.y ?? Infinity) + (box?.height ?? 0), host).toBeLessThan(height);
      const words = await trouble.innerText();
      expect(words).toContain(key);
      expect(words).toContain(host);
      expect(words).toMatch(/since 2026-11-23 05:00 \(run 20261123-050000-aa04\), in 6 of 9 runs/);
    }
    expect(await troubles.nth(1).innerText()).toMatch(/- {2}recursion no;\n\+ {2}recursion yes;/);
    expect(await troubles.nth(0).innerText()).toContain('9.18.19; most have 9.18.24');
    expect(complaints).toEqual([]);
    await page.context().close();
  });
});
