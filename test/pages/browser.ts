// A real browser, and pages of reports in it. If there is none, a line says so, and nothing is tested.
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { encodePage, type PageContext, renderHtml } from '../../src/report/index.ts';
import type { RunResult } from '../../src/model/index.ts';

const paths = [process.env['MUSTER_CHROMIUM'] ?? '', '/usr/bin/chromium', '/usr/bin/chromium-browser'];

/** The path of the browser; undefined if there is none. */
export const browserPath = paths.find((path) => path !== '' && existsSync(path));
if (browserPath === undefined)
  process.stderr.write(
    'NO CHROMIUM: the pages of reports are NOT TESTED (Debian: apt-get install chromium)\n',
  );

export interface Opened {
  readonly page: Page;
  /** What the page complained of, and what it asked for beside itself. */
  readonly complaints: readonly string[];
}

/** A browser with a folder for pages. */
export class Reader {
  readonly folder = mkdtempSync(join(tmpdir(), 'muster-pages-'));
  readonly #browser: Browser;
  #pages = 0;

  private constructor(browser: Browser) {
    this.#browser = browser;
  }

  static async start(): Promise<Reader> {
    const isRoot = process.getuid?.() === 0;
    const browser = await chromium.launch({
      executablePath: browserPath ?? '',
      // As root it does not start with one.
      args: isRoot ? ['--no-sandbox'] : [],
    });
    return new Reader(browser);
  }

  async stop(): Promise<void> {
    await this.#browser.close();
    rmSync(this.folder, { recursive: true });
  }

  /** Writes the page of a run; gives its file. */
  write(result: RunResult, context: PageContext = {}): string {
    const built = join(import.meta.dirname, '../../dist/report/html/report-page.html');
    if (!existsSync(built)) throw new Error('the page is not built: npm run build');
    this.#pages += 1;
    const file = join(this.folder, `page${String(this.#pages)}.html`);
    writeFileSync(file, renderHtml(encodePage(result, context), readFileSync(built, 'utf8')).join(''));
    return file;
  }

  /** Opens a page from the disk, without a network. */
  async open(file: string, hash = '', options: BrowserContextOptions = {}): Promise<Opened> {
    return await this.#open(`file://${file}`, hash, { offline: true, ...options });
  }

  /** Opens a page of a server, which may ask that server and nobody else. */
  async visit(url: string, options: BrowserContextOptions = {}): Promise<Opened> {
    return await this.#open(url, '', options);
  }

  async #open(url: string, hash: string, options: BrowserContextOptions): Promise<Opened> {
    const context = await this.#browser.newContext({ timezoneId: 'UTC', ...options });
    const page = await context.newPage();
    const complaints: string[] = [];
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(String(error)));
    page.on('request', (request) => {
      const asked = request.url();
      const isOwn = url.startsWith('file:')
        ? asked.split('#')[0] === url
        : new URL(asked).origin === new URL(url).origin;
      if (!isOwn && !asked.startsWith('data:')) complaints.push(`asked for ${asked}`);
    });
    await page.goto(`${url}${hash}`);
    await page.waitForSelector('h1');
    return { page, complaints };
  }
}
