import { describe, expect, it } from 'vitest';
import { briefly, lintFiles, lintState } from './lint-of.ts';

describe('changes outside of resources', () => {
  it.each([
    'rm -f /etc/x',
    'rmdir "$cage/x"',
    'mv "$m_work/x" /etc/x',
    'cp "$m_work/x" /etc/x',
    'ln -s a /etc/x',
    'mkdir -m 700 /x',
    'touch /x',
    'chmod 0644 /x',
    'chown root:wheel /x',
    'install -c x /x',
    'printf x | tee /x',
    'dd if=/dev/zero of=/x',
    'useradd x',
    'usermod -s /x y',
    'userdel x',
    'groupadd x',
    'pkg_add x',
    'pkg_delete x',
    'kill 1',
    'kill -HUP "$m_pid"',
    '/etc/rc.d/named start',
    '/etc/rc.d/named onerestart',
    'sh /etc/rc.d/named forcestop',
    'sh "$cage/rc" restart',
    'printf x >/etc/x',
    'printf x >>"$cage/x"',
    'if true; then ls; fi >/x',
    ': >|/x',
    'find /x -exec rm {} +',
    '(cd / && rm x)',
    'printf "%s\\n" x | while read -r y; do rm "$y"; done',
  ])('finds %s', (line) => {
    expect(briefly(lintState(line))).toEqual([expect.stringMatching(/^RAW_CHANGE 2:/)]);
  });

  it.each([
    'rm -rf "$m_work/x"',
    'mkdir -p -m 700 "$m_work/x" ${m_work}/y',
    'cp /etc/x "$m_work/x"',
    'new=$m_work/new; printf x >"$new"; rm "$new"; mv "$new" "$new.old"',
    'ls >/dev/null 2>&1',
    'ls >&2 2>&-',
    'cat </etc/x',
    'kill -0 1',
    'sh /etc/rc.d/named onestatus',
    '/etc/rc.d/named status',
    "command 'x' --run 'rm /x' --unless 'test ! -e /x' --undo 'touch /x'",
    'absent /etc/x',
    'observe x "rm /x >y"',
  ])('lets pass %s', (line) => {
    expect(briefly(lintState(line))).toEqual([]);
  });

  it.each(['new=$m_work/new\nnew=/etc/x\nrm "$new"', 'new=/etc/x\nnew=$m_work/new\nrm "$new"'])(
    'does not accept a variable that is set to a path elsewhere too: %j',
    (lines) => {
      expect(briefly(lintState(lines))).toEqual(['RAW_CHANGE 4:1']);
    },
  );

  const step = 'state() { mine "$cage"; }\nverify() { :; }\n';

  it('finds one in a function of lib that a state calls, at its line', () => {
    const [finding] = lintFiles({
      'steps/one.sh': step,
      'lib/mine.sh': 'mine() { helper "$1"; }\nhelper() {\n  rm "$1"\n}\n',
    });
    expect(finding).toMatchObject({
      code: 'RAW_CHANGE',
      location: { file: 'pb/lib/mine.sh', line: 3, column: 3 },
      hint: 'use `absent`',
    });
  });

  it.each(['m_begin_path mine "$1"', 'm_begin mine "$1"', 'as_one mine "$1"'])(
    'allows them in a function that is a resource (%s), and in what only it calls',
    (begin) => {
      const lib = `mine() {\n  ${begin}\n  rm "$1"\n  helper "$1"\n}\nhelper() { rm "$1"; }\n`;
      expect(briefly(lintFiles({ 'steps/one.sh': step, 'lib/mine.sh': lib }))).toEqual([]);
    },
  );

  it('finds one in verify and applies, which only look, and none in undo', () => {
    const text = 'state() { :; }\nverify() { rm "$cage"; }\napplies() { touch /x; }\nundo() { rm /x; }\n';
    expect(briefly(lintFiles({ 'steps/one.sh': text }))).toEqual(['RAW_CHANGE 2:12', 'RAW_CHANGE 3:13']);
  });
});
