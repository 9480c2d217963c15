import { describe, expect, it } from 'vitest';
import { briefly, lintState } from './lint-of.ts';

describe('what bash has and sh has not', () => {
  it.each(Object.getOwnPropertyNames(Object.prototype))('is not %s, which every object has', (name) => {
    expect(briefly(lintState(`${name} a b`)).join('\n')).not.toContain('SH_BASHISM');
  });

  it.each([
    ['[[ ]]', 'if [[ $cage == /x ]]; then :; fi', '2:4'],
    ['==', '[ "$cage" == /x ]', '2:11'],
    ['== of test', 'test "$cage" == /x', '2:14'],
    ['=~', '[ "$cage" =~ x ]', '2:11'],
    ['test -v', 'test -v cage', '2:6'],
    ['the keyword function', 'function inner { :; }', '2:1'],
    ['a list of values', 'x=(a b c)', '2:1'],
    ['an indexed value', 'x[1]=a', '2:1'],
    ['an index', ': "${cage[0]}"', '2:4'],
    ['a part by offset', ': "${cage:0:1}"', '2:4'],
    ['a part by negative offset', ': "${cage: -1}"', '2:4'],
    ['a replacement', ': "${cage//a/b}"', '2:4'],
    ['lower case', ': "${cage,,}"', '2:4'],
    ['a name by name', ': "${!cage}"', '2:4'],
    ['append', 'cage+=x', '2:1'],
    ["$'...'", 'x=$\'a\\tb\'; observe x "$x"', '2:3'],
    ['a here-string', 'cat <<<"$cage"', '2:5'],
    ['process substitution', 'diff <(ls /) /dev/null', '2:6'],
    ['pipefail', 'set -o pipefail', '2:8'],
    ['source', 'source /etc/rc.conf', '2:1'],
    ['&>', 'ls &>/dev/null', '2:4'],
    ['|&', 'ls |& cat', '2:4'],
    [';&', 'case $cage in a) : ;& b) : ;; esac', '2:20'],
    ['{1..3}', 'for i in {1..3}; do :; done', '2:10'],
    ['{a,b}', 'ls /x/{a,b}', '2:4'],
    ['echo -e', 'echo -e "a\\n"', '2:6'],
    ['read -p', 'read -p prompt x', '2:6'],
    ['read -rt', 'read -rt 1 x', '2:6'],
    ['read -s', 'read -r -s x', '2:9'],
    ['read -a', 'read -a x', '2:6'],
    ['trap ERR', "trap 'exit 1' ERR", '2:15'],
    ['trap SIGTERM', "trap 'exit 1' SIGTERM", '2:15'],
    ['wait -n', 'wait -n', '2:6'],
    ['select', 'select x in a b; do :; done', '2:1'],
    ['let', 'let x=1', '2:1'],
    ['declare', 'declare -r x=1', '2:1'],
    ['(( ))', 'if (( 1 > 0 )); then :; fi', '2:4'],
    ['for (( ))', 'for ((i=0;i<2;i++)); do :; done', '2:5'],
    ['i++', 'i=0; : $((i++))', '2:8'],
    ['a descriptor of two digits', 'exec 10>/dev/null', '2:6'],
    ['a descriptor of two digits as target', 'ls >&10', '2:4'],
    ['a function name with -', 'in-ner() { :; }', '2:1'],
    ['a function name with .', 'in.ner() { :; }', '2:1'],
    ['a class in a case pattern', 'case $cage in [[:alpha:]]*) : ;; esac', '2:15'],
    ['$RANDOM', 'observe x "$RANDOM"', '2:12'],
    ['local without quotes', 'local x=$cage', '2:7'],
    ['printf %q', "printf '%q' x", '2:8'],
    ['pushd', 'pushd /', '2:1'],
    ['something behind expect', "expect 'x' test 1 == 2", '2:19'],
    ['something in $( )', 'observe x "$(echo -e a)"', '2:19'],
    ['something in backquotes', 'observe x "`echo -e a`"', '2:18'],
    ['something in a here-document', 'cat <<X\n${cage:0:1}\nX', '3:1'],
  ])('finds %s', (_, lines, place) => {
    expect(briefly(lintState(lines))).toContain(`SH_BASHISM ${place}`);
  });

  it.each([
    ['in comments', '# [[ x == y ]] and ${v:0:1}'],
    ['in single quotes', "observe x '[[ ${cage:0:1} <<< x'"],
    ['that double quotes keep from the shell', 'observe x "[[ a == b ]] {1..3} &> x <(y)"'],
    ['in a quoted here-document', "cat <<'X'\n${cage:0:1} $(echo -e x)\nX"],
    ['behind a backslash', 'observe x \\${cage:0:1}'],
    ['behind #, which begins no comment in a word', 'observe x a#b; observe y "${cage#/}"'],
  ])('says nothing about texts %s', (_, lines) => {
    expect(briefly(lintState(lines))).toEqual([]);
  });

  it.each([
    'local x="$1"; observe x "$x"',
    'local x; x=$1; observe x "$x"',
    'read -r x </dev/null; observe x "$x"',
    '[ "$cage" = /x ] && [ "$cage" != /y ] || [ -e "$cage" ]',
    'case $cage in (a | b) : ;; [!c]*) : ;; *) : ;; esac',
    ': "${cage:-x}" "${cage#/}" "${cage%%/*}" "${#cage}" "${cage:+y}"',
    'if (ls / && ls /etc); then :; fi',
    'i=0; i=$((i + 1)); i=$((i - -1)); observe i "$i"',
    "trap 'exit 1' TERM EXIT; wait; set -e; echo -n x",
    'exec 3>&1 5</dev/null; ls 2>&1 >&3',
    'for device in null random; do observe "$device" x; done',
    'awk \'BEGIN { x[1] = 2; if (x[1] == 2) print "{a,b}" }\' </dev/null',
    'find / -name x -exec ls {} +',
    'x=$(cat <<X\nin a here-document ) paren\nX\n); observe x "$x"',
    'x=$(case $cage in a) echo one ;; esac); observe x "$x"',
  ])('accepts as sh: %s', (lines) => {
    expect(briefly(lintState(lines))).toEqual([]);
  });
});
