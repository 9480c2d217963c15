// This machine as a host: /bin/sh as a child process, with the same channel contract as over ssh.
import { ConnectError } from '../../model/index.ts';
import type { Channel, HostConnection, Session, Transport } from '../port.ts';
import { LocalCommand } from './local-command.ts';

/** Reaches only the machine it runs on: address, port, user and keys of the host are not looked at. */
export function localTransport(): Transport {
  return {
    connect(host, signal): Promise<Session> {
      if (!signal.aborted) return Promise.resolve(localSession(host));
      return Promise.reject(
        new ConnectError('LOCAL_ABORTED', 'the local session was cancelled', { host: host.name }),
      );
    },
  };
}

function localSession(host: HostConnection): Session {
  const running = new Set<LocalCommand>();
  let open = true;
  return {
    async exec(command): Promise<Channel> {
      if (!open) throw closedError(host);
      const started = await LocalCommand.start(host.name, ['/bin/sh', '-c', command]);
      running.add(started);
      started.closed.then(() => running.delete(started)).catch(() => undefined);
      return started;
    },
    close(): void {
      open = false;
      for (const command of running) command.hangUp(closedError(host));
    },
  };
}

function closedError(host: HostConnection): ConnectError {
  return new ConnectError('LOCAL_LOST', 'the local session was closed', { host: host.name });
}
