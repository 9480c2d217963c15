// A connection that the operator's own ssh keeps open (ControlMaster). muster uses it and leaves it open. It is the way to a host
// that wants something that only the operator has, such as a code.
import { lstatSync } from 'node:fs';
import { connect } from 'node:net';
import { ConnectError } from '../../model/index.ts';
import type { HostConnection, Session } from '../port.ts';
import type { Master } from './master.ts';
import { packed } from '../wire.ts';

const [hello, version] = [1, 4];
const answerMs = 5_000;

/** The client that listens at a control socket; undefined when there is none. Its end lets go of it, and no more. */
export async function operatorsMaster(path: string | undefined): Promise<Master | undefined> {
  if (path === undefined || !isOwnSocket(path)) return undefined;
  const socket = connect(path);
  const ended = new Promise<string>((resolve) => {
    socket.once('close', () => {
      resolve('your own ssh closed it');
    });
  });
  socket.on('error', () => undefined);
  // It asks for nothing: it shows when the operator closes the connection.
  const greeted = new Promise<boolean>((resolve) => {
    socket.once('data', () => {
      socket.write(packed(packed(hello, version)));
      socket.resume();
      resolve(true);
    });
    socket.once('close', () => {
      resolve(false);
    });
    setTimeout(resolve, answerMs, false).unref();
  });
  const end = (): void => {
    socket.destroy();
  };
  if (await greeted) {
    const client = `the connection that your ssh keeps open at ${path}`;
    const login = { client, exchange: '', hostKey: '', accepted: 'you, when you made this connection' };
    return { socket: path, login, ended, end, isOperators: true };
  }
  end();
  return undefined;
}

/** Nobody but this account, or root, can have made it. */
function isOwnSocket(path: string): boolean {
  const info = lstatSync(path, { throwIfNoEntry: false });
  return info?.isSocket() === true && (info.uid === process.getuid?.() || info.uid === 0);
}

/** Whose login it is: ssh does not say. Rejects with ConnectError when the host's shell does not say it in time either. */
export async function userOf(session: Session, limitMs = 30_000): Promise<string | undefined> {
  const timer = setTimeout(() => {
    session.close();
  }, limitMs);
  try {
    return await userIn(session);
  } finally {
    clearTimeout(timer);
  }
}

async function userIn(session: Session): Promise<string | undefined> {
  // In a form that every shell knows, whatever its start files print.
  const channel = await session.exec('echo muster-user=$USER=');
  channel.end();
  let heard = '';
  for await (const chunk of channel.stdout)
    heard = (heard + Buffer.from(chunk).toString('latin1')).slice(0, 64 * 1024);
  return /muster-user=([\w.-]+)=/.exec(heard)?.[1];
}

/** The operator is logged in as somebody else than the run is to be. */
export function otherUserError(host: HostConnection, path: string, user: string | undefined): ConnectError {
  return new ConnectError(
    'SSH_AUTH_FAILED',
    `the connection that your ssh keeps open at ${path} is a login of ${user ?? 'another user'}, not of ${host.user}`,
    {
      host: host.name,
      hint: `end it (ssh -O exit ${host.name}), add %r to ControlPath, or set this user and become in the inventory`,
    },
  );
}
