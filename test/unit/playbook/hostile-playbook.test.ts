// Playbooks that are spoilt at random, and those of other programs.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ConfigError, formatIssue } from '../../../src/model/errors.ts';
import { parsePlaybook } from '../../../src/playbook/index.ts';
import { spoilt, valueOrIssues } from '../document/spoil.ts';
import { treeOf } from './tree.ts';

const steps = ['steps/01-package.sh', 'steps/02-cage.sh'];
const examples = ['caged-bind', 'sshd-hardening'].map((name) =>
  readFileSync(join(import.meta.dirname, '../../../playbooks', name, 'playbook.yaml'), 'utf8').replaceAll(
    /script: \S+/g,
    `script: ${steps[0] ?? ''}`,
  ),
);

describe('a playbook that is damaged at random', () => {
  it('gives its steps or its issues, each inside the text and with a message', () => {
    fc.assert(
      fc.property(spoilt(examples), (text) => {
        const playbook = valueOrIssues(text, (each) => parsePlaybook(treeOf(each)));
        if (playbook !== undefined) expect(playbook.steps.length).toBeGreaterThan(0);
      }),
      { numRuns: 300 },
    );
  });
});

describe('a file that is no playbook', () => {
  it.each([
    ['an Ansible playbook', '---\n- hosts: all\n  tasks:\n    - name: x\n', '2:1'],
    ['an Ansible playbook', '- name: dns\n  hosts: dns\n  become: yes\n', '1:1'],
    ['an inventory', 'vars: {}\nhosts: { ns1: }\n', '2:1'],
  ])('%s is recognised', (name, text, place) => {
    let said: readonly string[] = [];
    try {
      parsePlaybook(treeOf(text));
    } catch (error) {
      said = (error as ConfigError).issues.map(formatIssue);
    }
    expect(said.join('\n')).toContain(
      `playbooks/demo/playbook.yaml:${place}: error[PLAYBOOK_FORMAT]: this looks like ${name}\n    hint: `,
    );
  });
});

describe('a hint of a var', () => {
  it('belongs to a pattern', () => {
    const vars = "{a: {type: string, pattern: '^x', hint: begins with x}, b: {type: string, hint: x}}";
    const text = `name: demo\nvars: ${vars}\nsteps: [{id: a, script: ${steps[0] ?? ''}}]\n`;
    expect(() => parsePlaybook(treeOf(text))).toThrow('var "b" has a hint and no pattern');
    const good = parsePlaybook(treeOf(text.replace(', hint: x}', '}')));
    expect(good.vars.get('a')?.hint).toBe('begins with x');
  });
});
