import { describe, expect, it } from 'vitest';
import { briefly, lintState } from './lint-of.ts';

describe('options that NetBSD does not have', () => {
  it.each([
    "sed -i 's/a/b/' x",
    "sed -n -i.bak 's/a/b/' x",
    "sed 's/one\\|two/x/' x",
    "sed 's/x/\\t/' x",
    'grep -P x y',
    'grep -qP x y',
    'sort -V x',
    'sort -k2h x',
    'sort -z x',
    'xargs -d , ls',
    'xargs -r ls',
    'stat -c %i x',
    'stat --format=%i x',
    'date -d yesterday',
    'date -I',
    'date -Iseconds',
    'date -R',
    'date +%s%N',
    'ls --color=auto',
    'ls -Z x',
    'readlink -e x',
    'readlink -m x',
    'head -c 1k x',
    'head -c1k x',
    'tar cJf x.txz y',
    'tar --owner=0 -cf - x',
    "find . -printf '%p'",
    'find -name x',
    'hostname -f',
    'env -u HOME ls',
    'ps -ef',
    'ps -e',
    'ps -o pid=,ppid= -p 1',
    'pgrep -x named',
    'mktemp',
    'mktemp -d',
    'cut --output-delimiter=, -f1 x',
    'cat -A x',
    'df -T x',
    'du -b x',
    'expr length abc',
    'uname -o',
    'su -c id root',
    'su -s /bin/sh named -c id',
    'dd if=/dev/zero bs=1M count=1',
    'dd if=/dev/zero status=none',
    'wc --lines x',
    'ls x -l',
    '/usr/bin/sort -V x',
    "expect 'sorted' sort -V x",
    'm_await 5 sort -V x',
    'chroot /x sort -V y',
    'nice -n 5 sort -V y',
    'env -i A=b sort -V y',
    'find . -exec sort -V {} +',
    'printf x | xargs -n 1 sort -V',
  ])('finds %s', (line) => {
    const [first, ...others] = lintState(line);
    expect(first).toMatchObject({ code: 'SH_GNUISM', severity: 'error', location: { line: 2 } });
    expect(first?.hint).toBeTruthy();
    expect(others).toEqual([]);
  });

  it.each([
    'cp -d "$m_work/x" "$m_work/y"',
    'cp -n "$m_work/x" "$m_work/y"',
    'cp --parents "$m_work/x" "$m_work/y"',
    'mv -n "$m_work/x" "$m_work/y"',
    'mv -T "$m_work/x" "$m_work/y"',
    'install -D "$m_work/x" "$m_work/y"',
    'install -C "$m_work/x" "$m_work/y"',
    'rm "$m_work/x" -f',
    'mkdir -pv "$m_work/x"',
    'touch -d 2001-01-01 "$m_work/x"',
  ])('finds %s, though it changes only the private directory', (line) => {
    expect(briefly(lintState(line))).toEqual([expect.stringMatching(/^SH_GNUISM 2:/)]);
  });

  it.each(['useradd --system x', 'useradd --no-create-home x'])('finds %s', (line) => {
    expect(briefly(lintState(line))).toEqual(['RAW_CHANGE 2:1', 'SH_GNUISM 2:9']);
  });

  it.each([
    "sed -n -e 's/i/-i/' -f x y",
    'sed -es/i/x/ y',
    "sed 's/a.b/\\./;s/\\\\t/x/' x",
    'grep -q -- -P x',
    'grep -eP x',
    'sort -t V -k 2n -u x',
    'sort -tV x',
    'xargs -0 -n 1 ls',
    "stat -f '%i' x",
    "date -u '+%Y-%m-%d'",
    'ls -ldn x',
    'readlink -f x',
    'head -c 5 x',
    'head -n 1 x',
    'tar cpf - x',
    'tar --exclude=x -cf - .',
    'find . -type f -print',
    'find "$cage" -type f',
    'hostname -s',
    'env A=b ls',
    'ps -axww -o pid -o user',
    'ps -o user -p 1',
    'mktemp -d /tmp/x.XXXXXX',
    'mktemp -t x',
    'dd if=/dev/zero bs=1m count=1',
    'expr abc : a',
    'named-checkconf -t "$cage" /etc/named.conf',
    'diff -u --label a x y',
    'ls "$cage" "$@"',
    'test -e x',
    'su root -c id',
  ])('lets pass %s', (line) => {
    expect(briefly(lintState(line))).toEqual([]);
  });
});

describe('tools that NetBSD does not have', () => {
  it.each(
    'realpath timeout setsid sha256sum base64 xxd truncate tac killall pidof systemctl perl bash sudo'.split(
      ' ',
    ),
  )('finds %s', (tool) => {
    expect(briefly(lintState(`${tool} x`))).toEqual(['SH_MISSING_TOOL 2:1']);
  });

  it('finds one after a pipe, and one in a substitution', () => {
    expect(briefly(lintState('observe x "$(ls | tac)"; printf x | base64'))).toEqual([
      'SH_MISSING_TOOL 2:19',
      'SH_MISSING_TOOL 2:37',
    ]);
  });

  it('accepts arguments and functions with such a name', () => {
    expect(briefly(lintState('observe base64 "timeout"\ntac() { ls; }\ntac x'))).toEqual([]);
  });
});
