# Expectations and observations, for a step's `verify`. They look and never change. An expectation that does not hold
# is reported with what was seen instead; the others are asked all the same.

# m_check NAME SEEN: reports the expectation NAME; it holds when SEEN is empty. A compare asks for observations only.
m_check() {
  [ "$m__action" != compare ] || return 0
  if [ -z "$2" ]; then
    m__emit check ok "$1" ''
  else
    m__emit check bad "$1" "$2"
    m_escape "$1: $2"
    printf '%s\n' "$m_escaped" >>"$m_work/bad-checks"
  fi
}

# observe [--mask LIST]... KEY VALUE: a key and a value for comparison across the fleet. A key that begins with ~ is shown, not
# compared. What LIST names does not count: host, address, pid, time, inode, serial, usual (all but serial), and patterns, in
# which * is a run of characters without blanks, and # a run of digits; commas between them.
observe() {
  local m__mask m__rest m__one
  m__mask=
  while [ $# -gt 2 ] && [ "$1" = --mask ]; do
    m__rest=$2,
    while [ -n "$m__rest" ]; do
      m__one=${m__rest%%,*}
      m__rest=${m__rest#*,}
      case $m__one in
        host | address | pid | time | inode | serial | usual | *[*#]*) m__mask=$m__mask${m__mask:+,}$m__one ;;
        *) fail "observe: there is no mask '$m__one'" ;;
      esac
    done
    shift 2
  done
  if [ -n "$m__mask" ]; then
    m__emit obs "$1" "$2" "$m__mask"
  else
    m__emit obs "$1" "$2"
  fi
}

# m_note_known NAME VALUE: what NAME stands for was found out, of VALUE, and is in files of the private directory: later steps need
# not ask again. m_is_known NAME VALUE: it was, and still holds: a plan and a verify change nothing, and an apply has changed
# nothing since it began. m_forget_known: something is about to happen that no resource hears of.
m_note_known() {
  printf '%s\n' "$2" >"$m_work/known.$1"
}
m_is_known() {
  local m__known
  [ -f "$m_work/known.$1" ] && [ ! -f "$m_work/known-no-more" ] && { in_plan || [ ! -s "$m_work/changed" ]; } || return 1
  IFS= read -r m__known <"$m_work/known.$1" && [ "$m__known" = "$2" ]
}
m_forget_known() {
  : >"$m_work/known-no-more"
}

# expect TITLE COMMAND...: COMMAND succeeds. Its output, if it fails, is what was seen.
expect() {
  local m__title m__seen
  m__title=$1
  shift
  m__seen=
  # Of test there are no words to catch, so it needs no process.
  if { [ "$1" = test ] && "$@" 2>/dev/null; } || { [ "$1" != test ] && m__seen=$("$@" 2>&1); }; then
    m_check "$m__title" ''
  else
    m_check "$m__title" "${m__seen:-it does not hold}"
  fi
}

# expect_equal TITLE WANTED SEEN
expect_equal() {
  if [ "$2" = "$3" ]; then
    m_check "$1" ''
  else
    m_check "$1" "wanted ${2:-nothing}, got ${3:-nothing}"
  fi
}

# same_meaning KIND WANTED SEEN [WORDS...]: true when a daemon that says SEEN has what WANTED asks for: releases print
# one value in different ways. KIND: truth (yes, true, on, 1), time (2m, 120), size (64k, 65536), number, word (in any
# case), list (blanks or commas), set (a list in any order) or text. Each WORDS are words for one value.
same_meaning() {
  local m__kind m__one m__two m__same m__words m__wanted m__seen
  case $1 in
    truth | time | size | number | word | list | set | text) m__kind=$1 ;;
    *) fail "same_meaning: there is no kind '$1'" ;;
  esac
  [ "$2" != "$3" ] || return 0
  m__one=$2 m__two=$3 m__same=''
  shift 3
  for m__words in ${1+"$@"}; do
    m__same=$m__same${m__same:+$m_nl}$m__words
  done
  m__kind=$m__kind m__wanted=$m__one m__seen=$m__two m__same=$m__same awk -f "$m_work/runtime/meaning.awk" </dev/null
}

