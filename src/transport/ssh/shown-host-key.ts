// The key that a host showed, from the error that refused it.
import type { MusterError } from '../../model/index.ts';
import { keyTypeOf } from './known-hosts.ts';

/** The key behind SSH_HOST_KEY_UNKNOWN: its hint ends in the line for known_hosts. Undefined for any other error. */
export function shownHostKey({ code, hint }: Pick<MusterError, 'code' | 'hint'>): Buffer | undefined {
  if (code !== 'SSH_HOST_KEY_UNKNOWN') return undefined;
  const [, type = '', base64 = ''] = /\n\S+ (\S+) ([A-Za-z0-9+/]+=*)$/.exec(hint ?? '') ?? [];
  const key = Buffer.from(base64, 'base64');
  return type !== '' && keyTypeOf(key) === type ? key : undefined;
}
