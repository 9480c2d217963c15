// An operator's wish on its way to a host, by an exec of its own on the connection that is there.
import type { Secret } from '../model/index.ts';
import { execAsRoot, type HostConnection, type Session } from '../transport/index.ts';
import { controlText, shell } from './host-scripts.ts';

/** Leaves a file in the run's directory. Never rejects, and need not be waited for. */
export async function sendControl(
  session: Session,
  connection: HostConnection,
  directory: string,
  file: 'stop' | 'cancel',
  becomePassword?: Secret,
): Promise<void> {
  try {
    const channel = await execAsRoot(session, connection, shell, becomePassword);
    await channel.write(new TextEncoder().encode(controlText(directory, file)));
    channel.end();
  } catch {
    // The link is gone: the run itself notices that, and says so.
  }
}
