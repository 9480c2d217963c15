import { describe, expect, it } from 'vitest';
import { UsageError } from '../../../src/model/errors.ts';
import { parsePlaybook, selectSteps, type StepSelection } from '../../../src/playbook/index.ts';
import { treeOf } from './tree.ts';

const playbook = parsePlaybook(
  treeOf(`
name: demo
steps:
  - {id: package, script: steps/01-package.sh, tags: [install]}
  - {id: cage, script: steps/02-cage.sh, tags: [install, config]}
  - {id: serve, script: steps/02-cage.sh, tags: [config]}
  - {id: proof, script: steps/02-cage.sh}
`),
);

describe('selectSteps', () => {
  it.each<[StepSelection, string]>([
    [{}, 'package cage serve proof'],
    [{ tags: ['install'] }, 'package cage'],
    [{ tags: ['config', 'install'] }, 'package cage serve'],
    [{ skipTags: ['config'] }, 'package proof'],
    [{ tags: ['install'], skipTags: ['config'] }, 'package'],
    [{ from: 'serve' }, 'serve proof'],
    [{ from: 'cage', tags: ['install'] }, 'cage'],
  ])('%j keeps %s', (selection, expected) => {
    const ids = selectSteps(playbook, selection).map(({ id }) => id);
    expect(ids.join(' ')).toBe(expected);
  });

  it.each<[StepSelection, string, string, string]>([
    [
      { tags: ['instal'] },
      'PLAYBOOK_UNKNOWN_TAG',
      'playbook demo has no tag "instal"',
      'did you mean "install"?',
    ],
    [
      { skipTags: ['zzz'] },
      'PLAYBOOK_UNKNOWN_TAG',
      'playbook demo has no tag "zzz"',
      'tags: install, config',
    ],
    [{ from: 'prof' }, 'PLAYBOOK_UNKNOWN_STEP', 'playbook demo has no step "prof"', 'did you mean "proof"?'],
    [
      { from: 'proof', tags: ['install'] },
      'PLAYBOOK_NO_STEPS',
      'no step of playbook demo is left',
      'choose more tags, or an earlier first step',
    ],
  ])('refuses %j', (selection, code, message, hint) => {
    let thrown: unknown;
    try {
      selectSteps(playbook, selection);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(UsageError);
    expect(thrown).toMatchObject({ code, message, hint });
  });
});
