// Where pages are served.
import { isIP } from 'node:net';
import { UsageError } from '../model/index.ts';

/** Where the server listens. */
export interface Address {
  /** A name or an address, without brackets. */
  readonly host: string;
  readonly port: number;
  /** Nobody but this machine can reach it. */
  readonly isLoopback: boolean;
}

const usualPort = 8017;
const shape =
  /^(?:(?<lone>\d{1,5})|(?:\[(?<six>[0-9A-Fa-f:.]+)\]|(?<host>[^:[\]\s/]+))(?::(?<port>\d{1,5}))?)$/;

/** `PORT`, `HOST`, `HOST:PORT` or `[::1]:PORT`; without one 127.0.0.1:8017. Port 0 is any free one. Throws UsageError. */
export function parseAddress(text = ''): Address {
  if (text === '') return { host: '127.0.0.1', port: usualPort, isLoopback: true };
  const { lone, six, host = six, port } = shape.exec(text)?.groups ?? {};
  const number = Number(lone ?? port ?? usualPort);
  if ((lone ?? host) === undefined || number > 65_535 || (six !== undefined && isIP(six) !== 6))
    throw new UsageError('SERVE_ADDRESS', `${text} is no address to listen at`, {
      hint: 'write PORT, HOST, HOST:PORT or [::1]:PORT; port 0 is any free one',
    });
  const name = host ?? '127.0.0.1';
  return { host: name, port: number, isLoopback: isLoopback(name) };
}

/** As it stands in an address of the web. */
export function hostInUrl(host: string): string {
  return isIP(host) === 6 ? `[${host}]` : host;
}

/** `localhost` may lead anywhere, so what it leads to is looked at when the server listens. */
function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}
