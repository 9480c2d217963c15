// The pages of `muster report --serve` in a real browser: from the list to a run, and a run that goes on followed to its end.
/// <reference lib="dom" />
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { servedPages } from '../../src/cli/served-pages.ts';
import { reduce, type RunEvent, type RunOrigin } from '../../src/model/index.ts';
import { parseAddress, type ReportServer, startServer } from '../../src/serve/index.ts';
import { fileHistory, type History, type RunRecorder, thisController } from '../../src/store/index.ts';
import { fabricatedRun } from '../support/fabricated-run.ts';
import { browserPath, Reader } from './browser.ts';
import { violations } from './violations.ts';

const built = join(import.meta.dirname, '../../dist/report/html');
const markup = '</script><script>window.owned=1</script><img src=x onerror="window.owned=1">';
const origin: RunOrigin = {
  ...{ operator: `ops${markup}@bastion`, directory: '/srv', argv: ['verify', 'demo'], muster: '0.1.0' },
  ...{ controller: thisController(), selection: {} },
};

describe.skipIf(browserPath === undefined)('muster report --serve in a browser', () => {
  let folder: string;
  let history: History;
  let server: ReportServer;
  let reader: Reader;

  const eventsOf = (number: number, playbook: string, failing: readonly string[]): readonly RunEvent[] => {
    const started = new Date(Date.parse('2026-11-28T05:00:00.000Z') + number * 60_000);
    const hosts = Array.from({ length: 20 }, (_, at) => `ns${String(at + 1)}`);
    return [
      ...fabricatedRun({
        ...{ runId: `20261128-050000-000${String(number)}`, action: 'verify', playbook, hosts, started },
        ...{ steps: ['one', 'two'], failing: new Set(failing) },
      }),
    ];
  };

  async function keep(events: readonly RunEvent[]): Promise<void> {
    const recorder = history.record(origin);
    for (const event of events) recorder.take(event);
    await recorder.end(reduce(events));
  }

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'muster-served-'));
    history = fileHistory({
      directory: join(folder, 'history'),
      clock: () => new Date(),
      say: () => undefined,
    });
    await keep(eventsOf(1, 'demo', []));
    await keep(eventsOf(2, 'demo', ['ns7']));
    await keep(eventsOf(3, markup, ['ns7']));
    const [run = '', runs = ''] = ['report-page.html', 'runs-page.html'].map((name) =>
      readFileSync(join(built, name), 'utf8'),
    );
    const pages = servedPages(history, { run, runs });
    server = await startServer({ address: parseAddress('127.0.0.1:0'), pages });
    reader = await Reader.start();
  });
  afterAll(async () => {
    await reader.stop();
    await server.stop();
    rmSync(folder, { recursive: true });
  });

  it('links from the list to a run and to earlier runs, and back; texts of hosts are no markup', async () => {
    const { page, complaints } = await reader.visit(`${server.url}/`);
    expect(await page.locator('.runs li').count()).toBe(3);
    expect(await page.locator('script, img').count()).toBe(0);
    expect(await page.innerText('.runs')).toContain('<img src=x onerror=');
    await page.getByText('only some runs').click();
    await page.getByLabel('playbook').fill('demo');
    await page.getByRole('button', { name: 'show', exact: true }).click();
    await page.waitForURL(/playbook=demo/);
    expect(await page.locator('.runs li').count()).toBe(2);
    await page.locator('.runs a').first().click();
    await page.waitForSelector('.sentence');
    expect(await page.innerText('.trouble')).toContain('new: not in the run before');
    await page.getByRole('link', { name: '20261128-050000-0001' }).first().click();
    await page.waitForURL(/0001$/);
    await page.getByRole('link', { name: '← all runs' }).click();
    await page.waitForSelector('.runs');
    expect(await page.evaluate(() => 'owned' in window)).toBe(false);
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it('follows an active run to its end, and says when the server does not answer any more', async () => {
    const events = eventsOf(4, 'demo', ['ns3']);
    const recorder: RunRecorder = history.record(origin);
    const middle = events.findIndex((event) => event.type === 'host-started' && event.host === 'ns11') + 5;
    for (const event of events.slice(0, 12)) recorder.take(event);
    const { page, complaints } = await reader.visit(`${server.url}/run/20261128-050000-0004`);
    expect(await page.innerText('.sentence')).toContain('20 hosts are not done');
    expect(await page.innerText('[role=status]')).toContain('This run is still active');
    expect(await violations(page)).toEqual([]);
    for (const event of events.slice(12, middle)) recorder.take(event);
    await page.getByText('10 hosts are not done').waitFor();
    expect(await page.locator('.trouble.bad').count()).toBe(1);
    for (const event of events.slice(middle)) recorder.take(event);
    await recorder.end(reduce(events));
    await page.getByText('exit code 1 (failed)').waitFor();
    expect(await page.innerText('[role=status]')).toBe('');
    expect(complaints).toEqual([]);
    await page.context().close();
    const later = eventsOf(5, 'demo', []);
    const last = history.record(origin);
    for (const event of later.slice(0, 12)) last.take(event);
    const other = await reader.visit(`${server.url}/run/20261128-050000-0005`);
    const { port } = new URL(server.url);
    await server.stop();
    await other.page.getByText('muster does not answer').waitFor();
    const [run = '', runs = ''] = ['report-page.html', 'runs-page.html'].map((name) =>
      readFileSync(join(built, name), 'utf8'),
    );
    server = await startServer({ address: parseAddress(port), pages: servedPages(history, { run, runs }) });
    await other.page.getByText('This run is still active').waitFor();
    await last.end(reduce(later));
    await other.page.context().close();
  });

  it.each([
    ['light', 1400],
    ['dark', 360],
  ] as const)('has a list that everyone can use: %s, %i pixels', async (colorScheme, width) => {
    const { page } = await reader.visit(`${server.url}/?since=7d&host=zzz`, {
      ...{ colorScheme, viewport: { width, height: 740 } },
    });
    expect(await violations(page)).toEqual([]);
    await page.goto(`${server.url}/`);
    expect(await violations(page)).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(
      0,
    );
    await page.context().close();
  });
});
