// Finding, reading and compiling a playbook. It is loaded by the commands that have one.
import { existsSync } from 'node:fs';
import { didYouMean, UsageError } from '../model/index.ts';
import { parsePlaybook, type Playbook, type PlaybookTree } from '../playbook/index.ts';
import type { Sources } from '../report/index.ts';
import { type Config, readPlaybookTree } from '../sources/index.ts';
import { knownPlaybooks, ownPlaybook, playbookDirectory } from './own-playbooks.ts';
import { type PlannedFrom, tell } from './taken-fleet.ts';
export { compile } from '../actions/index.ts';

/**
 * Opens the playbook that `name` means (`playbookDirectory`). If playbook_path decided it, a line says so, because nobody
 * named the directory. Throws UsageError, FILE_MISSING if the name is nowhere.
 */
export async function openPlaybook(
  name: string,
  config: Pick<Config, 'playbookPath'>,
  { configuration }: Sources,
  planned?: PlannedFrom,
): Promise<{
  playbook: Playbook;
  tree: PlaybookTree;
  isFound: boolean;
  source: NonNullable<Sources['playbook']>;
}> {
  const directory = playbookDirectory(name, config);
  if (!name.includes('/') && !existsSync(directory)) throw noPlaybook(name, config);
  const isOwn = directory === ownPlaybook(name);
  const isNamed = directory === name || isOwn;
  if (isOwn && config.playbookPath !== undefined)
    tell(`playbook ${name}, installed with muster: ${config.playbookPath} has none of this name`);
  if (!isNamed) tell(`playbook ${directory}, by playbook_path of ${configuration?.file ?? ''}`);
  const tree = await readPlaybookTree(directory);
  return {
    playbook: parsePlaybook(tree),
    tree,
    isFound: planned?.isOwn === false || (!isNamed && configuration?.by === 'found'),
    source: { file: directory, by: planned === undefined ? (isNamed ? 'named' : 'configuration') : 'plan' },
  };
}

function noPlaybook(name: string, config: Pick<Config, 'playbookPath'>): UsageError {
  const known = knownPlaybooks(config);
  return new UsageError('FILE_MISSING', `there is no playbook ${name}`, {
    hint: didYouMean(name, known) ?? `playbooks that a name finds here: ${known.join(', ')}`,
  });
}
