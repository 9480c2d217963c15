// The web server of reports. It only shows: GET and HEAD of the list of runs, of a run's page, and of the data of that page.
// It keeps no log, so that nobody's token or question is in one.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getSystemErrorMap } from 'node:util';
import { type Secret, UsageError } from '../model/index.ts';
import { type Address, hostInUrl } from './address.ts';
import { refuse } from './guard.ts';

/** What is answered. */
export interface Reply {
  readonly status: number;
  readonly type: 'html' | 'json' | 'text';
  /** The content security policy of a page. */
  readonly policy?: string;
  /** Pieces, because all together may be longer than a text can be. */
  readonly body: Iterable<string>;
}

/** What the pages are made by. None of it throws; a run that cannot be shown is a reply that says so. */
export interface ServedPages {
  /** The list of runs, as the words behind `?` want it. */
  list(asked: URLSearchParams): Promise<Reply>;
  /** The page of a run. */
  run(runId: string): Promise<Reply>;
  /** The data of that page; status 204 where it is still what was seen. */
  data(runId: string, seen: string | undefined): Promise<Reply>;
}

export interface ServerOptions {
  readonly address: Address;
  readonly pages: ServedPages;
  /** Each request must have it; without one, any request is answered. */
  readonly token?: Secret | undefined;
  /** How long a client may be silent while it asks, and while it is answered. */
  readonly patienceMs?: number;
}

/** A server that listens. */
export interface ReportServer {
  /** The address for a browser, without a slash at its end. */
  readonly url: string;
  /** Stops, and closes every connection. */
  stop(): Promise<void>;
}

const mostConnections = 128;
const mostHeaderBytes = 16 * 1024;
const usualPatienceMs = 60_000;
const types = { html: 'text/html', json: 'application/json', text: 'text/plain' } as const;

/** Listens. Throws UsageError where it cannot, or where everybody could ask. */
export async function startServer(options: ServerOptions): Promise<ReportServer> {
  const { address, patienceMs = usualPatienceMs } = options;
  if (!address.isLoopback && options.token === undefined)
    throw new UsageError(
      'SERVE_TOKEN',
      `${address.host} can be reached from other machines, so pages are served there only with a token`,
      {
        hint: 'write 16 characters or more to a file that only you can read, and name it: --token-file FILE',
      },
    );
  const server = createServer(
    { maxHeaderSize: mostHeaderBytes, connectionsCheckingInterval: Math.min(patienceMs, 1000) },
    (request, response) => {
      answer(request, response, options).catch(() => response.destroy());
    },
  );
  server.maxConnections = mostConnections;
  server.headersTimeout = patienceMs;
  server.requestTimeout = patienceMs;
  // Nothing moved for so long: a client that reads no further.
  server.timeout = patienceMs;
  await listen(server, address);
  const { port, address: at } = server.address() as AddressInfo;
  if (address.isLoopback && !(at === '::1' || at.startsWith('127.'))) {
    await stop(server);
    throw new UsageError('SERVE_ADDRESS', `${address.host} is ${at} here, which other machines can reach`);
  }
  return { url: `http://${hostInUrl(address.host)}:${port}`, stop: () => stop(server) };
}

function listen(server: Server, { host, port }: Address): Promise<void> {
  return new Promise((resolve, reject) => {
    server.on('error', (error: NodeJS.ErrnoException) => {
      const why =
        error.code === 'EADDRINUSE'
          ? 'another program uses it; name another port, or 0 for any free one'
          : (getSystemErrorMap().get(error.errno ?? 0)?.[1] ?? error.message);
      reject(new UsageError('SERVE_ADDRESS', `pages cannot be served at ${hostInUrl(host)}:${port}: ${why}`));
    });
    server.listen({ host, port }, resolve);
  });
}

function stop(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => {
      resolve();
    });
    server.closeAllConnections();
  });
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  options: ServerOptions,
): Promise<void> {
  response.on('error', () => undefined);
  const refusal = refuse(request, options.address.host, options.token);
  // What a client sends along is not read: there is nothing to say to it.
  if (refusal !== undefined) response.shouldKeepAlive = false;
  const reply =
    refusal === undefined
      ? await route(request.url ?? '', options.pages).catch(() => plain(500, 'this is a bug of muster'))
      : plain(refusal.status, refusal.words);
  response.writeHead(reply.status, {
    ...refusal?.headers,
    'Content-Type': `${types[reply.type]}; charset=utf-8`,
    'Content-Security-Policy': `${reply.policy ?? "default-src 'none'"}; frame-ancestors 'none'`,
    'Cache-Control': 'no-store',
    'Referrer-Policy': 'no-referrer',
    'X-Content-Type-Options': 'nosniff',
    'X-Frame-Options': 'DENY',
    'Cross-Origin-Resource-Policy': 'same-origin',
    'Cross-Origin-Opener-Policy': 'same-origin',
  });
  if (request.method === 'HEAD' || reply.status === 204) response.end();
  else await send(response, reply.body);
}

/** A client that is slow is waited for, and one that is gone is not written to. */
async function send(response: ServerResponse, body: Iterable<string>): Promise<void> {
  for (const piece of body) {
    if (response.destroyed) return;
    if (!response.write(piece))
      await new Promise<void>((resolve) => {
        response.once('drain', resolve);
        response.once('close', resolve);
      });
  }
  response.end();
}

const runPath = /^\/run\/(\d{8}-\d{6}-[0-9a-f]{4,32})(\/data)?$/;

/** A path is never one of the disk: it is one of these, or none. */
async function route(url: string, pages: ServedPages): Promise<Reply> {
  const [, path = '', query = ''] = /^([^?#]*)(?:\?([^#]*))?/.exec(url) ?? [];
  if (path === '/') return await pages.list(new URLSearchParams(query));
  const [, runId, data] = runPath.exec(path) ?? [];
  if (runId === undefined) return plain(404, 'there is no such page');
  if (data === undefined) return await pages.run(runId);
  return await pages.data(runId, new URLSearchParams(query).get('seen') ?? undefined);
}

function plain(status: number, words: string): Reply {
  return { status, type: 'text', body: [`${words}\n`] };
}