# expect_same_meaning TITLE KIND WANTED SEEN [WORDS...]: the two are the same value, see same_meaning.
expect_same_meaning() {
  local m__title m__wanted m__seen
  m__title=$1 m__wanted=$3 m__seen=$4
  shift
  if same_meaning "$@"; then
    m_check "$m__title" ''
  else
    m_check "$m__title" "wanted ${m__wanted:-nothing}, got ${m__seen:-nothing}"
  fi
}

# expect_file PATH [MODE]: a plain file is there.
expect_file() {
  m_look "$1"
  if [ "$m_type" != file ]; then
    m_check "file $1" "$m_type"
  elif [ -n "${2-}" ] && [ "$m_mode" != "$2" ]; then
    m_check "file $1" "mode $m_mode, not $2"
  else
    m_check "file $1" ''
  fi
}

# expect_socket PATH: a socket is there (waits a moment: daemons make theirs late).
expect_socket() {
  if m_await 5 test -S "$1"; then
    m_check "socket $1" ''
  else
    m_look "$1"
    m_check "socket $1" "$m_type"
  fi
}

# expect_device PATH ORIGINAL: a device node with the same type and numbers as ORIGINAL.
expect_device() {
  local m__one m__two m__bits m__links m__user m__group_of m__major m__minor m__rest
  m__one='' m__two=''
  while read -r m__bits m__links m__user m__group_of m__major m__minor m__rest; do
    case $m__rest in
      *" $1") m__two="${m__bits%"${m__bits#?}"} $m__major $m__minor" ;;
      *" $2") m__one="${m__bits%"${m__bits#?}"} $m__major $m__minor" ;;
    esac
  done <<EOT
$(ls -ldnL "$1" "$2" 2>/dev/null)
EOT
  expect_equal "device $1" "$m__one" "$m__two"
}

# expect_running NAME [SCRIPT]: an rc.d service runs.
expect_running() {
  if m_service_pid "${2:-/etc/rc.d/$1}"; then
    m_check "service $1 runs" ''
  else
    m_check "service $1 runs" "${m__answer:-no answer}"
  fi
}

# expect_not_running NAME [SCRIPT]
expect_not_running() {
  if [ -f "${2:-/etc/rc.d/$1}" ] && m_service_pid "${2:-/etc/rc.d/$1}"; then
    m_check "service $1 does not run" "it runs as pid $m_pid"
  else
    m_check "service $1 does not run" ''
  fi
}

# pid_of_program PATH: sets m_pid to the first process whose program is exactly PATH; false when there is none.
# ps and not pgrep: `pgrep -x` finds nothing on some releases (docs/netbsd.md).
pid_of_program() {
  m_pid=$(ps -axww -o pid -o command | awk -v want="$1" '$2 == want { print $1; exit }')
  [ -n "$m_pid" ]
}

# user_of_pid PID: prints the user that a process runs as.
user_of_pid() {
  ps -o user -p "$1" | awk 'NR == 2 { print $1 }'
}

# root_inode_of PID: prints the inode of a process' root directory; nothing when it is not chrooted (fstat prints a
# root line only then).
root_inode_of() {
  fstat -p "$1" 2>/dev/null | awk '$4 == "root" { print $6; exit }'
}

# inode_of DIRECTORY: prints its inode number.
inode_of() {
  ls -ldi "$1" 2>/dev/null | awk '{ print $1; exit }'
}

# expect_syslog_listens SOCKET: the running syslogd listens on SOCKET. (That a line written there arrives cannot be
# shown from outside the cage: logger(1) knows only the default socket.)
expect_syslog_listens() {
  if ! m_service_pid /etc/rc.d/syslogd; then
    m_check "syslogd listens on $1" 'syslogd does not run'
  elif m_have sockstat && m__syslogd_holds "$1"; then
    m_check "syslogd listens on $1" ''
  elif fstat -p "$m_pid" 2>/dev/null | grep -q "$1"; then
    m_check "syslogd listens on $1" ''
  else
    m_check "syslogd listens on $1" 'neither sockstat nor fstat shows it'
  fi
}
