// Which playbooks and inventories a command line means: paths, folders of them, or what the configuration names.
import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { LintTargets } from '../actions/index.ts';
import type { Config } from '../sources/index.ts';
import { UsageError } from '../model/index.ts';

/** Finds what to lint. Throws UsageError when nothing is found; a path that is not there is left for lint to report. */
export async function findLintTargets(
  paths: readonly string[],
  config: Pick<Config, 'playbookPath' | 'inventory'>,
): Promise<LintTargets> {
  const found = paths.length > 0 ? await classify(paths) : await defaults(config);
  if (found.playbooks.length + found.inventories.length > 0) return found;
  const where = paths.length > 0 ? paths.join(' ') : './playbooks and ./inventories';
  throw new UsageError('LINT_NOTHING', `no playbook and no inventory in ${where}`, {
    hint: 'name directories with a playbook.yaml, or inventory files',
  });
}

async function defaults({
  playbookPath,
  inventory,
}: Pick<Config, 'playbookPath' | 'inventory'>): Promise<LintTargets> {
  const playbooks = await playbooksIn(playbookPath ?? 'playbooks');
  return {
    playbooks,
    inventories: inventory === undefined ? await inventoriesIn('inventories') : [inventory],
  };
}

async function classify(paths: readonly string[]): Promise<LintTargets> {
  const playbooks = new Set<string>();
  const inventories = new Set<string>();
  for (const path of paths) {
    if (!(await isDirectory(path))) {
      if (basename(path) === 'playbook.yaml') playbooks.add(dirname(path));
      else inventories.add(path);
    } else if (await isPlaybook(path)) playbooks.add(withoutSlash(path));
    else {
      for (const each of await playbooksIn(path)) playbooks.add(each);
      for (const each of await inventoriesIn(path)) inventories.add(each);
    }
  }
  return { playbooks: [...playbooks], inventories: [...inventories] };
}

async function playbooksIn(folder: string): Promise<string[]> {
  const paths = (await namesIn(folder)).map((name) => join(folder, name));
  const are = await Promise.all(paths.map(isPlaybook));
  return paths.filter((_, at) => are[at] === true);
}

async function inventoriesIn(folder: string): Promise<string[]> {
  return (await namesIn(folder)).filter((name) => /\.ya?ml$/.test(name)).map((name) => join(folder, name));
}

async function namesIn(folder: string): Promise<string[]> {
  return (await readdir(folder).catch(() => [])).sort();
}

async function isPlaybook(path: string): Promise<boolean> {
  return (await stat(join(path, 'playbook.yaml')).catch(() => undefined))?.isFile() === true;
}

async function isDirectory(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isDirectory() === true;
}

function withoutSlash(path: string): string {
  return path.replace(/(?<=.)\/+$/, '');
}
