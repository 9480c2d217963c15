import { describe, expect, it } from 'vitest';
import { briefly, language, lintFiles, lintState } from './lint-of.ts';

const verify = 'verify() { observe cage "$cage"; }\n';

describe('variables', () => {
  it('recognises those that the options of a resource of the playbook set', () => {
    const lib = `say() {\n  m_options 'says=' \${1+"$@"}\n  printf '%s' "$m_o_says$m_has_says$m_o_sayz"\n}\n`;
    const findings = lintFiles({ 'lib/say.sh': lib });
    expect(findings.filter(({ code }) => code === 'VAR_UNKNOWN')).toMatchObject([
      { message: 'nothing sets $m_o_sayz' },
    ]);
  });

  it('finds one that nothing sets, and suggests the right name', () => {
    const findings = lintState('observe x "$cagee"');
    expect(findings).toMatchObject([
      {
        code: 'VAR_UNKNOWN',
        severity: 'error',
        message: 'nothing sets $cagee',
        hint: 'did you mean "cage"?',
      },
    ]);
    expect(briefly(findings)).toEqual(['VAR_UNKNOWN 2:12']);
  });

  it.each([
    ['a fact that is none', 'observe x "$fact_relase"', 'did you mean "fact_release"?'],
    ['a variable of the runtime that is none', 'observe x "$m_afer"', 'did you mean "m_after"?'],
    ['one inside ${ }', 'observe x "${cagee%/*}"', 'did you mean "cage"?'],
    ['one in a here-document', 'cat <<X\n$cagee\nX', 'did you mean "cage"?'],
    [
      'one in arithmetic',
      'observe x $((nosuch + 1))',
      'declare it under vars in playbook.yaml, or set it first',
    ],
    ['one in the default of another', 'observe x "${cage:-$cagee}"', 'did you mean "cage"?'],
  ])('finds %s', (_, line, hint) => {
    expect(lintState(line)).toMatchObject([{ code: 'VAR_UNKNOWN', hint }]);
  });

  it.each([
    ['vars, facts and what the runtime sets', 'observe "$cage" "$fact_os$m_after$m_work$m_step"'],
    ['options of resources', 'observe x "$m_o_mode$m_has_content"'],
    ['what is set before', 'x=1; observe "$x" "$x"'],
    [
      'what is set by read, for, local, getopts, export',
      'read -r a b </dev/null; for c in 1; do local d; done; getopts x e; export f=1; observe "$a$b$c$d$e$f" x',
    ],
    ['what ${ := } sets', ': "${x:=1}"; observe x "$x"'],
    ['what arithmetic sets', ': $((x = 1)); observe x "$x"'],
    ['special parameters and those of the shell', 'observe "$1$#$?$$$!$@$*$-" "$PATH$HOME$IFS"'],
    ['what the writer says may be unset', 'observe "${x-}${y:-z}${u:+v}" x'],
    ['single quotes', "observe x '$nosuch'"],
    ['awk programs', "awk '{ print $nosuch }' /etc/group"],
  ])('accepts as known: %s', (_, line) => {
    expect(briefly(lintState(line))).toEqual([]);
  });

  it('lets lib and step read what the other sets', () => {
    const files = {
      'steps/one.sh': `state() { mine=1; ours "$theirs"; }\n${verify}`,
      'lib/ours.sh': 'ours() { theirs=1; observe x "$mine"; }\n',
    };
    expect(briefly(lintFiles(files))).toEqual([]);
  });

  it('does not let a step read what another step sets: they share no shell', () => {
    const files = {
      'playbook.yaml':
        'name: try\nvars: { cage: { type: path } }\nsteps: [{ id: one, script: steps/one.sh }, { id: two, script: steps/two.sh }]\n',
      'steps/one.sh': `state() { mine=1; observe x "$mine"; }\n${verify}`,
      'steps/two.sh': `state() { observe x "$mine"; }\n${verify}`,
    };
    expect(lintFiles(files)).toMatchObject([{ code: 'VAR_UNKNOWN', location: { file: 'pb/steps/two.sh' } }]);
  });

  it('finds a var of the step in a text for another shell, which has no such variable', () => {
    const line = "command 'x' --run 'touch $cage/x' --unless 'test -e /x' --undo \"rm $cage/x\"";
    expect(briefly(lintState(line))).toEqual(['VAR_NOT_THERE 2:26']);
    expect(briefly(lintState("sh -c 'ls $cage'"))).toEqual(['VAR_NOT_THERE 2:11']);
  });

  it('lets such a text set and read its own names, and checks its commands', () => {
    expect(briefly(lintState("sh -c 'cage=/x; ls $cage $HOME'"))).toEqual([]);
    expect(briefly(lintState("sh -c 'ls | tac'"))).toEqual(['SH_MISSING_TOOL 2:13']);
  });
});

describe('declared vars', () => {
  it('warns of an unused one at its declaration', () => {
    const findings = lintFiles({ 'steps/one.sh': 'state() { :; }\nverify() { :; }\n' });
    expect(findings).toMatchObject([
      { code: 'VAR_UNUSED', severity: 'warning', location: { file: 'pb/playbook.yaml', line: 3, column: 3 } },
    ]);
  });

  it.each([
    ['a step', { 'steps/one.sh': 'state() { observe x "$cage"; }\nverify() { :; }\n' }],
    ['a lib', { 'lib/x.sh': 'x() { observe x "${cage-}"; }\n' }],
    ['a template', { 'templates/x': 'root <%= it.cage %>\n' }],
    ['a here-document', { 'lib/x.sh': 'x() {\n  cat <<X\n$cage\nX\n}\n' }],
  ])('counts the use in %s', (_, files) => {
    expect(briefly(lintFiles({ 'steps/one.sh': 'state() { :; }\nverify() { :; }\n', ...files }))).toEqual([]);
  });
});

