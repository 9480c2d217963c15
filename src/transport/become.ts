// How a command becomes root's. Fixed words only, and never a password prompt: a prompt on a channel is a hang.
import type { HostConnection } from './port.ts';

/** Prefixes a command of fixed words so that it runs as root; `-n` makes it fail rather than ask for a password. */
export function becomeCommand(become: HostConnection['become'], command: string): string {
  return become === 'none' ? command : `${become} -n ${command}`;
}
