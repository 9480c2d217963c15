import { MusterError } from '../model/index.ts';

/** A LAB_START error with the end of the host's console as its hint. */
export function startFailed(host: string, message: string, console: string): MusterError {
  const words = console.trim();
  return new MusterError('LAB_START', `${host}: ${message}`, {
    host,
    hint: words === '' ? 'its console is empty' : `its console ends with:\n${words}`,
  });
}
