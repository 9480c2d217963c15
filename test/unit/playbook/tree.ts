// Builds playbooks in memory.
import { parsePlaybook, type Playbook, type PlaybookTree } from '../../../src/playbook/index.ts';

/** A tree with the text as its playbook.yaml, two usable step scripts, and more files on top. */
export function treeOf(text: string, more: Readonly<Record<string, string>> = {}): PlaybookTree {
  const files = {
    'playbook.yaml': text,
    'steps/01-package.sh': 'state() {\n  package bind\n}\n',
    'steps/02-cage.sh': 'verify() { :; }\nstate () {\n  :\n}\n',
    ...more,
  };
  const encoder = new TextEncoder();
  return {
    directory: 'playbooks/demo',
    files: new Map(
      Object.entries(files).map(([name, content]) => [
        name,
        { bytes: encoder.encode(content), executable: name.endsWith('.sh') },
      ]),
    ),
  };
}

/** A playbook with two steps and these vars, given as YAML flow text. */
export function playbookWithVars(vars: string): Playbook {
  return parsePlaybook(
    treeOf(`name: demo\nvars: ${vars}\nsteps:\n  - {id: package, script: steps/01-package.sh}\n`),
  );
}
