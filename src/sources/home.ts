// The home directory, also where none is known.
import { homedir } from 'node:os';
import { isAbsolute } from 'node:path';

/**
 * The user's home directory: HOME, else what the system has. A user whom the system does not know, with a HOME that is
 * unset, empty or relative, has none: `/nonexistent`, where nothing is found and nothing can be kept.
 */
export function homeDirectory(): string {
  try {
    const home = homedir();
    return isAbsolute(home) ? home : '/nonexistent';
  } catch {
    return '/nonexistent';
  }
}
