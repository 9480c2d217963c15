// new: a playbook, step or resource that works as it is, to be changed from there.
import { readdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { didYouMean, exitCodes, UsageError } from '../../model/index.ts';
import { escapeTerminal } from '../../report/index.ts';
import { requireName } from '../new-name.ts';
import type { GlobalOptions } from '../options.ts';
import { systemWords, writeOut } from '../outputs.ts';
import { playbookSkeletons, resourceSkeleton, schemaDirectory, stepSkeleton } from '../skeletons.ts';
import { takeFiles } from '../taken-fleet.ts';
import { withStep } from '../with-step.ts';
import { writeAll } from '../write-skeletons.ts';

/** What `muster new` takes. */
export interface NewOptions extends GlobalOptions {
  readonly playbook?: string;
}

const kinds = { playbook: newPlaybook, step: newStep, resource: newResource };

/** `muster new KIND NAME`. Throws UsageError (NEW_*) and writes nothing then. */
export async function newCommand(kind: string, name: string, options: NewOptions): Promise<number> {
  if (kind !== 'playbook' && kind !== 'step' && kind !== 'resource') {
    throw new UsageError('NEW_KIND', `muster cannot make a new '${kind}'`, {
      hint: didYouMean(kind, Object.keys(kinds)) ?? 'playbook, step or resource',
    });
  }
  requireName(kind, name);
  await kinds[kind](name, options);
  return exitCodes.good;
}

async function newPlaybook(name: string, options: NewOptions): Promise<void> {
  const { config } = await takeFiles(options);
  const directory = join(config.playbookPath ?? 'playbooks', name);
  const skeletons = playbookSkeletons(name, await wayToSchemas(directory));
  await writeAll(directory, skeletons);
  for (const { path } of skeletons) tellOf(join(directory, path));
  writeOut(`Next: muster lint ${directory}, then muster test ${directory}\n`);
}

/** The way from a playbook to the project of `muster init`, if this is one. */
async function wayToSchemas(directory: string): Promise<string | undefined> {
  const isProject = await isThere(schemaDirectory);
  return isProject ? `${relative(resolve(directory), process.cwd())}/` : undefined;
}

async function newStep(id: string, options: NewOptions): Promise<void> {
  const directory = await playbookMeant(options);
  const file = join(directory, 'playbook.yaml');
  const before = await readFile(file, 'utf8');
  const scripts = await readdir(join(directory, 'steps')).catch(() => []);
  const numbers = scripts.map((script) => Number(/^\d+/.exec(script)?.[0] ?? 0));
  const { entry, ...script } = stepSkeleton(id, Math.max(0, ...numbers) + 1);
  const after = withStep({ file, text: before }, id, entry);
  await writeAll(directory, [script]);
  tellOf(join(directory, script.path));
  await replace(file, after);
  writeOut(escapeTerminal(`changed  ${file}: ${id} is its last step\n`, 'tab-newline'));
}

async function newResource(name: string, options: NewOptions): Promise<void> {
  const directory = await playbookMeant(options);
  const skeleton = resourceSkeleton(name);
  await writeAll(directory, [skeleton]);
  tellOf(join(directory, skeleton.path));
  writeOut(`Use it in a step's state: ${name} /etc/${name}.conf --says hello\n`);
}

/** The playbook of --playbook, else that of the working directory, else the only one in the usual folder. */
async function playbookMeant(options: NewOptions): Promise<string> {
  const { config } = await takeFiles(options);
  const folder = config.playbookPath ?? 'playbooks';
  if (options.playbook !== undefined) {
    // Not a playbook of muster's own: what is installed with muster is not changed.
    for (const path of [join(folder, options.playbook), options.playbook])
      if (await isPlaybook(path)) return path;
    throw noPlaybook(
      `there is no playbook ${options.playbook}`,
      didYouMean(options.playbook, await playbooksIn(folder)),
    );
  }
  if (await isPlaybook('.')) return '.';
  const all = await playbooksIn(folder);
  const [only] = all;
  if (only !== undefined && all.length === 1) return join(folder, only);
  throw noPlaybook(
    only === undefined
      ? `there is no playbook in ${folder}`
      : `there are ${all.length} playbooks in ${folder}`,
    only === undefined ? undefined : `name one: --playbook ${all.join(', --playbook ')}`,
  );
}

function noPlaybook(message: string, hint = 'make one first: muster new playbook NAME'): UsageError {
  return new UsageError('NEW_PLAYBOOK', message, { hint });
}

async function playbooksIn(folder: string): Promise<readonly string[]> {
  const names = (await readdir(folder).catch(() => [])).sort();
  const are = await Promise.all(names.map((name) => isPlaybook(join(folder, name))));
  return names.filter((_, at) => are[at] === true);
}

async function isPlaybook(directory: string): Promise<boolean> {
  return await isThere(join(directory, 'playbook.yaml'));
}

async function isThere(path: string): Promise<boolean> {
  return await stat(path).then(
    () => true,
    () => false,
  );
}

/** The new text stands beside the old one until it is whole. */
async function replace(file: string, text: string): Promise<void> {
  const beside = `${file}.new`;
  try {
    await writeFile(beside, text, { flag: 'wx', mode: (await stat(file)).mode });
    await rename(beside, file);
  } catch (cause) {
    throw new UsageError('NEW_WRITE', `${file} cannot be changed: ${systemWords(cause)}`, { cause });
  }
}

function tellOf(path: string): void {
  writeOut(`${escapeTerminal(`wrote  ${path}`)}\n`);
}
