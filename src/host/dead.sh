# What dead runs left: directories below /tmp, and receipts of runs that died before they changed anything. Anybody may plant
# names in /tmp. So one look at a name itself says whether it is a directory of ours that is closed to all others; what is
# not is never opened, and what is can be moved or written by nobody else, because /tmp is sticky.

# m_sweep_work: removes what runs that are dead left below /tmp, because secrets may be in it.
m_sweep_work() {
  set -- /tmp/muster.??????
  # As a rule only our own is there, and then no process is started.
  [ "$*" != "$m_work" ] || return 0
  ls -ln /tmp/. 2>/dev/null | awk -v uid="${m_self_uid:-$(id -u)}" '
    $1 ~ /^drwx------/ && $3 == uid && NF == 9 && $9 ~ /^muster\.[A-Za-z0-9][A-Za-z0-9][A-Za-z0-9][A-Za-z0-9][A-Za-z0-9][A-Za-z0-9]$/ { print "/tmp/" $9 }' >"$m_work/ours"
  while IFS= read -r m_dead <&3; do
    [ "$m_dead" = "$m_work" ] || (m_clear_dead) 2>/dev/null
  done 3<"$m_work/ours"
}

# m_clear_dead: in a subshell, removes m_dead if it is deserted. A run that ends just now removes it itself, and then anybody may put
# something in its place. So all is done from inside a directory that is ours.
m_clear_dead() {
  cd "$m_dead" && [ -O . ] || return 0
  case $(pwd -P) in */"${m_dead##*/}") ;; *) return 0 ;; esac
  m_is_deserted || return 0
  rm -rf ./* ./.[!.]*
  cd / && rmdir "$m_dead"
}

# m_is_deserted: no process of muster works in m_dead, the current directory, any more, and none will come back to it.
m_is_deserted() {
  # It has just been made, or who made it died in that moment: who lives makes another one.
  rmdir "$m_dead" 2>/dev/null && return
  if [ ! -f driver.pid ] && [ ! -f follower.pid ]; then
    # The console of an older version does not say who it is.
    [ -n "$(find . -prune -mtime +0 -print 2>/dev/null)" ]
    return
  fi
  ! m_works_in "$m_dead" driver . && ! m_works_in "$m_dead" ticker . && ! m_works_in "$m_dead" follower .
}

# m_works_in DIRECTORY NAME [WHERE]: the process of DIRECTORY's NAME.pid lives, and is muster's. After a reboot, or after a long
# time, another one may have the number, also one to which somebody gave such a command line. No time is compared: clocks are set,
# and some begin anew at every boot.
m_works_in() {
  m_is_alive "${3-$1}/$2.pid" || return 1
  m_look_at_process "$m_number"
  # While the bundle comes it is a bare `sh -s`.
  case $m_whose$m_command in
    ours*"$1/"* | ours*"$1 "* | ours*'sh -s'* | ours*undo.sh*) return 0 ;;
    # It has just died, or ps shows nobody's.
    '') kill -0 "$m_number" 2>/dev/null && return ;;
  esac
  return 1
}

# m_find_empty: sets m_empty_runs to the receipts, but for our own, of runs that changed nothing; `|RECEIPT` each. What a run
# borrowed it still has to give back, see borrowed.
m_find_empty() {
  m_empty_runs=
  for m_one in "$m_state_dir"/runs/*; do
    [ -d "$m_one" ] && [ ! -s "$m_one/journal" ] && [ ! -s "$m_one/borrowed" ] && [ "$m_one" != "$m_receipt" ] || continue
    m_empty_runs="$m_empty_runs|$m_one"
  done
}

# m_sweep_receipts: under the lock, so that none of them is of a run that has just begun.
m_sweep_receipts() {
  m_find_empty
  while [ -n "$m_empty_runs" ]; do
    m_empty_runs=${m_empty_runs#'|'}
    m_one=${m_empty_runs%%'|'*}
    m_empty_runs=${m_empty_runs#"$m_one"}
    rm -rf "$m_one"
    notice "run ${m_one##*/} died before it changed anything; its receipt, in which is nothing to undo, was removed"
  done
}

# m_tell_empty: to who only looks.
m_tell_empty() {
  m_find_empty
  while [ -n "$m_empty_runs" ]; do
    m_empty_runs=${m_empty_runs#'|'}
    m_one=${m_empty_runs%%'|'*}
    m_empty_runs=${m_empty_runs#"$m_one"}
    # One that has just begun, or come to its end, while we looked is not dead.
    ! m_find_holder && [ -d "$m_one" ] && [ ! -s "$m_one/journal" ] || continue
    notice "run ${m_one##*/} died here before it changed anything; the next apply removes its receipt"
  done
}

# m_wake_run DIRECTORY: what of a run was stopped (SIGSTOP), and holds the lock for ever, goes on. True when something was.
m_wake_run() {
  m_woken=1
  for m_name in driver ticker follower; do
    m_works_in "$1" "$m_name" || continue
    case $(ps -o stat= -p "$m_number" 2>/dev/null) in T*) kill -s CONT "$m_number" && m_woken=0 ;; esac
  done
  return "$m_woken"
}
