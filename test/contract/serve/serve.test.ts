// The web server of reports, asked over loopback: what it answers, whom it refuses, and what it outlives.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { servedPages } from '../../../src/cli/served-pages.ts';
import { reduce, type RunEvent, type RunOrigin, Secret } from '../../../src/model/index.ts';
import type { PageData } from '../../../src/report/html/page-data.ts';
import { parseAddress, type ReportServer, startServer } from '../../../src/serve/index.ts';
import { fileHistory, type History, thisController } from '../../../src/store/index.ts';
import { fabricatedRun, type FabricatedRun } from '../../support/fabricated-run.ts';

const built = join(import.meta.dirname, '../../../dist/report/html');
const markup = '</script><script>window.owned=1</script>';
const origin: RunOrigin = {
  ...{ operator: 'ops@bastion', directory: '/srv', argv: ['apply', 'demo'], muster: '0.1.0' },
  ...{ controller: thisController(), selection: {} },
};
const idOf = (number: number): string => `20261128-050000-${number.toString(16).padStart(4, '0')}`;

let directory: string;
let history: History;
let server: ReportServer;

function eventsOf(run: Partial<FabricatedRun> & { readonly number: number }): readonly RunEvent[] {
  const started = new Date(Date.parse('2026-11-28T05:00:00.000Z') + run.number * 1000);
  const whole = { runId: idOf(run.number), hosts: ['ns1', 'ns2'], steps: ['one', 'two'], started, ...run };
  return [...fabricatedRun(whole)];
}

async function keep(run: Partial<FabricatedRun> & { readonly number: number }): Promise<void> {
  const events = eventsOf(run);
  const recorder = history.record(origin);
  for (const event of events) recorder.take(event);
  await recorder.end(reduce(events));
}

async function start(options: Partial<Parameters<typeof startServer>[0]> = {}): Promise<ReportServer> {
  const [run, runs] = ['report-page.html', 'runs-page.html'].map((name) =>
    readFileSync(join(built, name), 'utf8'),
  );
  const pages = servedPages(history, { run: run ?? '', runs: runs ?? '' });
  return await startServer({ address: parseAddress('127.0.0.1:0'), pages, ...options });
}

const ask = async (path: string, options: RequestInit = {}, from = server): Promise<Response> =>
  await fetch(from.url + path, options);

/** Sends these very bytes and gives all that comes back until the server ends it. */
async function raw(text: string, from = server): Promise<string> {
  const socket = open(from);
  let said = '';
  socket.on('data', (bytes: Buffer) => (said += bytes.toString()));
  socket.write(text);
  await new Promise((resolve) => socket.on('close', resolve));
  return said;
}

function open(from = server): Socket {
  const { port } = new URL(from.url);
  const socket = connect(Number(port), '127.0.0.1');
  socket.on('error', () => undefined);
  return socket;
}

const get = (path: string, host = '127.0.0.1'): string =>
  `GET ${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`;

beforeAll(async () => {
  directory = join(mkdtempSync(join(tmpdir(), 'muster-serve-')), 'history');
  history = fileHistory({ directory, clock: () => new Date(), say: () => undefined });
  await keep({ number: 1 });
  await keep({ number: 2, action: 'verify', failing: new Set(['ns2']) });
  await keep({ number: 3, action: 'verify', playbook: markup, failing: new Set(['ns2']) });
  server = await start();
});
afterAll(async () => {
  await server.stop();
  rmSync(join(directory, '..'), { recursive: true });
});

