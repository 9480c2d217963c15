// Libraries that playbooks share: every rule looks at them, and says what it has to say once, at their own paths.
import { describe, expect, it } from 'vitest';
import { formatFinding } from '../../../src/lint/index.ts';
import { lintPlaybook } from '../../../src/lint/lint-playbook.ts';
import { lint } from '../../../src/actions/lint.ts';
import type { PlaybookTree } from '../../../src/playbook/index.ts';
import { language, treeOf } from './lint-of.ts';

const manifest = `name: try
uses: [net]
vars:
  cage: { type: path, default: /cage }
steps:
  - { id: one, script: steps/one.sh }
`;
const step = 'state() { dial "$cage"; }\nverify() { :; }\n';

/** The playbook `directory` with one library, `net`, in this file. */
function usingNet(text: string, directory = 'pb', more: Readonly<Record<string, string>> = {}): PlaybookTree {
  const { files } = treeOf({ 'playbook.yaml': manifest, 'steps/one.sh': step, ...more });
  const net = new Map([['net.sh', { bytes: Buffer.from(text), executable: false }]]);
  const byName = new Map([['net', { directory: 'lib/net', files: net }]]);
  return { directory, files, libraries: { directory: 'lib', names: ['net'], byName } };
}

function said(tree: PlaybookTree): string[] {
  return lintPlaybook(tree, language).findings.map((finding) => formatFinding(finding).split('\n')[0] ?? '');
}

describe('a library', () => {
  it('is a part of the playbook: its functions are known, and vars that it reads count as used', () => {
    expect(said(usingNet('dial() { ping "$1" "$cage"; }\n'))).toEqual([]);
    expect(said(usingNet('dial() { :; }\n', 'pb', { 'steps/one.sh': step.replace('dial', 'dail') }))).toEqual(
      ['pb/steps/one.sh:1:11: error[COMMAND_UNKNOWN]: nothing defines `dail`'],
    );
  });

  it.each([
    ['a bashism', 'dial() { [[ $1 ]]; }\n', '1:10: error[SH_BASHISM]'],
    ['a tool that is missing', 'dial() {\n  timeout 3 ping "$1"\n}\n', '2:3: error[SH_MISSING_TOOL]'],
    ['code at top level', 'dial() { :; }\necho hello\n', '2:1: error[SH_TOP_LEVEL]'],
    ['a variable that nothing sets', 'dial() { echo "$cgae"; }\n', '1:16: error[VAR_UNKNOWN]'],
    ['Windows line ends', 'dial() { :; }\r\n', '1:14: error[SH_CRLF]'],
    ['a function of the runtime', '\ndirectory() { :; }\n', '2:1: error[LIBRARY_SHADOWS]'],
    ['a function of steps', 'dial() { :; }\nverify() { :; }\n', '2:1: error[LIBRARY_SHADOWS]'],
    ['the state', 'state() { dial; }\n', '1:1: error[LIBRARY_SHADOWS]'],
    ['a source that the playbook lacks', 'dial() { file /x --source y; }\n', '1:27: error[SOURCE_MISSING]'],
  ])('with %s is reported at its own path', (_, text, place) => {
    const found = said(usingNet(text)).filter((line) => line.startsWith(`lib/net/net.sh:${place}`));
    expect(found).toHaveLength(1);
  });

  it('with raw changes that a step calls is reported at its own path', () => {
    const found = said(usingNet('dial() {\n  rm -rf "$1"\n}\n'));
    expect(found).toEqual([expect.stringMatching(/^lib\/net\/net\.sh:2:3: /)]);
  });
});

describe('five playbooks with one library', () => {
  const names = ['a', 'b', 'c', 'd', 'e'];
  const asked: string[] = [];
  const deps = {
    readPlaybook: (directory: string) =>
      Promise.resolve(
        usingNet(
          'dial() { [[ $1 ]]; }\ncall() { timeout 1 x; }\n# muster-lint: allow SH_GNUISM because of x\n',
          directory,
        ),
      ),
    readInventory: () => Promise.reject(new Error('none')),
    checkSyntax: (file: string) => {
      asked.push(file);
      return Promise.resolve('');
    },
    shellcheck: (files: readonly string[]) =>
      Promise.resolve(
        files.map((file) => ({ file, line: 2, column: 1, level: 'error', code: 2086, message: 'Quote.' })),
      ),
  };

  it('ask the shells about it once, and report each finding once', async () => {
    const { findings, files } = await lint({ playbooks: names, inventories: [] }, deps);
    const inLibrary = findings.filter(({ location }) => location.file === 'lib/net/net.sh');
    expect(inLibrary.map(({ code }) => code).sort()).toEqual([
      'LINT_UNUSED',
      'SC2086',
      'SH_BASHISM',
      'SH_MISSING_TOOL',
    ]);
    expect(asked.filter((file) => file === 'lib/net/net.sh')).toHaveLength(1);
    expect(files).toBe(5 * 2 + 1);
  });
});
