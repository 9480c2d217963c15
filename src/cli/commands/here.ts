// muster alone: what is in this directory, and what can be done with it. No host is asked.
import { parseInventories } from '../../inventory/index.ts';
import { isMusterError } from '../../model/index.ts';
import { count, escapeTerminal } from '../../report/index.ts';
import { takeInventories } from '../../sources/index.ts';
import { writeOut } from '../outputs.ts';
import { ownPlaybooks, playbooksIn } from '../own-playbooks.ts';
import { takeFiles } from '../taken-fleet.ts';

/** Prints the configuration that was found; false if there is none, and then it prints nothing. */
export async function tellWhatIsHere(): Promise<boolean> {
  const { config, sources } = await takeFiles({});
  if (sources.configuration === undefined) return false;
  const playbooks = playbooksIn(config.playbookPath ?? 'playbooks');
  const [first = 'PLAYBOOK'] = playbooks;
  const name = config.playbookPath === undefined && first !== 'PLAYBOOK' ? `playbooks/${first}` : first;
  const lines = [
    `configuration  ${sources.configuration.file}`,
    `inventory      ${await inventoryWords(config.inventory)}`,
    `playbooks      ${playbooks.length === 0 ? 'none yet: muster new playbook NAME' : playbooks.join(', ')}`,
    `with muster    ${ownPlaybooks().join(', ')}`,
    '',
    'What you can do here:',
    '  muster ping              which hosts can be reached',
    `  muster plan ${name.padEnd(12)} what would change; touches nothing`,
    `  muster apply ${name.padEnd(11)} change it, after a yes`,
    `  muster verify ${name.padEnd(10)} is all as declared?`,
    `  muster test ${name.padEnd(12)} the same on practice hosts`,
    '  muster history           what was done before',
    '  muster --help            every command',
  ];
  writeOut(escapeTerminal(`${lines.join('\n')}\n`, 'tab-newline'));
  return true;
}

async function inventoryWords(path: string | undefined): Promise<string> {
  if (path === undefined) return 'none named: add `inventory: FILE` to the configuration';
  try {
    const { hosts } = parseInventories((await takeInventories(path)).map(({ source }) => source));
    return `${path} (${count(hosts.size, 'host')})`;
  } catch (error) {
    if (!isMusterError(error)) throw error;
    return `${path}, which has errors: muster lint`;
  }
}
