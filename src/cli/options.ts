// The options that commands share, as commander gives them.
import type { Command } from 'commander';
import { InvalidArgumentError } from 'commander';
import { durationSchema } from '../document/index.ts';

/** Options of every command. */
export interface GlobalOptions {
  readonly config?: string;
  readonly debug?: boolean;
}

/** Options of every command that reads an inventory. */
export interface FleetOptions extends GlobalOptions {
  readonly inventory?: readonly string[];
  readonly limit?: string;
  readonly json?: boolean;
  readonly verbose?: boolean;
  readonly concurrency?: number;
  /** False: the run is not recorded. */
  readonly history?: boolean;
  /** True: nothing tells how a run goes on. */
  readonly quiet?: boolean;
  /** The password that sudo, doas or su wants is asked for on the terminal, once. */
  readonly askBecomePass?: boolean;
  /** The password to log in with is asked for on the terminal, once. */
  readonly askPass?: boolean;
  /** Seconds to wait for another run on a host. */
  readonly wait?: number;
}

/** Options of the commands that run a playbook. */
export interface PlaybookOptions extends FleetOptions {
  readonly tags?: readonly string[];
  readonly skipTags?: readonly string[];
  readonly from?: string;
}

/** Adds -i, -l, --json and the like. */
export function withFleetOptions(command: Command): Command {
  return command
    .option(
      '-i, --inventory <path>',
      'the hosts: a file, or a directory of files; may be given several times, and the later one wins (default: `inventory` of the configuration, else the lab)',
      collectPaths,
    )
    .option(
      '-l, --limit <pattern>',
      "only these hosts: names, globs, ranges, @group; ',' adds, '&' intersects, '!' removes",
    )
    .option('-c, --concurrency <n>', 'hosts at the same time', parseCount)
    .option('--ask-pass', 'ask once for the password to log in with, for hosts that take no key')
    .option('--ask-become-pass', 'ask once for the password that sudo, doas or su needs on the hosts')
    .option('--json', 'results and events as JSON, one a line, on standard output')
    .option('--no-history', 'do not record this run')
    .option('-q, --quiet', 'no progress, only the result')
    .option('-v, --verbose', 'show the output of commands on the hosts as they print it');
}

/** How long `--wait` waits by default. */
const defaultWait = '10m';

/** Adds --wait[=DURATION]. */
export function withWaitOption(command: Command): Command {
  // commander would take the word behind a bare --wait, which is the playbook, for its value.
  const parse = command.parseOptions.bind(command);
  command.parseOptions = (args: string[]) => {
    const end = args.includes('--') ? args.indexOf('--') : args.length;
    return parse(args.map((word, at) => (word === '--wait' && at < end ? `--wait=${defaultWait}` : word)));
  };
  return command.option(
    '--wait [duration]',
    `wait for another run on a host to end, at most this long (default: ${defaultWait})`,
    parseSeconds,
  );
}

/** Adds --tags, --skip-tags and --from. */
export function withStepOptions(command: Command): Command {
  return command
    .option('-t, --tags <list>', 'only steps with one of these tags', parseList)
    .option('--skip-tags <list>', 'no steps with one of these tags', parseList)
    .option('--from <step>', 'begin with this step');
}

function parseSeconds(text: string): number {
  const parsed = durationSchema.safeParse(text);
  if (parsed.success) return Math.ceil(parsed.data / 1000);
  throw new InvalidArgumentError(`${parsed.error.issues[0]?.message ?? ''}; write --wait=10m`);
}

/** A number of things, from 1 to 1000. Throws commander's error. */
export function parseCount(text: string): number {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1 || count > 1000)
    throw new InvalidArgumentError('a number from 1 to 1000');
  return count;
}

/** Adds a path to those of earlier options of the name. */
export function collectPaths(path: string, earlier: readonly string[] = []): readonly string[] {
  return [...earlier, path];
}

/** Adds a list, with commas between its words, to those of earlier options of the name. */
export function collectList(text: string, earlier: readonly string[] = []): readonly string[] {
  return [...earlier, ...parseList(text)];
}

/** Adds a list of masks to those of earlier options of the name. */
export function collectMasks(text: string, earlier?: string | boolean): string {
  return typeof earlier === 'string' ? `${earlier},${text}` : text;
}

function parseList(text: string): readonly string[] {
  return text.split(',').map((word) => word.trim());
}
