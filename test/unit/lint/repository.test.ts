// Every playbook and inventory of the repository is an example, and passes the rules.
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readInventory, readPlaybookTree } from '../../../src/sources/index.ts';
import { type Finding, formatFinding } from '../../../src/lint/index.ts';
import { lintInventory } from '../../../src/lint/lint-inventory.ts';
import { lintPlaybook } from '../../../src/lint/lint-playbook.ts';
import { language } from './lint-of.ts';

const root = join(import.meta.dirname, '../../..');
const playbooks = readdirSync(join(root, 'playbooks'))
  .map((name) => join(root, 'playbooks', name))
  .filter((directory) => existsSync(join(directory, 'playbook.yaml')));
const inventories = readdirSync(join(root, 'inventories'))
  .filter((name) => name.endsWith('.yaml'))
  .map((name) => join(root, 'inventories', name));

function errorsIn(findings: readonly Finding[]): string[] {
  return findings.filter(({ severity }) => severity === 'error').map(formatFinding);
}

describe('in the repository', () => {
  it.each(playbooks)(
    'playbook %s has no errors, and each step shows how to see that it works',
    async (directory) => {
      const { findings } = lintPlaybook(await readPlaybookTree(directory), language);
      expect(errorsIn(findings)).toEqual([]);
      expect(findings.filter(({ code }) => code === 'STEP_NO_VERIFY')).toEqual([]);
    },
  );

  it.each(inventories)('inventory %s has no errors', async (file) => {
    const declared = [];
    for (const directory of playbooks) {
      const { vars } = lintPlaybook(await readPlaybookTree(directory), language);
      if (vars !== undefined) declared.push(vars);
    }
    expect(errorsIn(lintInventory(await readInventory(file), declared))).toEqual([]);
  });
});