describe('resources', () => {
  it.each([
    ['a misspelled resource', 'dirctory "$cage"', 'COMMAND_UNKNOWN 2:1', 'did you mean "directory"?'],
    ['a misspelled expectation', 'expect_fle "$cage"', 'COMMAND_UNKNOWN 2:1', 'did you mean "expect_file"?'],
    [
      'an unknown option',
      'directory "$cage" --onwer root',
      'RESOURCE_OPTION 2:19',
      'did you mean "--owner"?',
    ],
    [
      'an unknown option behind a switch',
      'absent "$cage" --recursive --mode 1',
      'RESOURCE_OPTION 2:28',
      'it has --recursive',
    ],
    ['an option without its value', 'directory "$cage" --mode', 'RESOURCE_OPTION 2:19', undefined],
    [
      'a word between options',
      'rc_conf a b --after c d --literal',
      'RESOURCE_OPTION 2:23',
      'it has --after --path --literal',
    ],
    [
      'a command that asks nothing before',
      "command x --run 'ls' --undo 'ls'",
      'RESOURCE_OPTION 2:1',
      undefined,
    ],
    ['a command without a way back', "command x --run 'ls' --unless 'ls'", 'RESOURCE_OPTION 2:1', undefined],
  ])('finds %s', (_, line, brief, hint) => {
    const findings = lintState(line);
    expect(briefly(findings)).toEqual([brief]);
    expect(findings[0]?.hint).toBe(hint);
  });

  it.each([
    'directory "$cage" --owner root --transient a --transient b',
    'rc_conf syslogd_flags "-s -p /x" --after named_chroot --literal',
    'copy /x --from "$cage" --once --mode 0600',
    'once=--once; copy /x --from "$cage" $once --whatever',
    'command -v ls',
    'm_painted_wall x; links x; namedctl /x',
  ])('lets pass %s', (line) => {
    expect(briefly(lintState(line))).toEqual([]);
  });

  it("checks options of the playbook's own resources too", () => {
    const files = {
      'steps/one.sh': `state() { mine "$cage" --size 1 --sise 2; }\n${verify}`,
      'lib/mine.sh': 'mine() {\n  m_begin mine "$1"\n  shift\n  m_options \'size= deep\' ${1+"$@"}\n}\n',
    };
    expect(lintFiles(files)).toMatchObject([{ code: 'RESOURCE_OPTION', hint: 'did you mean "--size"?' }]);
  });

  it('reads the resources and their options from the runtime', () => {
    expect(language.resources.get('absent')).toEqual(['recursive']);
    expect(language.resources.get('directory')).toEqual(['owner=', 'group=', 'mode=', 'transient+', 'kept+']);
    expect(language.variables.has('fact_release')).toBe(true);
    expect(language.functions.has('expect_running')).toBe(true);
  });
});

describe('the inside of the runtime', () => {
  it.each([
    [
      'a function of it',
      'm__sync',
      'RUNTIME_INSIDE 2:1',
      'docs/steps.md lists what a playbook may use, under "Names of the runtime"',
    ],
    ['one that is run by another', 'expect x m__have y', 'RUNTIME_INSIDE 2:10', undefined],
    [
      'one for which there is something public',
      'm__record command x',
      'RUNTIME_INSIDE 2:1',
      'use m_record_command or m_record_service',
    ],
    [
      'one under its old name',
      'm_record command x',
      'RUNTIME_INSIDE 2:1',
      'use m_record_command or m_record_service',
    ],
    ['a variable of it', 'observe x "$m__run_id"', 'RUNTIME_INSIDE 2:12', undefined],
    ['a variable under its old name', 'observe x "$m_mode_run"', 'RUNTIME_INSIDE 2:12', 'use in_plan'],
    ['one that is set', 'm__force=yes', 'RUNTIME_INSIDE 2:1', undefined],
    ['one that is read into', 'read -r m__force <"$cage"', 'RUNTIME_INSIDE 2:9', undefined],
  ])('is not for playbooks: %s', (_title, line, place, hint) => {
    const findings = lintState(line);
    expect(briefly(findings)).toEqual([place]);
    expect(findings[0]?.severity).toBe('error');
    if (hint !== undefined) expect(findings[0]?.hint).toBe(hint);
  });

  it('is not defined by a playbook either', () => {
    expect(
      briefly(
        lintFiles({
          'steps/one.sh': 'state() { :; }\nverify() { observe cage "$cage"; }\n',
          'lib/own.sh': 'm__sync() { :; }\n',
        }),
      ),
    ).toEqual(['RUNTIME_INSIDE 1:1']);
  });

  it('is never suggested', () => {
    expect(language.functions.has('m_need')).toBe(true);
    expect([...language.functions, ...language.variables].filter((name) => name.startsWith('m__'))).toEqual(
      [],
    );
  });

  it('is allowed if the playbook itself has a function of such an older name', () => {
    expect(
      lintFiles({
        'steps/one.sh': 'state() { m_unit; }\nverify() { observe cage "$cage"; }\n',
        'lib/own.sh': 'm_unit() { :; }\n',
      }),
    ).toEqual([]);
  });
});
