// The places in which a playbook is looked for: what is written, playbook_path, and then the playbooks that are installed with muster.
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '../sources/index.ts';

/** dist/cli and dist/bundle, which this may be in, are equally deep. */
const own = join(import.meta.dirname, '..', '..', 'playbooks');

/** The names of the playbooks that are installed with muster, sorted. */
export function ownPlaybooks(): readonly string[] {
  return playbooksIn(own);
}

/** The directory of the playbook `name` that is installed with muster; undefined if there is none. */
export function ownPlaybook(name: string): string | undefined {
  return ownPlaybooks().includes(name) ? join(own, name) : undefined;
}

/** The playbooks in a folder by their names, sorted; none if it cannot be read. */
export function playbooksIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
      .filter((name) => existsSync(join(folder, name, 'playbook.yaml')))
      .sort();
  } catch {
    return [];
  }
}

/**
 * The directory that `name` means. A name with a slash is a path. A bare name is looked for in playbook_path of the
 * configuration, or here if there is none, and then among the playbooks that are installed with muster.
 */
export function playbookDirectory(name: string, { playbookPath }: Pick<Config, 'playbookPath'>): string {
  const written = playbookPath === undefined || name.includes('/') ? name : join(playbookPath, name);
  return existsSync(written) ? written : (ownPlaybook(name) ?? written);
}

/** The names by which the playbooks of this directory, and those that are installed with muster, can be given. */
export function knownPlaybooks({ playbookPath }: Pick<Config, 'playbookPath'>): readonly string[] {
  const here =
    playbookPath === undefined
      ? [...playbooksIn('.'), ...playbooksIn('playbooks').map((name) => `playbooks/${name}`)]
      : playbooksIn(playbookPath);
  return [...new Set([...here, ...ownPlaybooks()])];
}
