// The few lines of sh that are sent before (or instead of) a bundle.
import { quote } from '../sh/index.ts';
import { readRuntime } from '../host/index.ts';

/** All that the login shell ever sees. */
export const shell = '/bin/sh -s';

/** The boot script, behind the functions that it calls, marked with this run's nonce. */
export function bootText(nonce: string): string {
  const runtime = readRuntime();
  const decoder = new TextDecoder();
  const [place, boot] = ['private.sh', 'boot.sh'].map((path) => decoder.decode(runtime.get(path)));
  return `${place}${boot}`.replaceAll('@NONCE@', nonce);
}

/** Takes up the log of a driver that runs already, from the offsets that were seen. */
export function followText(directory: string, offsets: ReadonlyMap<string, number>): string {
  const pairs = [...offsets].map(([log, offset]) => quote(`${log}=${offset}`)).join(' ');
  return within(directory, `exec /bin/sh runtime/follow.sh ${quote(directory)} ${pairs}`);
}

/** Leaves word for the driver: `stop` at the next step boundary, `cancel` the running step. */
export function controlText(directory: string, file: 'stop' | 'cancel'): string {
  return within(directory, `: >${file}`);
}

/**
 * Has a command done in a run's directory, and nowhere else: the run may have ended meanwhile, and then anybody may have put
 * something in the place of its directory, which is below /tmp.
 */
function within(directory: string, command: string): string {
  const name = directory.slice(directory.lastIndexOf('/') + 1);
  return `cd ${quote(directory)} && [ -O . ] && case $(pwd -P) in */${quote(name)}) ${command} ;; esac\n`;
}
