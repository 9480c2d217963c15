// The HTML report in a real browser: what an operator sees, finds, prints and hears; and that nothing a host says is markup.
// What runs in the page has the types of a browser.
/// <reference lib="dom" />
import { statSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { findingsOf, sightingsOf } from '../../src/compare/index.ts';
import type { PageContext } from '../../src/report/index.ts';
import type { RunResult } from '../../src/model/index.ts';
import { fleetOf as unitFleet, hostile, hostileHost, runResult } from '../unit/report/renderers.ts';
import { browserPath, type Opened, Reader } from './browser.ts';
import { earlierRuns, fleetOf, goodHost } from './fleet.ts';
import { violations } from './violations.ts';

describe.skipIf(browserPath === undefined)('the page of a report', () => {
  let reader: Reader;
  let file: string;

  beforeAll(async () => {
    reader = await Reader.start();
    file = reader.write(fleetOf(500), withHistory(fleetOf(500)));
  });
  afterAll(async () => {
    await reader.stop();
  });

  async function open(hash = '', options: Parameters<Reader['open']>[2] = {}, which = file): Promise<Opened> {
    const opened = await reader.open(which, hash, options);
    onTestFinished(async () => {
      await opened.page.context().close();
    });
    return opened;
  }

  it('says the state of the fleet in one sentence, and then each fault with its hosts, the difference, and since when', async () => {
    const { page, complaints } = await open();
    expect(await page.innerText('.sentence')).toContain(
      '3 of 500 hosts are not well: ns8 failed; ns6 drifted; ns5 different from the others.',
    );
    const troubles = await page.locator('.trouble').allInnerTexts();
    expect(troubles).toHaveLength(3);
    expect(troubles[0]).toMatch(
      /proof: root[^]*root of pid 720 is \/[^]*ns8[^]*since 2026-11-25 05:00[^]*in 4 of 10 runs/,
    );
    expect(troubles[0]).toContain('named is not in the cage');
    expect(troubles[0]).toContain('muster apply caged-bind -l ns8');
    expect(troubles[1]).toContain('new: not in the 9 runs before');
    expect(troubles[1]).toMatch(
      /named\.conf in group auth[^]*ns5[^]*- {2}recursion no;\n\+ {2}recursion yes;/,
    );
    expect(troubles[2]).toMatch(/rc: rc_conf named[^]*ns6[^]*-named=NO\n\+named=YES/);
    expect(complaints).toEqual([]);
  });

  it('has one row for all hosts that look the same, and a colour and a shape for each state', async () => {
    const { page } = await open();
    const rows = page.locator('.matrix tbody tr');
    expect(await rows.locator('th').allInnerTexts()).toEqual([
      expect.stringMatching(/^✕.*ns8$/s),
      expect.stringMatching(/^≠.*ns5$/s),
      expect.stringMatching(/^△.*ns6$/s),
      expect.stringMatching(/^✓.*497 hosts: ns\[1-4,7,9-500\]$/s),
    ]);
    const signs = await page.locator('.legend .mark').allInnerTexts();
    expect(new Set(signs).size).toBe(signs.length);
    const colors = await page
      .locator('.legend .mark')
      .evaluateAll((marks) => marks.map((mark) => getComputedStyle(mark).backgroundColor));
    expect(new Set(colors).size).toBe(colors.length);
  });

  it('moves from the matrix to one cell and back by keyboard alone', async () => {
    const { page } = await open();
    await page.locator('.matrix tbody tr').first().locator('a').first().focus();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Enter');
    await page.waitForFunction(() => document.activeElement?.tagName === 'H1');
    expect(await page.innerText('h1')).toBe('ns8: proof:root');
    expect(decodeURIComponent(new URL(page.url()).hash)).toBe('#host=ns8&check=proof:root');
    await page.keyboard.press('j');
    await page.waitForFunction(() => document.querySelector('h1')?.textContent.startsWith('ns9'));
    await page.keyboard.press('Escape');
    await page.waitForSelector('.matrix');
    await page.keyboard.press('/');
    await page.keyboard.type('ns50');
    expect(await page.innerText('output')).toBe('2 of 500 hosts');
    expect(new URL(page.url()).hash).toBe('#q=ns50');
  });

  it('opens at the target of a link', async () => {
    const { page } = await open('#host=ns8&check=proof:root');
    expect(await page.innerText('h1')).toBe('ns8: proof:root');
    expect(await page.innerText('.checks .wanted')).toContain('root of pid 720 is /');
    expect(await page.innerText('#steps + ul .wanted')).toContain('looked at ns8');
    await page.evaluate(() => {
      location.hash = '#check=proof:root';
    });
    await page.waitForSelector('.states');
    expect(await page.innerText('.states')).toMatch(/failed: ns8[^]*good: [^]*499 hosts/);
    await page.evaluate(() => {
      location.hash = '#key=bind.version';
    });
    await page.waitForSelector('.folds');
    expect(await page.innerText('main')).toContain('9.18.24');
    await page.evaluate(() => {
      location.hash = '#host=nobody';
    });
    await page.waitForSelector('.lead');
    expect(await page.innerText('main')).toContain('nothing of this name');
  });

  it('filters by state, group and words, and keeps the filter in the address', async () => {
    const { page } = await open('#state=drift');
    expect(await page.innerText('output')).toBe('1 of 500 hosts');
    await page.locator('select').nth(0).selectOption('resolvers');
    expect(await page.innerText('output')).toBe('0 of 500 hosts');
    await page.getByRole('button', { name: 'show all' }).click();
    expect(await page.innerText('output')).toBe('500 hosts');
    await page.getByRole('searchbox').fill('pid 720');
    expect(await page.locator('.matrix tbody tr').count()).toBe(1);
    await page.reload();
    expect(await page.innerText('output')).toBe('1 of 500 hosts');
  });

  it(
    'has a thousand hosts and thirty checks in less than 15 MB and two seconds of work, near and far',
    { tags: 'long' },
    async () => {
      const large = reader.write(fleetOf(1000));
      expect(statSync(large).size).toBeLessThan(15 * 1000 ** 2);
      const { page } = await open('#zoom=hosts&all=1', {}, large);
      const session = await page.context().newCDPSession(page);
      await session.send('Performance.enable', { timeDomain: 'threadTicks' });
      // What is measured begins here.
      await page.reload();
      await page.waitForSelector('.matrix tbody tr');
      const { metrics } = await session.send('Performance.getMetrics');
      const seconds = metrics.find(({ name }) => name === 'TaskDuration')?.value ?? Infinity;
      process.stderr.write(
        `the page of 1,000 hosts: ${String(statSync(large).size)} bytes, ${seconds.toFixed(2)} s of work\n`,
      );
      expect(seconds).toBeLessThan(2);
      expect(await page.locator('.matrix tbody tr').count()).toBeLessThan(150);
      await page.locator('.frame.hosts').evaluate((frame) => {
        frame.scrollTop = frame.scrollHeight;
      });
      await page.getByRole('link', { name: 'ns1000', exact: true }).waitFor();
      await page.getByLabel('map').check();
      expect(await page.locator('.map a').count()).toBe(1000);
    },
  );

  it('draws the earlier runs, and describes the drawing', async () => {
    const { page } = await open();
    expect(await page.locator('.chart canvas').count()).toBe(1);
    expect(await page.getAttribute('.chart', 'aria-label')).toContain(
      'the last 10 runs; in the newest 1 failed',
    );
    await page.evaluate(() => {
      location.hash = '#host=ns8';
    });
    await page.waitForSelector('.lead');
    expect(await page.getAttribute('.spark', 'aria-label')).toMatch(
      /good, good, failed, failed, failed, failed$/,
    );
  });

  it('is complete on paper: no filter, nothing to scroll to', async () => {
    const { page } = await open();
    await page.emulateMedia({ media: 'print' });
    expect(await page.locator('.filters').isVisible()).toBe(false);
    const cut = await page
      .locator('pre, .frame')
      .evaluateAll(
        (all) => all.filter((one) => one.clientHeight > 0 && one.scrollHeight > one.clientHeight + 2).length,
      );
    expect(cut).toBe(0);
    expect((await page.pdf()).subarray(0, 5).toString()).toBe('%PDF-');
  });

  it.each(['', '#zoom=hosts', '#zoom=map', '#host=ns8', '#check=proof:root', '#key=named.conf'])(
    'fits a phone: %s',
    async (hash) => {
      const { page } = await open(hash, { viewport: { width: 360, height: 740 } });
      const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      expect(over).toBeLessThanOrEqual(0);
    },
  );

  it.each([
    ['light', ''],
    ['dark', ''],
    ['light', '#zoom=hosts&all=1'],
    ['dark', '#zoom=map'],
    ['light', '#host=ns8&check=proof:root'],
    ['dark', '#host=ns6'],
    ['light', '#check=proof:root'],
    ['dark', '#key=named.conf'],
  ] as const)('has no violation that axe finds: %s %s', { tags: 'long' }, async (colorScheme, hash) => {
    const { page } = await open(hash, { colorScheme });
    expect(await violations(page)).toEqual([]);
  });

  it('works for every verb', { tags: 'long' }, async () => {
    for (const action of ['plan', 'apply', 'exec', 'facts', 'ping', 'compare', 'rollback'] as const) {
      const hosts = unitFleet(3, () => ({
        ...goodHost('ns1', 3),
        command: { status: 0, stdout: 'hello\n', stderr: '' },
      }));
      const named = hosts.map((host, at) => ({ ...host, host: `h${String(at)}` }));
      const { page, complaints } = await open('', {}, reader.write(runResult(action, named)));
      expect(await page.innerText('h1'), action).toBe(`${action} caged-bind`);
      expect(complaints).toEqual([]);
      if (action === 'exec') expect(await page.innerText('.keys')).toContain('hello');
    }
  });

  describe('of hostile hosts', () => {
    const markup = '</script><script>window.owned=1</script><img src=x onerror="window.owned=1"><!--';
    const hosts = ['failed', 'ok', 'changed', 'unreachable'].map((outcome, at) =>
      hostileHost(`h${hostile}${markup}${String(at)}`, {
        outcome: outcome as 'ok',
        reason: `${markup}${hostile}`,
        steps: [
          {
            ...{ id: markup, outcome: 'failed', reason: markup, seconds: 1 },
            ...{ stdout: 'x'.repeat(1024 ** 2), stderr: `${markup}\u202e${'<'.repeat(1024 ** 2)}` },
          },
        ],
        checks: [{ kind: 'step', step: markup, name: `${markup}\u202e`, holds: false, message: markup }],
        observations: new Map([[markup, `${markup}\n${hostile}${String(at)}`]]),
      }),
    );
    const result: RunResult = { ...runResult('verify', hosts), playbook: markup, runId: markup };

    it('has no markup of theirs, no invisible character, and a bounded size', async () => {
      const bad = reader.write(result);
      expect(statSync(bad).size).toBeLessThan(2 * 1024 ** 2);
      for (const hash of ['', '#zoom=hosts&all=1', '#zoom=map']) {
        const { page, complaints } = await open(hash, { viewport: { width: 360, height: 740 } }, bad);
        expect(await page.evaluate(() => 'owned' in window)).toBe(false);
        expect(await page.locator('img').count()).toBe(0);
        expect(await page.locator('script').count()).toBe(2);
        expect(await page.innerText('body')).toContain('<img src=x onerror=');
        expect(await page.innerText('body')).not.toMatch(/[\u0000-\u0008\u001b\u009b\u202e]/);
        expect(
          await page.evaluate(() => document.documentElement.scrollWidth - innerWidth),
        ).toBeLessThanOrEqual(0);
        expect(complaints).toEqual([]);
      }
      const { page } = await open('', {}, bad);
      await page.locator('.trouble a.host').first().click();
      await page.waitForSelector('.lead');
      expect(await page.evaluate(() => 'owned' in window)).toBe(false);
      expect(await violations(page)).toEqual([]);
    });
  });
});

/** A history in which `ns8` failed in the three runs before, and not in those before them. */
function withHistory(result: RunResult): PageContext {
  const earlier = earlierRuns(result, 9);
  const found = earlier.map(({ runId, started }, at) => {
    const isQuiet = (host: string): boolean =>
      host === 'ns5' || host === 'ns6' || (at >= 3 && host === 'ns8');
    const hosts = result.hosts.map((host) => (isQuiet(host.host) ? goodHost(host.host) : host));
    return findingsOf({ ...result, runId, started, hosts });
  });
  const sightings = sightingsOf([...found.toReversed(), findingsOf(result)]);
  return { earlier, sightings, ...(earlier[0] === undefined ? {} : { summary: earlier[0] }) };
}
