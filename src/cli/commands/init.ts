// init: an empty directory becomes one with an inventory, a playbook and a configuration.
import { createInterface } from 'node:readline/promises';
import { join } from 'node:path';
import { exitCodes, UsageError } from '../../model/index.ts';
import { inventoryJsonSchema, parseInventory } from '../../inventory/index.ts';
import { playbookJsonSchema } from '../../playbook/index.ts';
import { escapeTerminal } from '../../report/index.ts';
import { configJsonSchema } from '../../sources/index.ts';
import type { GlobalOptions } from '../options.ts';
import { writeOut } from '../outputs.ts';
import {
  configSkeleton,
  exampleHost,
  ignoreSkeleton,
  type InventoryChoice,
  inventorySkeleton,
  playbookSkeletons,
  schemaDirectory,
  type Skeleton,
} from '../skeletons.ts';
import { requireName } from '../new-name.ts';
import { writeMissing } from '../write-skeletons.ts';

/** What `muster init` takes. */
export interface InitOptions extends GlobalOptions {
  readonly host?: readonly string[];
  readonly user?: string;
  readonly become?: string;
  readonly playbook?: string;
  readonly yes?: boolean;
}

interface Choice extends InventoryChoice {
  readonly playbook: string;
}

const usual = { playbook: 'first' } as const;

/** `muster init [DIRECTORY]`: asks on a terminal what flags did not say. */
export async function initCommand(directory: string, options: InitOptions): Promise<number> {
  const mayAsk = process.stdin.isTTY && process.stderr.isTTY && options.yes !== true;
  const choice = mayAsk ? await ask(options) : chosen(options);
  requireName('playbook', choice.playbook);
  refuseWrongInventory(choice);
  const { written, kept } = await writeMissing(directory, filesOf(choice));
  for (const path of written) writeOut(`${escapeTerminal(`wrote  ${join(directory, path)}`)}\n`);
  for (const path of kept)
    writeOut(`${escapeTerminal(`kept   ${join(directory, path)} (it exists already)`)}\n`);
  writeOut(escapeTerminal(whatNext(directory, choice), 'tab-newline'));
  return exitCodes.good;
}

function chosen({ host = [], user, become, playbook = usual.playbook }: InitOptions): Choice {
  return { hosts: host.length === 0 ? [exampleHost] : host, user, become, playbook };
}

/** Only for what no flag has said. An empty answer takes what is in brackets. */
async function ask(options: InitOptions): Promise<Choice> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const gone = new AbortController();
  const stop = (): void => {
    gone.abort();
  };
  terminal.once('close', stop);
  // For life: an 'error' that nobody hears would end the process.
  terminal.on('error', stop);
  const answer = async (question: string, otherwise: string): Promise<string> =>
    (await terminal.question(`${question} [${otherwise}]: `, { signal: gone.signal })).trim() || otherwise;
  try {
    const hosts = options.host ?? (await answer('Hosts, with commas between them', exampleHost)).split(',');
    const login = options.user ?? (await answer('User that logs in there', 'as your ssh_config sets'));
    const rises =
      options.become ?? (await answer('How that user becomes root: none, sudo, doas, su', 'none'));
    const playbook = options.playbook ?? (await answer('Name of the first playbook', usual.playbook));
    return {
      hosts: hosts.map((host) => host.trim()).filter((host) => host !== ''),
      user: login === 'as your ssh_config sets' ? undefined : login,
      become: rises === 'none' ? undefined : rises,
      playbook,
    };
  } catch (cause) {
    throw new UsageError('INIT_ANSWER', 'the questions were not answered, and nothing was written', {
      cause,
      hint: 'give the answers as options: muster init --help',
    });
  } finally {
    terminal.close();
  }
}

/** An inventory that muster itself could not read is not written. Throws ConfigError. */
function refuseWrongInventory(choice: Choice): void {
  const { path, text } = inventorySkeleton(choice);
  parseInventory({ file: path, text });
}

function filesOf(choice: Choice): readonly Skeleton[] {
  const schemas = {
    inventory: inventoryJsonSchema,
    playbook: playbookJsonSchema,
    config: configJsonSchema,
  };
  const folder = `playbooks/${choice.playbook}`;
  return [
    inventorySkeleton(choice),
    configSkeleton(),
    ...playbookSkeletons(choice.playbook, '../../').map(({ path, text }) => ({
      path: `${folder}/${path}`,
      text,
    })),
    ignoreSkeleton(),
    ...Object.entries(schemas).map(([kind, schema]) => ({
      path: `${schemaDirectory}/${kind}.schema.json`,
      text: `${JSON.stringify(schema(), undefined, 2)}\n`,
    })),
  ];
}

function whatNext(directory: string, { playbook, hosts }: Choice): string {
  const enter = directory === '.' ? '' : `cd ${directory} && `;
  const later = hosts.includes(exampleHost)
    ? `Then write your host into inventory.yaml, and look: muster plan ${playbook}`
    : `Then look at your own hosts: muster plan ${playbook}`;
  return `
Next, on practice hosts of this machine:
  ${enter}muster lab up -n 1
  muster apply ${playbook} -i .muster/lab/inventory.yaml
  muster test ${playbook}
${later}
`;
}
