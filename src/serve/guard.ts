// Which requests are answered. Pages of a name that a stranger chose (DNS rebinding) get nothing, nor do requests without the token.
import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import { hostname } from 'node:os';
import type { Secret } from '../model/index.ts';

/** Why a request is refused. */
export interface Refusal {
  readonly status: number;
  readonly words: string;
  readonly headers?: Readonly<Record<string, string>>;
}

const methods: ReadonlySet<string | undefined> = new Set(['GET', 'HEAD']);

/** Undefined for a request that may be answered. `host` is the address that the server was started with. */
export function refuse(
  request: IncomingMessage,
  host: string,
  token: Secret | undefined,
): Refusal | undefined {
  if (!isOwnName(request.headers.host, host))
    return { status: 421, words: 'this server does not have that name' };
  if (token !== undefined && !hasToken(request.headers.authorization, token))
    return {
      status: 401,
      words: 'this server needs its token: give any user name, and the token as password',
      headers: { 'WWW-Authenticate': 'Basic realm="muster", charset="UTF-8"' },
    };
  if (!methods.has(request.method))
    return { status: 405, words: 'this server only shows', headers: { Allow: 'GET, HEAD' } };
  return undefined;
}

/**
 * A page of another site can make a browser ask here, under the name of that site. No address is such a name, and neither
 * is what this machine is called. The port may be that of a tunnel.
 */
function isOwnName(header: string | undefined, host: string): boolean {
  const [, six, name = six] = /^(?:\[([^\]]*)\]|([^:[\]]+))(?::\d{1,5})?$/.exec(header ?? '') ?? [];
  if (name === undefined) return false;
  if (isIP(name) !== 0) return true;
  return ['localhost', hostname(), host].some((own) => own.toLowerCase() === name.toLowerCase());
}

/** How long this takes says nothing about the token. */
function hasToken(header: string | undefined, token: Secret): boolean {
  const [, scheme = '', value = ''] = /^(Basic|Bearer) +(\S+)$/i.exec(header ?? '') ?? [];
  const given = scheme.toLowerCase() === 'basic' ? passwordIn(value) : value;
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(token.reveal())) && given !== '';
}

function passwordIn(value: string): string {
  const text = Buffer.from(value, 'base64').toString();
  return text.slice(text.indexOf(':') + 1);
}