describe('a request', () => {
  it('gets the list of all runs, and a page for each', async () => {
    const list = await ask('/');
    expect([list.status, list.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    const text = await list.text();
    for (const number of [1, 2, 3]) expect(text).toContain(`href="/run/${idOf(number)}"`);
    expect(text).toContain('2 hosts: 1 changed, 1 failed (ns2)');
    expect(text).not.toContain('<script');
    expect(text).toContain('&#60;/script&#62;&#60;script&#62;');
    const page = await (await ask(`/run/${idOf(2)}`)).text();
    expect(page.includes('2 of 2 hosts are not well: ns2 failed; ns1 drifted.')).toBe(true);
    expect(page.match(/<script/g)).toHaveLength(2);
    expect((await (await ask(`/run/${idOf(3)}`)).text()).match(/<script/g)).toHaveLength(2);
  });

  it('is filtered as in muster history, and an unknown filter is reported', async () => {
    const ids = async (query: string): Promise<readonly string[]> =>
      (await (await ask(`/?${query}`)).text()).match(/(?<=href="\/run\/)[^"]*/g) ?? [];
    expect(await ids('verb=apply')).toEqual([idOf(1)]);
    expect(await ids('failed=1&playbook=demo')).toEqual([idOf(2)]);
    expect(await ids('number=1')).toEqual([idOf(3)]);
    expect(await ids('host=ns[1-2]&since=2026-11-28T05:00:02Z')).toEqual([idOf(3), idOf(2)]);
    expect(await ids('host=&playbook=+')).toHaveLength(3);
    const wrong = await ask(`/?since=${encodeURIComponent(markup)}`);
    const text = await wrong.text();
    expect([wrong.status, text.includes('is no time'), text.includes('<script')]).toEqual([400, true, false]);
  });

  it('can only read: another method is refused, and HEAD has no body', async () => {
    for (const method of ['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS']) {
      const { status, headers } = await ask('/', { method });
      expect([method, status, headers.get('allow')]).toEqual([method, 405, 'GET, HEAD']);
    }
    const head = await ask(`/run/${idOf(1)}`, { method: 'HEAD' });
    expect([head.status, await head.text()]).toEqual([200, '']);
  });

  it('gets headers that keep the answer in its page, whatever it is', async () => {
    for (const path of ['/', `/run/${idOf(1)}`, `/run/${idOf(1)}/data`, '/nothing', `/run/${idOf(99)}`]) {
      const { headers } = await ask(path);
      expect(Object.fromEntries(headers), path).toMatchObject({
        'cache-control': 'no-store',
        'referrer-policy': 'no-referrer',
        'x-content-type-options': 'nosniff',
        'cross-origin-resource-policy': 'same-origin',
        'content-security-policy': expect.stringMatching(
          /^default-src 'none'.*frame-ancestors 'none'$/,
        ) as string,
      });
      expect(headers.get('content-security-policy')).not.toMatch(/unsafe|connect-src|https?:/);
      expect(headers.get('access-control-allow-origin')).toBeNull();
    }
  });

  it.each([
    '/run/../../etc/passwd',
    '/run/..%2f..%2fetc%2fpasswd',
    '/run/%2e%2e/',
    `/run/${idOf(1)}/../${idOf(2)}`,
    `/run/${idOf(1)}%00`,
    `/run/${idOf(1)}.ndjson.gz`,
    '/../../etc/passwd',
    '//etc/passwd',
    'http://127.0.0.1/run/../x',
    '/index.sqlite',
  ])('gets no page: %s', async (path) => {
    const said = await raw(get(path));
    expect(said).toMatch(/^HTTP\/1\.1 404 /);
    expect(said).not.toContain('root:');
  });

  it('gets an error for a run that does not exist or cannot be read, and the list still works', async () => {
    const unknown = await ask(`/run/${idOf(99)}`);
    expect([unknown.status, (await unknown.text()).includes('there is no run')]).toEqual([404, true]);
    expect((await ask(`/run/${idOf(99)}/data`)).status).toBe(404);
    const damaged = join(directory, `${idOf(7)}.ndjson.gz`);
    writeFileSync(damaged, `${markup} no gzip`, { mode: 0o600 });
    onTestFinished(() => {
      rmSync(damaged);
    });
    const broken = await ask(`/run/${idOf(7)}`);
    const words = await broken.text();
    expect([broken.status, words.includes('cannot be read'), words.includes('<script')]).toEqual([
      500,
      true,
      false,
    ]);
    const list = await ask('/');
    expect([list.status, await list.text()]).toEqual([
      200,
      expect.stringMatching(`${idOf(7)}</code> cannot be read`),
    ]);
  });
});

describe('a run that is still active', () => {
  const data = async (number: number, seen: number | undefined): Promise<PageData | number> => {
    const answer = await ask(`/run/${idOf(number)}/data?seen=${String(seen)}`);
    return answer.status === 200 ? ((await answer.json()) as PageData) : answer.status;
  };

  it('is shown up to now, and every page gets what is new until it ends', async () => {
    const events = eventsOf({ number: 20, failing: new Set(['ns1']) });
    const middle = events.findIndex(({ type }) => type === 'host-finished') + 3;
    const recorder = history.record(origin);
    for (const event of events.slice(0, 8)) recorder.take(event);
    const page = await ask(`/run/${idOf(20)}`);
    expect(page.headers.get('content-security-policy')).toContain("connect-src 'self'");
    expect(await page.text()).toContain('It is still active: 2 hosts are not done.');
    expect(await (await ask('/')).text()).toContain('2 hosts, at work');
    const first = await data(20, undefined);
    if (typeof first === 'number') throw new Error(`status ${first}`);
    expect(first.served?.live?.open).toEqual([0, 1]);
    expect(first.troubles).toEqual([]);
    const { version } = first.served?.live ?? {};
    expect(await data(20, version)).toBe(204);
    for (const event of events.slice(8, middle)) recorder.take(event);
    const both = await Promise.all([data(20, version), data(20, version)]);
    for (const next of both)
      expect(next).toMatchObject({
        word: 'failed',
        served: { live: { open: [1] } },
        troubles: [{ state: 'bad', hosts: [0] }],
      });
    expect(both[0]).toEqual(both[1]);
    for (const event of events.slice(middle)) recorder.take(event);
    await recorder.end(reduce(events));
    expect(await data(20, version)).toMatchObject({
      served: {},
      exitCode: 1,
      finished: expect.any(String) as string,
    });
    expect(await (await ask(`/run/${idOf(20)}`)).text()).not.toContain("connect-src 'self'");
  });

  it('is not shown as active any more if its controller is gone', async () => {
    const gone = { ...origin, controller: { ...origin.controller, pid: 2 ** 22 + 1 } };
    const recorder = history.record(gone);
    for (const event of eventsOf({ number: 21 }).slice(0, 8)) recorder.take(event);
    expect(await data(21, 0)).toMatchObject({ served: {}, word: 'incomplete' });
  });

  it('is read anew if its record is cut, or if a line of it is not complete yet', async () => {
    const recorder = history.record(origin);
    const events = eventsOf({ number: 22 });
    for (const event of events.slice(0, 20)) recorder.take(event);
    const path = join(directory, `${idOf(22)}.ndjson`);
    const follower = history.follow(idOf(22));
    const whole = await follower.look();
    const text = readFileSync(path, 'utf8');
    const lines = text.split('\n');
    writeFileSync(path, `${text}{"type":"host-fin`);
    expect((await follower.look()).version).toBe(whole.version);
    writeFileSync(path, `${lines.slice(0, 4).join('\n')}\n`);
    const less = await follower.look();
    expect(less.version).toBeLessThan(whole.version);
    expect(less.summary.state).toBe('at-work');
  });
});

describe('a client', () => {
  it.each([
    ['evil.example', 421],
    ['evil.example:8017', 421],
    ['127.0.0.1.evil.example', 421],
    ['', 421],
    ['localhost', 200],
    ['LOCALHOST:9000', 200],
    ['127.0.0.1:1', 200],
    ['[::1]:8017', 200],
  ])('is refused under a foreign host name: %j', async (host, status) => {
    expect(await raw(get('/', host))).toMatch(new RegExp(`^HTTP/1\\.1 ${String(status)} `));
  });

  it('needs the token, if there is one, as password or as bearer, for everything', async () => {
    const token = 'correct-horse-battery';
    const guarded = await start({ token: new Secret(token) });
    onTestFinished(() => guarded.stop());
    const basic = (text: string): string => `Basic ${Buffer.from(text).toString('base64')}`;
    for (const [authorization, status] of [
      [basic(`ops:${token}`), 200],
      [basic(`:${token}`), 200],
      [`Bearer ${token}`, 200],
      [basic(`ops:${token}x`), 401],
      [basic(token), 200],
      [`Bearer ${token.slice(1)}`, 401],
      ['Bearer ', 401],
      ['Basic !!!', 401],
      [`Digest ${token}`, 401],
      [undefined, 401],
    ] as const) {
      for (const path of ['/', `/run/${idOf(1)}`, `/run/${idOf(1)}/data`, '/nothing']) {
        const headers = authorization === undefined ? {} : { authorization };
        const answer = await ask(path, { headers }, guarded);
        expect([authorization, path, answer.status]).toEqual([
          authorization,
          path,
          status === 200 && path === '/nothing' ? 404 : status,
        ]);
        expect(await answer.text()).not.toContain(token);
        if (status === 401) expect(answer.headers.get('www-authenticate')).toMatch(/^Basic realm=/);
      }
    }
    expect((await ask(`/?token=${token}`, {}, guarded)).status).toBe(401);
  });

  it('cannot be on another machine without a token', async () => {
    for (const text of ['0.0.0.0:0', '[::]:0', '192.0.2.1', 'ns1.example'])
      await expect(start({ address: parseAddress(text) })).rejects.toMatchObject({ code: 'SERVE_TOKEN' });
    const open = await start({ address: parseAddress('0.0.0.0:0'), token: new Secret('x'.repeat(20)) });
    onTestFinished(() => open.stop());
    const headers = { authorization: `Bearer ${'x'.repeat(20)}` };
    expect(
      (await ask('/', { headers }, { ...open, url: open.url.replace('0.0.0.0', '127.0.0.1') })).status,
    ).toBe(200);
  });

  it('is disconnected if it hangs, and does not delay the others', async () => {
    const patient = await start({ patienceMs: 5000 });
    onTestFinished(() => patient.stop());
    const [silent, half, deaf] = [open(patient), open(patient), open(patient)];
    half.write('GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Half: ');
    // It asks for more than a socket holds, and reads none of it.
    deaf.pause();
    deaf.write(
      get(`/run/${idOf(1)}`)
        .replace('Connection: close\r\n', '')
        .repeat(40),
    );
    const ended = [silent, half].map((socket) => new Promise((resolve) => socket.on('close', resolve)));
    for (const socket of [silent, half]) socket.resume();
    const ok = /^HTTP\/1\.1 200 /;
    expect(await raw(get('/'), patient)).toMatch(ok);
    await Promise.all(ended);
    deaf.destroy();
    expect((await raw(get(`/run/${idOf(1)}`), patient)).slice(0, 20)).toMatch(ok);
  });
});

it('gets a server that reports a used port in one line, and that stops in spite of open connections', async () => {
  const { port } = new URL(server.url);
  await expect(start({ address: parseAddress(port) })).rejects.toMatchObject({
    code: 'SERVE_ADDRESS',
    message: `pages cannot be served at 127.0.0.1:${port}: another program uses it; name another port, or 0 for any free one`,
  });
  const other = await start();
  const socket = open(other);
  const closed = new Promise((resolve) => socket.on('close', resolve));
  socket.write(get('/').replace('close', 'keep-alive'));
  await new Promise((resolve) => socket.once('data', resolve));
  socket.resume();
  await other.stop();
  await closed;
  await expect(ask('/', {}, other)).rejects.toThrow();
});

it.each([
  ['', { host: '127.0.0.1', port: 8017, isLoopback: true }],
  ['9000', { host: '127.0.0.1', port: 9000, isLoopback: true }],
  ['localhost:80', { host: 'localhost', port: 80, isLoopback: true }],
  ['[::1]:0', { host: '::1', port: 0, isLoopback: true }],
  ['127.1.2.3', { host: '127.1.2.3', port: 8017, isLoopback: true }],
  ['0.0.0.0:1', { host: '0.0.0.0', port: 1, isLoopback: false }],
  ['127.0.0.1.example', { host: '127.0.0.1.example', port: 8017, isLoopback: false }],
])('reads %j as an address', (text, address) => {
  expect(parseAddress(text)).toEqual(address);
});

it.each(['::1', '[x]:1', 'a b', 'http://x', '127.0.0.1:99999', '99999', ':80', '[127.0.0.1]:1'])(
  'reads %j as none',
  (text) => {
    expect(() => parseAddress(text)).toThrow('is no address to listen at');
  },
);
