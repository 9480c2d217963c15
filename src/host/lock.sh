# One run at a time changes a host. The lock is a directory; who holds it is the last of the claims in it, 1, 2, 3:
# files of eight lines: process number, run, operator, since when, what it does and with which playbook, when the process
# began, and its script (older ones end before the fifth line, or the seventh). A claim is put there by a hard link, which
# is atomic with all that it says, and which only one of several that come at once can make. A claim whose process lives is
# not followed by another; one whose process is dead is. So nobody ever takes a lock away from anybody: only its holder
# moves the directory, and then all at once.

m_take_lock() {
  m_lock=$m_state_dir/lock
  m_tries=10
  while :; do
    [ -d "$m_lock" ] || mkdir "$m_lock" 2>/dev/null
    m_said=$( (cd "$m_lock" && m_claim) 2>&1)
    case $? in
      # The directory that we claimed may have been moved just then, by a holder at his end.
      0) [ ! -f "$m_lock/by.$$" ] || break ;;
      3)
        m_wake_holder
        # The console has no such thing as --wait. Another one that waited may be first.
        m_tries=$((m_tries - 1))
        [ "${m_wait:-0}" -eq 0 ] || [ "$m_tries" -eq 0 ] || ! m_await_others || continue
        m_refuse "another run holds this host: $m_said$m_was_stopped; if that is not so, remove $m_lock on the host"
        ;;
    esac
    m_tries=$((m_tries - 1))
    [ "$m_tries" -gt 0 ] || m_refuse "cannot take the lock $m_lock${m_said:+: $m_said}"
  done
  [ -z "$m_said" ] || notice "the lock of a run that is dead was taken over: $m_said"
  rm -rf "$m_lock".dropped.*
}

# m_wake_holder: sets m_was_stopped to what to say of it, or to nothing.
m_wake_holder() {
  m_was_stopped=
  m_find_holder || return 0
  case $m_script_of in
    /tmp/muster.??????/runtime/driver.sh)
      ! m_wake_run "${m_script_of%/runtime/driver.sh}" || m_was_stopped=', which had been stopped (SIGSTOP) and goes on now'
      ;;
  esac
}

# m_claim: puts our claim behind the last one, in the lock, which is the current directory, and prints whose that was.
# Returns 3 if he lives, 1 if there can be no claim now: somebody else was first, or it cannot be written.
m_claim() {
  m_last=0
  while [ -f "$((m_last + 1))" ]; do
    m_last=$((m_last + 1))
  done
  if [ "$m_last" -gt 0 ]; then
    if m_read_claim "$m_last"; then
      printf 'run %s by %s since %s, pid %s' "$m_run" "$m_owner" "$m_since" "$m_pid"
    else
      printf 'a claim that says not whose it is, as after a power cut'
    fi
    ! m_is_held "$m_last" || return 3
  fi
  # Not written over: what has this name may be the claim of a dead run that had our number.
  rm -f "by.$$"
  m_process_id "$$"
  printf '%s\n' "$$" "$m_run_id" "$m_operator" "$(date -u '+%Y-%m-%dT%H:%M:%SZ')" "${m_action-}" "${m_playbook-}" "$m_process" "$0" >"by.$$" &&
    ln "by.$$" "$((m_last + 1))" && return
  rm -f "by.$$"
  return 1
}

# m_is_held FILE: after m_read_claim: the process that made this claim lives. One of our own number is not it.
m_is_held() {
  [ "$m_pid" != "$$" ] && m_is_alive "$1" && ! m_is_another
}

# m_is_another: the process that has the number m_pid now is not the one that claimed, as after a reboot: it is another account's,
# or is not at the same script. Not by when it began, which ps may reckon anew when a clock is set, and which is the same again after a boot where
# the clock begins anew; but where a script's name, as a person gave it at the console, is not the only one.
m_is_another() {
  m_look_at_process "$m_pid"
  [ "$m_whose" != theirs ] || return 0
  [ -n "$m_script_of" ] || return 1
  case $m_script_of in
    /*) ;;
    *)
      m_process_id "$m_pid"
      [ "$m_process" != "$m_began" ] || return 1
      ;;
  esac
  case $m_command in *"$m_script_of"* | '') return 1 ;; esac
}

# m_look_at_process PID: sets m_command to its command line, and m_whose to `ours`, or to `theirs` when another account started it,
# which may give a process any command line. Both are empty when there is nothing to see.
m_look_at_process() {
  m_whose='' m_command=''
  : "${m_self_uid:=$(id -u)}"
  read -r m_ruid m_euid m_command <<EOF || :
$(ps -ww -o ruid= -o uid= -o command= -p "$1" 2>/dev/null)
EOF
  case $m_ruid:$m_euid in
    "$m_self_uid:$m_self_uid") m_whose=ours ;;
    # What is no answer proves nobody dead.
    : | *[!0-9:]*) m_command='' ;;
    *) m_whose=theirs ;;
  esac
}

# m_read_claim FILE: sets m_pid, m_run, m_owner, m_since, m_doing, m_of_playbook, m_began and m_script_of. False when it is
# gone.
m_read_claim() {
  m_pid='' m_run='' m_owner='' m_since='' m_doing='' m_of_playbook='' m_began='' m_script_of=''
  {
    read -r m_pid && read -r m_run && read -r m_owner && read -r m_since || return 1
    read -r m_doing && read -r m_of_playbook && read -r m_began && read -r m_script_of || :
  } <"$1"
}

# m_find_holder: true when another run holds the lock right now; its claim is read then. Looks only, also as somebody who
# may not write here. A holder moves its lock away at its end, so a claim may vanish under us.
m_find_holder() {
  m_last=0
  while [ -f "$m_state_dir/lock/$((m_last + 1))" ]; do
    m_last=$((m_last + 1))
  done
  [ "$m_last" -gt 0 ] || return 1
  { m_read_claim "$m_state_dir/lock/$m_last"; } 2>/dev/null && m_is_held "$m_state_dir/lock/$m_last"
}

m_drop_lock() {
  mv "$m_state_dir/lock" "$m_state_dir/lock.dropped.$$" && rm -rf "$m_state_dir/lock.dropped.$$" 2>/dev/null
}

# m_is_alive FILE: the process whose number is FILE's first line is there. One that is dead and waits to be buried is not.
m_is_alive() {
  { read -r m_number <"$1"; } 2>/dev/null && [ -n "$m_number" ] && kill -0 "$m_number" 2>/dev/null || return 1
  case $(ps -o stat= -p "$m_number" 2>/dev/null) in *Z*) return 1 ;; esac
}
