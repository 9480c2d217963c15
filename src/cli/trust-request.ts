// What an operator is asked to trust: files that nobody named, as they are now, with what they make this machine do.
import { createHash } from 'node:crypto';
import { realpath } from 'node:fs/promises';
import { basename, dirname, relative, resolve } from 'node:path';
import { type Reach, reachOf } from '../actions/index.ts';
import { homeDirectory, isInside, placeOf, programFiles, type TrustRecord } from '../sources/index.ts';
import { declaredSources, type Inventory } from '../inventory/index.ts';
import type { Library, Playbook } from '../playbook/index.ts';
import { transferCommand } from './dig.ts';
import { type FoundFile, foundInventories, rootOf, type TakenFleet } from './taken-fleet.ts';
import { type Deed, wordsOf } from './trust-words.ts';

/** What is trusted, or not. */
export interface TrustRequest {
  readonly files: readonly FoundFile[];
  /** What they make this machine do for hosts. */
  readonly reach: readonly Deed[];
  /** Programs in the tree that another account could change between the look at them and their start, with how. */
  readonly unsafe: readonly string[];
  /** Over the bytes of the files and of the programs in the tree, their paths, and the reach. */
  readonly digest: string;
}

/** A playbook, and whether nobody named its directory either. */
export interface TakenPlaybook {
  readonly playbook: Playbook;
  readonly isFound: boolean;
}

/** Puts together what the files of a command ask for; `taken` alone, or with a playbook. Throws UsageError. */
export async function requestOf(
  taken: TakenFleet,
  inventory: Inventory,
  playbook?: TakenPlaybook,
): Promise<TrustRequest> {
  const root = await realOf(rootOf(taken));
  const inventoryFiles = foundInventories(taken);
  // What a playbook takes from this machine by default goes to the hosts: it is asked about when nobody named these either.
  const isAsked = playbook !== undefined && (playbook.isFound || inventoryFiles.length > 0);
  const ownFile = isAsked ? playbookFile(playbook.playbook) : undefined;
  const trees = [root, ...(isAsked ? [await realOf(playbook.playbook.directory)] : [])];
  const names = [...inventoryFiles, ...(ownFile === undefined ? [] : [ownFile])].map(
    ({ source }) => source.file,
  );
  const libraries = playbook?.isFound === true ? playbook.playbook.libraries : [];
  const reach: Deed[] = [];
  for (const each of reachOf(inventory, playbook?.playbook)) {
    const deed = await deedOf(each);
    if (names.includes(each.from.file) && !isOfTrees(deed, trees)) reach.push(deed);
  }
  for (const deed of await sourceDeeds(inventoryFiles)) if (!isOfTrees(deed, trees)) reach.push(deed);
  for (const { directory: path, from } of libraries) {
    const deed = { kind: 'library', path, from, place: await realOf(resolve(path)) } as const;
    if (!isOfTrees(deed, trees)) reach.push(deed);
  }
  const usesOwn = reach.some(({ from }) => from.file === ownFile?.source.file);
  const files = [
    ...taken.found,
    ...(ownFile !== undefined && usesOwn ? [ownFile] : []),
    ...libraries.flatMap(libraryFiles),
  ];
  const programs = await programFiles(
    reach.flatMap((each) => (each.kind === 'command' ? [each.argv] : [])),
    { cwd: process.cwd(), searchPath: process.env['PATH'] ?? '', root },
  );
  const unsafe = programs.flatMap(({ path, stranger }) =>
    stranger === undefined ? [] : [`${path} ${stranger}`],
  );
  const hashes = [...files, ...programs].map(({ path, bytes }) => [path, sha256(bytes)]);
  return { files, reach, unsafe, digest: sha256(JSON.stringify(['muster trust 1', root, hashes, reach])) };
}

/** What inventories make this machine do to know their hosts. */
async function sourceDeeds(files: readonly FoundFile[]): Promise<readonly Deed[]> {
  const deeds: Deed[] = [];
  for (const source of files.flatMap((file) => declaredSources(file.source))) {
    const { from } = source;
    if (source.kind === 'command') deeds.push({ kind: 'command', argv: source.argv, from });
    if (source.kind === 'axfr') deeds.push({ kind: 'command', argv: transferCommand(source), from });
    if (source.kind !== 'file' && source.kind !== 'ansible') continue;
    const path = placeOf(source.path, from.file);
    deeds.push({ kind: 'given-file', path, from, place: await realOf(resolve(path)) });
  }
  return deeds;
}

/** The record that says that it was trusted. */
export function recordOf({ files, reach, digest }: TrustRequest, now: Date): TrustRecord {
  return {
    digest,
    path: files[0]?.path ?? '',
    files: files.map(({ path }) => path),
    does: reach.map(wordsOf),
    since: now.toISOString(),
  };
}

/** True when there is something to trust: what is harmless needs no trust, if nobody else can change it. */
export function needsTrust({ files, reach }: TrustRequest): boolean {
  return reach.length > 0 || files.some(({ stranger }) => stranger !== undefined);
}

function playbookFile({ directory, files }: Playbook): FoundFile {
  return foundFile(`${directory}/playbook.yaml`, files.get('playbook.yaml')?.bytes);
}

function libraryFiles({ directory, files }: Library): FoundFile[] {
  return [...files].map(([path, { bytes }]) => foundFile(`${directory}/${path}`, bytes));
}

function foundFile(file: string, content: Uint8Array = new Uint8Array()): FoundFile {
  const bytes = Buffer.from(content);
  return { path: resolve(file), bytes, stranger: undefined, source: { file, text: bytes.toString() } };
}

async function deedOf(reach: Reach): Promise<Deed> {
  if (reach.kind === 'command' || reach.kind === 'env') return reach;
  // Secrets are relative to the working directory, files of vars to the file that names them.
  const place = placeOf(reach.path, reach.kind === 'given-file' ? reach.from.file : 'here');
  return { ...reach, place: await realOf(resolve(place)) };
}

/**
 * Files that came with what was found are known to the one that wrote it, so they need no trust. What begins with a dot did
 * not come with it, such as .git and .env; and a home directory is not a tree that came from somewhere.
 */
function isOfTrees({ kind, place = '/' }: Deed, trees: readonly string[]): boolean {
  const isBelow = (tree: string): boolean =>
    isInside(tree, place) &&
    !isInside(tree, homeDirectory()) &&
    !relative(tree, place)
      .split('/')
      .some((name) => name.startsWith('.'));
  return (kind === 'given-file' || kind === 'library') && trees.some(isBelow);
}

/** The target of a path, also if its last part does not exist. */
async function realOf(path: string): Promise<string> {
  return await realpath(path).catch(async () =>
    resolve(await realpath(dirname(path)).catch(() => '/'), basename(path)),
  );
}

function sha256(data: Uint8Array | string): string {
  return createHash('sha256').update(data).digest('hex');
}
