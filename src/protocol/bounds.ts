// How much of everything a host may say. A host decides none of these: what is over a bound is dropped and said to be, or
// the host has broken the protocol and fails alone. docs/protocol.md has the same table; a test holds the two together.
import { keptOutputLimit } from '../model/index.ts';

/** One thing that a host could have any number of. */
export interface HostBound {
  /** What is counted, as the document calls it. */
  readonly what: string;
  readonly limit: number;
  readonly unit: 'bytes' | 'characters' | 'lines' | 'times' | 'times the cap' | 'digits' | 'a second';
  /** `broke`: the host broke the protocol, and fails alone. `cut`: what is over is dropped, and that is said. */
  readonly over: 'broke' | 'cut';
}

const kib = 1024;
const mib = 1024 * kib;

/** Of all that comes over the channel of a run, links that were made anew included. */
export const hostBounds = {
  headerBytes: { what: 'a header line', limit: 4 * kib, unit: 'bytes', over: 'broke' },
  noiseBytes: { what: 'noise in a run', limit: 64 * mib, unit: 'bytes', over: 'broke' },
  noiseLines: { what: 'lines of noise that are kept', limit: 5, unit: 'lines', over: 'cut' },
  directory: { what: 'the name of the directory', limit: 256, unit: 'characters', over: 'broke' },
  frames: { what: 'frames at once', limit: 65_536, unit: 'times', over: 'broke' },
  frameRate: { what: 'frames in the long run', limit: 1000, unit: 'a second', over: 'broke' },
  payloadBytes: { what: 'a payload', limit: 1024 * mib, unit: 'bytes', over: 'broke' },
  logs: { what: 'logs', limit: 4096, unit: 'times', over: 'broke' },
  output: { what: 'an output log', limit: 4, unit: 'times the cap', over: 'broke' },
  eventBytes: { what: 'the event log', limit: 64 * mib, unit: 'bytes', over: 'broke' },
  events: { what: 'events', limit: 250_000, unit: 'times', over: 'broke' },
  lineBytes: { what: 'a line of the event log', limit: 256 * kib, unit: 'bytes', over: 'cut' },
  name: { what: 'a name in an event', limit: 16 * kib, unit: 'characters', over: 'broke' },
  digits: { what: 'a number in an event', limit: 9, unit: 'digits', over: 'broke' },
  steps: { what: 'steps, and the number of one', limit: 2048, unit: 'times', over: 'broke' },
  facts: { what: 'facts', limit: 1000, unit: 'times', over: 'broke' },
  resources: { what: 'resources', limit: 50_000, unit: 'times', over: 'broke' },
  checks: { what: 'checks', limit: 20_000, unit: 'times', over: 'broke' },
  observations: { what: 'observations', limit: 20_000, unit: 'times', over: 'broke' },
  notices: { what: 'notices', limit: 2000, unit: 'times', over: 'broke' },
  diffLines: { what: 'lines of one diff', limit: 2000, unit: 'lines', over: 'broke' },
  diffLine: { what: 'a line of a diff', limit: 16 * kib, unit: 'characters', over: 'cut' },
  keptOutput: { what: 'output of all steps', limit: keptOutputLimit, unit: 'characters', over: 'cut' },
} as const satisfies Readonly<Record<string, HostBound>>;
