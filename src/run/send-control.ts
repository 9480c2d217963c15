// An operator's wish on its way to a host, by an exec of its own on the connection that is there.
import type { HostConnection, Session } from '../transport/index.ts';
import { becomeCommand } from '../transport/index.ts';
import { controlText, shell } from './host-scripts.ts';

/** Leaves a file in the run's directory. Never rejects, and need not be waited for. */
export async function sendControl(
  session: Session,
  connection: HostConnection,
  directory: string,
  file: 'stop' | 'cancel',
): Promise<void> {
  try {
    const channel = await session.exec(becomeCommand(connection.become, shell));
    await channel.write(new TextEncoder().encode(controlText(directory, file)));
    channel.end();
  } catch {
    // The link is gone: the run itself notices that, and says so.
  }
}
