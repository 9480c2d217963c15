import { describe, expect, it } from 'vitest';
import { briefly, lintFiles } from './lint-of.ts';

const step = 'state() { observe cage "$cage"; }\nverify() { :; }\n';

describe('steps', () => {
  it('need a state, and should have a verify', () => {
    const findings = lintFiles({ 'steps/one.sh': 'other() { observe x "$cage"; }\n' });
    expect(findings).toMatchObject([
      { code: 'STEP_NO_STATE', severity: 'error', location: { file: 'pb/steps/one.sh', line: 1 } },
      { code: 'STEP_NO_VERIFY', severity: 'warning' },
    ]);
  });

  it('ignore a state in a here-document or a comment', () => {
    const text = '# state() {\nverify() {\n  cat <<X\nstate() {\nX\n  observe x "$cage"\n}\n';
    expect(briefly(lintFiles({ 'steps/one.sh': text }))).toEqual(['STEP_NO_STATE 1:1']);
  });

  it.each(['state() {\n  :\n}', 'state () {\n  :\n}', 'state()\n{\n  :\n}', 'state() (\n  :\n)'])(
    'recognise a state in every form: %j',
    (state) => {
      expect(briefly(lintFiles({ 'steps/one.sh': `${state}\nverify() { observe x "$cage"; }\n` }))).toEqual(
        [],
      );
    },
  );

  it('may have no code outside of functions, reported once a line', () => {
    const text = `set -e; ls\n${step}x=1\nif true; then\n  ls\nfi\n`;
    expect(briefly(lintFiles({ 'steps/one.sh': text }))).toEqual([
      'SH_TOP_LEVEL 1:1',
      'SH_TOP_LEVEL 4:1',
      'SH_TOP_LEVEL 5:4',
      'SH_TOP_LEVEL 6:3',
    ]);
  });

  it('warns of what cannot be undone', () => {
    const text =
      "state() {\n  command \"$cage\" --run 'ls' --unless 'ls' --irreversible\n}\nverify() { :; }\n";
    expect(lintFiles({ 'steps/one.sh': text })).toMatchObject([
      { code: 'IRREVERSIBLE', severity: 'warning', location: { line: 2, column: 44 } },
    ]);
  });

  it('warns of a script that no step has', () => {
    const findings = lintFiles({ 'steps/one.sh': step, 'steps/two.sh': 'state() { :; }\nverify() { :; }\n' });
    expect(findings).toMatchObject([{ code: 'STEP_UNUSED', location: { file: 'pb/steps/two.sh' } }]);
  });

  it('finds Windows line ends', () => {
    const findings = lintFiles({ 'steps/one.sh': step.replaceAll('\n', '\r\n') });
    expect(briefly(findings)).toEqual(['SH_CRLF 1:34']);
  });
});

describe('files', () => {
  it('finds a missing source, and suggests the right name', () => {
    const text =
      'state() {\n  file /x --source motd\n  template "$cage" --source ntp.conf\n}\nverify() { :; }\n';
    const files = { 'steps/one.sh': text, 'files/motd.txt': '', 'templates/ntp.conf': '' };
    const [finding, ...others] = lintFiles(files);
    expect(others).toEqual([]);
    expect(finding).toMatchObject({ code: 'SOURCE_MISSING', location: { line: 2, column: 20 } });
  });

  it('finds no fault with a source that only the host can name', () => {
    const text = 'state() { file /x --source "$cage"; }\nverify() { :; }\n';
    expect(briefly(lintFiles({ 'steps/one.sh': text }))).toEqual([]);
  });

  it('finds a name in a template that no var defines', () => {
    const files = {
      'steps/one.sh': step,
      'templates/x': 'host <%= it.host %>\n<% if (it.cagee) { %><% } %> it.nosuch\n',
    };
    expect(lintFiles(files)).toMatchObject([
      {
        code: 'TEMPLATE_UNDEFINED',
        location: { file: 'pb/templates/x', line: 2, column: 8 },
        hint: 'did you mean "cage"?',
      },
    ]);
  });
});

describe('playbook.yaml', () => {
  it('hides no problem of the scripts when it is wrong', () => {
    const findings = lintFiles({
      'playbook.yaml':
        'name: try\nvras: {}\nvars: { cage: { type: path } }\nsteps:\n  - { id: one, script: steps/oen.sh }\n',
      'steps/one.sh': 'state() { observe x "$cagee"; }\nverify() { :; }\n',
    });
    expect(findings.map(({ code, location }) => `${location.file} ${code}`)).toEqual([
      'pb/playbook.yaml CONFIG_UNKNOWN_KEY',
      'pb/playbook.yaml PLAYBOOK_SCRIPT_MISSING',
      'pb/steps/one.sh VAR_UNKNOWN',
    ]);
  });

  it('causes no findings about vars if it cannot be read at all', () => {
    const findings = lintFiles({
      'playbook.yaml': 'name: [\n',
      'steps/one.sh': 'state() { [[ $cage ]]; }\nverify() { :; }\n',
    });
    expect(new Set(findings.map(({ code }) => code))).toEqual(new Set(['CONFIG_SYNTAX', 'SH_BASHISM']));
  });

  it('reports a missing state once, at the script', () => {
    const findings = lintFiles({ 'steps/one.sh': 'verify() { observe x "$cage"; }\n' });
    expect(findings.map(({ location, code }) => `${location.file} ${code}`)).toEqual([
      'pb/steps/one.sh STEP_NO_STATE',
    ]);
  });
});
