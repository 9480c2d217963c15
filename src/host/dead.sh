# What dead runs left: directories below /tmp, and receipts of runs that died before they changed anything. Anybody may plant
# names in /tmp. So one look at the name itself says whether it is a directory of ours that is closed to all others. Any
# other directory is never opened. Nobody else can move or write one of ours, because /tmp is sticky.

# m__sweep_work: removes what runs that are dead left below /tmp, because secrets may be in it.
m__sweep_work() {
  local m__dead
  set -- /tmp/muster.??????
  # As a rule only our own is there, and then no process is started.
  [ "$*" != "$m_work" ] || return 0
  ls -ln /tmp/. 2>/dev/null | awk -v uid="${m_self_uid:-$(id -u)}" '
    $1 ~ /^drwx------/ && $3 == uid && NF == 9 && $9 ~ /^muster\.[A-Za-z0-9][A-Za-z0-9][A-Za-z0-9][A-Za-z0-9][A-Za-z0-9][A-Za-z0-9]$/ { print "/tmp/" $9 }' >"$m_work/ours"
  while IFS= read -r m__dead <&3; do
    [ "$m__dead" = "$m_work" ] || (m__clear_dead) 2>/dev/null
  done 3<"$m_work/ours"
}

# m__clear_dead: in a subshell, removes m__dead if it is deserted. A run that ends just now removes it itself, and then anybody may put
# something in its place. So all is done from inside a directory that is ours.
m__clear_dead() {
  cd "$m__dead" && [ -O . ] || return 0
  case $(pwd -P) in */"${m__dead##*/}") ;; *) return 0 ;; esac
  m__is_deserted || return 0
  rm -rf ./* ./.[!.]*
  cd / && rmdir "$m__dead"
}

# m__is_deserted: no process of muster works in m__dead, the current directory, any more, and none will come back to it.
m__is_deserted() {
  if [ ! -s driver.pid ] && [ ! -s follower.pid ]; then
    # The run that made it is about to write its number, or died in that moment; nothing secret is in it yet. The console of an
    # older version never writes one.
    [ -n "$(find . -prune -mtime +0 -print 2>/dev/null)" ]
    return
  fi
  ! m__works_in "$m__dead" driver . && ! m__works_in "$m__dead" ticker . && ! m__works_in "$m__dead" follower .
}

# m__works_in DIRECTORY NAME [WHERE]: the process of DIRECTORY's NAME.pid lives, and is muster's. After a reboot, or after a long
# time, another one may have the number, also one to which somebody gave such a command line. No time is compared: clocks are set,
# and some begin anew at every boot.
m__works_in() {
  m__is_alive "${3-$1}/$2.pid" || return 1
  m__look_at_process "$m__number"
  # While the bundle comes it is a bare `sh -s`.
  case $m__whose$m__command in
    ours*"$1/"* | ours*"$1 "* | ours*'sh -s'* | ours*undo.sh*) return 0 ;;
    # It is becoming the next program of the run: for a moment ps has no words of it, or the name alone in brackets.
    ours | 'ours['*']' | 'ours('*')') return 0 ;;
    # It has just died, or ps shows nobody's.
    '') kill -0 "$m__number" 2>/dev/null && return ;;
  esac
  return 1
}

# m__find_empty: sets m__empty_runs to the receipts, but for our own, of runs that changed nothing; `|RECEIPT` each. What a run
# borrowed it still has to give back, see borrowed.
m__find_empty() {
  local m__one
  m__empty_runs=
  for m__one in "$m__state_dir"/runs/*; do
    [ -d "$m__one" ] && [ ! -s "$m__one/journal" ] && [ ! -s "$m__one/borrowed" ] && [ "$m__one" != "$m__receipt" ] || continue
    m__empty_runs="$m__empty_runs|$m__one"
  done
}

# m__sweep_receipts: under the lock, so that none of them is of a run that has just begun.
m__sweep_receipts() {
  local m__empty_runs m__one
  m__find_empty
  while [ -n "$m__empty_runs" ]; do
    m__empty_runs=${m__empty_runs#'|'}
    m__one=${m__empty_runs%%'|'*}
    m__empty_runs=${m__empty_runs#"$m__one"}
    rm -rf "$m__one"
    notice "run ${m__one##*/} died before it changed anything; its receipt, in which is nothing to undo, was removed"
  done
}

# m__tell_empty: to who only looks.
m__tell_empty() {
  local m__empty_runs m__one
  m__find_empty
  while [ -n "$m__empty_runs" ]; do
    m__empty_runs=${m__empty_runs#'|'}
    m__one=${m__empty_runs%%'|'*}
    m__empty_runs=${m__empty_runs#"$m__one"}
    # One that has just begun, or come to its end, while we looked is not dead.
    ! m__find_holder && [ -d "$m__one" ] && [ ! -s "$m__one/journal" ] || continue
    notice "run ${m__one##*/} died here before it changed anything; the next apply removes its receipt"
  done
}

# m__wake_run DIRECTORY: what of a run was stopped (SIGSTOP), and holds the lock for ever, goes on. True when something was.
m__wake_run() {
  local m__woken m__name
  m__woken=1
  for m__name in driver ticker follower; do
    m__works_in "$1" "$m__name" || continue
    case $(ps -o stat= -p "$m__number" 2>/dev/null) in T*) kill -s CONT "$m__number" && m__woken=0 ;; esac
  done
  return "$m__woken"
}
