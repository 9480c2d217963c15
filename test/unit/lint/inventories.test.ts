import { describe, expect, it } from 'vitest';
import { lintInventory } from '../../../src/lint/lint-inventory.ts';
import type { VarDeclaration } from '../../../src/playbook/index.ts';
import { parsePlaybook } from '../../../src/playbook/index.ts';
import { briefly, treeOf } from './lint-of.ts';

function varsOf(vars: string): ReadonlyMap<string, VarDeclaration> {
  const text = `name: x\nvars: ${vars}\nsteps: [{ id: one, script: steps/one.sh }]\n`;
  return parsePlaybook(treeOf({ 'playbook.yaml': text, 'steps/one.sh': 'state() { :; }\n' })).vars;
}

function lintText(text: string, ...declared: ReadonlyMap<string, VarDeclaration | undefined>[]): string[] {
  return briefly(lintInventory({ file: 'inv.yaml', text }, declared));
}

const written = 'hosts:\n  ns[1-2]:\n    vars: { cage: /x, cagee: /y }\n';

describe('an inventory', () => {
  it('has every problem that its parser finds', () => {
    expect(lintText('hots: {}\nhosts:\n  ns[1-: {}\ngroups: { a: { hosts: [nosuch] } }\n')).toEqual(
      expect.arrayContaining(['CONFIG_UNKNOWN_KEY 1:1', expect.stringMatching(/ 3:3$/)]),
    );
  });

  it('gets one warning for a var that no linted playbook declares', () => {
    expect(lintText(written, varsOf('{ cage: { type: path } }'))).toEqual(['INVENTORY_VAR_UNUSED 3:30']);
  });

  it('may have a var that any of the playbooks declares, even a broken one', () => {
    expect(lintText(written, varsOf('{ cage: { type: path } }'), new Map([['cagee', undefined]]))).toEqual(
      [],
    );
  });

  it('is not checked for vars if no playbook is linted', () => {
    expect(lintText(written)).toEqual([]);
  });

  it('may have the port that probes ask at', () => {
    expect(lintText('hosts: { ns1: { vars: { dns_port: 5353 } } }\n', varsOf('{}'))).toEqual([]);
  });

  it('has a value that fits no declaration of its var', () => {
    const text = 'hosts: { ns1: { vars: { cage: 12 } } }\n';
    expect(lintText(text, varsOf('{ cage: { type: path } }'))).toEqual(['VAR_TYPE 1:31']);
    expect(lintText(text, varsOf('{ cage: { type: path } }'), varsOf('{ cage: { type: int } }'))).toEqual([]);
  });

  it('may read any var from a source of secrets', () => {
    const text = 'hosts: { ns1: { vars: { cage: { from_env: X } } } }\n';
    expect(lintText(text, varsOf('{ cage: { type: path } }'))).toEqual([]);
  });
});
