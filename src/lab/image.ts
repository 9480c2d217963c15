// The practice hosts' image: a base from a registry or, failing that, from this machine's own Debian mirror,
// and docker/netbsd-host/ on top of it, built again only when its files changed.
import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { MusterError, isMusterError } from '../model/index.ts';
import { lastLine, runProgram } from '../programs/index.ts';
import { digestContext } from './context-digest.ts';
import { docker, tryDocker } from './docker.ts';

const baseImage = 'debian:bookworm-slim';
const dockerDirectory = join(import.meta.dirname, '..', '..', 'docker');
const digestLabel = 'muster.image.digest';
/** Characters of the digest that make the tag. */
const tagLength = 12;
const pullTimeoutMs = 90_000;
const baseTimeoutMs = 15 * 60_000;
const buildTimeoutMs = 15 * 60_000;

/** The source of the image and its name, without a tag; the defaults are the project's stand-in host. */
interface ImageSource {
  readonly context?: string;
  readonly name?: string;
}

/**
 * Makes sure that the image is there and up to date, and gives its tag, which names the content: two checkouts that
 * differ do not overwrite each other's. Costs two questions to the engine when it is there.
 * Throws MusterError (LAB_IMAGE) with a hint when the base cannot be had or the build fails.
 */
export async function ensureImage(
  progress: (line: string) => void,
  source: ImageSource = {},
): Promise<string> {
  const context = source.context ?? join(dockerDirectory, 'netbsd-host');
  const base = await ensureBase(progress);
  const digest = await digestContext(context, base);
  const tag = `${source.name ?? 'muster/netbsd-host'}:${digest.slice(0, tagLength)}`;
  if ((await inspectImage(tag, '{{.Id}}')) !== undefined) return tag;
  progress(`building ${tag}, because no image has these files yet`);
  await build(context, tag, digest, progress);
  return tag;
}

/** Throws MusterError (LAB_IMAGE) when the engine has no such image: starting a lab never asks a registry for one. */
export async function requireImage(tag: string): Promise<void> {
  if ((await inspectImage(tag, '{{.Id}}')) === undefined) {
    throw new MusterError('LAB_IMAGE', `the container engine has no image ${tag}`);
  }
}

async function build(
  context: string,
  tag: string,
  digest: string,
  progress: (line: string) => void,
): Promise<void> {
  // The host's network: packages are fetched while building, and this machine is known to reach its mirror.
  const args = [
    'build',
    '--force-rm',
    '--network',
    'host',
    '--label',
    `${digestLabel}=${digest}`,
    '--tag',
    tag,
    context,
  ];
  const end = await tryDocker(args, { timeoutMs: buildTimeoutMs, onLine: progress });
  if (end.exitCode !== 0) {
    throw new MusterError('LAB_IMAGE', `docker build of ${tag} failed: ${lastLine(end.stderr)}`, {
      hint: `see the whole output with: docker build ${context}`,
    });
  }
  // Predecessors that nobody has used for a while go; only images with our label are looked at.
  await tryDocker([
    'image',
    'prune',
    '--all',
    '--force',
    '--filter',
    `label=${digestLabel}`,
    '--filter',
    'until=168h',
  ]);
}

/** Gives the base image's id, after getting the image if need be. */
async function ensureBase(progress: (line: string) => void): Promise<string> {
  const present = await inspectImage(baseImage, '{{.Id}}');
  if (present !== undefined) return present;
  progress(`pulling ${baseImage}`);
  const pullFailure = await pull();
  if (pullFailure !== undefined) {
    progress(`cannot pull it: ${pullFailure}`);
    await bootstrapBase(pullFailure, progress);
  }
  return (await docker(['image', 'inspect', '--format', '{{.Id}}', baseImage])).trim();
}

async function pull(): Promise<string | undefined> {
  try {
    const end = await tryDocker(['pull', '--quiet', baseImage], { timeoutMs: pullTimeoutMs });
    return end.exitCode === 0 ? undefined : lastLine(end.stderr);
  } catch (error) {
    if (isMusterError(error) && error.code === 'COMMAND_TIMEOUT') return error.message;
    throw error;
  }
}

async function bootstrapBase(pullFailure: string, progress: (line: string) => void): Promise<void> {
  const script = join(dockerDirectory, 'base-image.sh');
  if (process.getuid?.() !== 0 || !(await isOnPath('debootstrap'))) {
    throw new MusterError('LAB_IMAGE', `no image ${baseImage}, and it cannot be pulled: ${pullFailure}`, {
      hint: `load it by hand (docker load), or install debootstrap and run ${script} as root`,
    });
  }
  const end = await runProgram(script, [baseImage], { timeoutMs: baseTimeoutMs, onLine: progress });
  if (end.exitCode !== 0) {
    throw new MusterError('LAB_IMAGE', `${script} failed: ${lastLine(end.stderr)}`);
  }
}

async function isOnPath(program: string): Promise<boolean> {
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  const answers = await Promise.all(
    folders.map((folder) => access(join(folder, program), constants.X_OK).then(yes, no)),
  );
  return answers.includes(true);
}

function yes(): boolean {
  return true;
}

function no(): boolean {
  return false;
}

/** One property of an image; undefined when there is no such image. */
async function inspectImage(tag: string, format: string): Promise<string | undefined> {
  const end = await tryDocker(['image', 'inspect', '--format', format, tag]);
  return end.exitCode === 0 ? end.stdout.trim() : undefined;
}
