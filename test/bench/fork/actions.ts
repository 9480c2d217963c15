// What is counted: each thing that an operator does to a host, in an order in which one makes the host ready for the next.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** The names of what is counted, in the order in which it is done. */
export const actionNames = [
  'exec true',
  'ping',
  'plan, 1 empty step',
  'plan, 11 empty steps',
  'apply, first',
  'plan',
  'verify',
  'apply',
  'rollback',
  'plan, more files',
  'verify, more files',
] as const;
export type ActionName = (typeof actionNames)[number];

/** Further zone files, by which it is seen what one more costs. */
export const furtherFiles = 50;
/** Steps without content, less the one of a playbook that has just one. */
export const furtherSteps = 10;

/** Where an action's arguments come from. */
export interface Scene {
  readonly inventory: string;
  readonly cagedBind: string;
  /** A directory for playbooks that are written for the bench. */
  readonly directory: string;
}

/** One action: the command line, and what is done before it without being counted. */
export interface Action {
  readonly name: ActionName;
  readonly args: readonly string[];
  /** A line of sh on the host. */
  readonly prepare?: string;
  /** Command lines of muster, after that. */
  readonly settle?: readonly (readonly string[])[];
  /** Done even when nobody wants its figures, because later ones need it. */
  readonly isNeeded?: true;
}

/** All actions, in their order. */
export async function actionsFor({ inventory, cagedBind, directory }: Scene): Promise<readonly Action[]> {
  const on = ['-i', inventory];
  const [one, eleven] = [await emptyPlaybook(directory, 1), await emptyPlaybook(directory, furtherSteps + 1)];
  const apply = ['apply', cagedBind, ...on, '--yes'];
  const addFiles = `i=0; while [ $i -lt ${furtherFiles} ]; do echo "; $i" >/etc/namedb/further.$i; i=$((i + 1)); done`;
  return [
    { name: 'exec true', args: ['exec', ...on, 'true'] },
    { name: 'ping', args: ['ping', ...on] },
    { name: 'plan, 1 empty step', args: ['plan', one, ...on] },
    { name: 'plan, 11 empty steps', args: ['plan', eleven, ...on] },
    { name: 'apply, first', args: apply, isNeeded: true },
    { name: 'plan', args: ['plan', cagedBind, ...on] },
    { name: 'verify', args: ['verify', cagedBind, ...on] },
    { name: 'apply', args: apply },
    { name: 'rollback', args: ['rollback', ...on, '--yes'] },
    { name: 'plan, more files', args: ['plan', cagedBind, ...on], prepare: addFiles, settle: [apply] },
    { name: 'verify, more files', args: ['verify', cagedBind, ...on] },
  ];
}

/** Writes a playbook whose steps declare nothing: what is left is what the runtime itself costs. */
async function emptyPlaybook(directory: string, steps: number): Promise<string> {
  const playbook = join(directory, `empty-${steps}`);
  const numbers = Array.from({ length: steps }, (_, index) => index + 1);
  await mkdir(join(playbook, 'steps'), { recursive: true });
  await writeFile(
    join(playbook, 'playbook.yaml'),
    `name: empty-${steps}\ndescription: Steps that declare nothing\nsteps:\n${numbers
      .map((number) => `  - { id: s${number}, script: steps/${number}.sh, description: Nothing }\n`)
      .join('')}`,
  );
  for (const number of numbers)
    await writeFile(join(playbook, 'steps', `${number}.sh`), '# Nothing.\nstate() {\n  :\n}\n');
  return playbook;
}
