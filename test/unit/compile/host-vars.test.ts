// Secrets on their way into a bundle: what no sh can keep is refused before any host is touched, and not shown.
import { describe, expect, it } from 'vitest';
import { resolveFleetVars, shellVars } from '../../../src/compile/host-vars.ts';
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

describe('a secret', () => {
  it('with a NUL byte is refused in words without it, whoever reads it', async () => {
    const hosts = [...inventory.hosts.values()];
    const vars = resolveFleetVars(playbook, hosts).get('ns1') ?? new Map<string, never>();
    const refusal: unknown = await shellVars(playbook, vars, new Map(), async () => 'hun\0ter2').catch(
      (error: unknown) => error,
    );
    expect(refusal).toMatchObject({
      code: 'VAR_NUL',
      message: expect.stringContaining("for 'key' holds a NUL"),
    });
    expect(JSON.stringify(refusal)).not.toMatch(/hun|ter2/);
  });
});

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
