// Small playbooks from texts, and what lint says of them.
import { sortFindings, type Finding } from '../../../src/lint/finding.ts';
import { readLanguage } from '../../../src/lint/language.ts';
import { lintPlaybook } from '../../../src/lint/lint-playbook.ts';
import type { PlaybookTree } from '../../../src/playbook/index.ts';
import { readRuntime } from '../../../src/host/index.ts';

const decoder = new TextDecoder();

/** The language of the real runtime. */
export const language = readLanguage(
  [...readRuntime()].filter(([path]) => path.endsWith('.sh')).map(([, bytes]) => decoder.decode(bytes)),
);

const manifest = `name: try
vars:
  cage: { type: path, default: /cage }
steps:
  - { id: one, script: steps/one.sh }
`;

/** A playbook in `pb/` of these texts; playbook.yaml has the var `cage` and the step steps/one.sh unless given. */
export function treeOf(files: Readonly<Record<string, string>>): PlaybookTree {
  const all = Object.entries({ 'playbook.yaml': manifest, ...files });
  const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
  return {
    directory: 'pb',
    files: new Map(all.map(([path, text]) => [path, { bytes: bytes(text), executable: false }])),
  };
}

export function lintFiles(files: Readonly<Record<string, string>>): Finding[] {
  return sortFindings(lintPlaybook(treeOf(files), language).findings);
}

/** Findings about a step whose `state` holds these lines, the first of them being line 2; `cage` counts as used. */
export function lintState(lines: string): Finding[] {
  return lintFiles({ 'steps/one.sh': `state() {\n${lines}\n}\nverify() { observe cage "$cage"; }\n` });
}

/** `CODE line:column`, so that tests are short. */
export function briefly(findings: readonly Finding[]): string[] {
  return findings.map(({ code, location }) => `${code} ${location.line}:${location.column}`);
}
