// What an inventory and a playbook make the controller itself do.
import { describe, expect, it } from 'vitest';
import { reachOf } from '../../../src/compile/reach.ts';
import { parseInventory } from '../../../src/inventory/index.ts';
import { playbookWithVars } from '../playbook/tree.ts';

const inventory = parseInventory({
  file: 'i.yaml',
  text: `hosts: { 'ns[1-3]': { vars: { zones: [a, /b] } }, ns4: { vars: { key: { from_env: OTHER } } } }
vars: { key: { from_command: [pass, show] }, unknown: { from_file: x } }
`,
});
const playbook = playbookWithVars('{key: {type: string}, zones: {type: files, default: ../c}}');

describe('reachOf', () => {
  it('knows everything that an inventory makes the controller do, once a place', () => {
    const kinds = reachOf(inventory).map((reach) => [reach.kind, reach.var, reach.from.line]);
    expect(kinds).toEqual([
      ['command', 'key', 2],
      ['file', 'unknown', 2],
      ['env', 'key', 1],
    ]);
  });

  it('knows with a playbook also the files that vars name, there and by default', () => {
    const files = reachOf(inventory, playbook).filter(({ kind }) => kind === 'given-file');
    expect(files.map((reach) => ['path' in reach ? reach.path : '', reach.from.file])).toEqual([
      ['a', 'i.yaml'],
      ['/b', 'i.yaml'],
      ['../c', expect.stringContaining('playbook.yaml')],
    ]);
  });
});
