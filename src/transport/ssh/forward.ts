// A way through a jump host to a host behind it, over the jump host's own connection.
import type { Duplex } from 'node:stream';
import { ConnectError } from '../../model/index.ts';
import { watchPushes } from './channel.ts';
import { endpointOf } from './connect-errors.ts';
import type { Connection } from './connect-once.ts';
import type { Destination } from './destination.ts';
import type { Kept, Lease } from './jump-hosts.ts';
import { StreamLink } from './stream-link.ts';
import { printable } from '../printable.ts';

/** A jump host's connection. */
export type HopConnection = Connection & Kept;

/** Makes a connection one that is kept. */
export function keptConnection(connection: Connection): HopConnection {
  const { client, socket } = connection;
  // For life: an 'error' that nobody hears would end the process.
  client.on('error', () => undefined);
  return {
    ...connection,
    onGone: (told) => {
      client.once('close', told);
    },
    end: () => {
      client.end();
      socket.destroy();
    },
  };
}

/** A connection from the jump host `hop` to `host`. It keeps the jump host while it is open. Rejects with ConnectError. */
export function forwardThrough(
  lease: Lease<HopConnection>,
  hop: Destination,
  host: Destination,
): Promise<Duplex> {
  return lease.inTurn(() => forwarded(lease, hop, host));
}

function forwarded(lease: Lease<HopConnection>, hop: Destination, host: Destination): Promise<Duplex> {
  const { client, guard } = lease.connection;
  return new Promise<Duplex>((resolve, reject) => {
    const fail = (error: unknown): void => {
      reject(notOpenedError(hop, host, error));
    };
    try {
      client.forwardOut('127.0.0.1', 0, host.address, host.port, (error, channel) => {
        if (error !== undefined) {
          fail(error);
          return;
        }
        const leave = lease.hold();
        watchPushes(channel, guard);
        const link = new StreamLink(channel, channel, () => channel.destroy());
        link.once('close', leave);
        resolve(link);
      });
    } catch (error) {
      // ssh2 throws when its socket is on the way out.
      fail(error);
    }
  });
}

function notOpenedError(hop: Destination, host: Destination, cause: unknown): ConnectError {
  const why = cause instanceof Error ? printable(cause.message) : '';
  const { reason } = cause as { readonly reason?: unknown };
  // RFC 4254, 5.1: administratively prohibited.
  const isForbidden = reason === 1;
  return new ConnectError(
    'SSH_JUMP',
    `the jump host ${hop.name} opens no connection to ${endpointOf(host)}: ${why}`,
    {
      host: host.name,
      hint: isForbidden
        ? 'its sshd forbids it: check AllowTcpForwarding, PermitOpen and DisableForwarding there'
        : 'the jump host itself connects to this address and port: check that the name resolves there, that the host is up, and the filters between',
    },
  );
}
