# One run at a time changes a host. The lock is a directory with claims, which are files named 1, 2, 3. The last claim is the
# holder's. A claim has eight lines: process number, run, operator, since when, what it does, with which playbook, when the
# process began, and its script. Claims of older versions end before the fifth line, or the seventh.
# A claim is put there by a hard link. That is atomic with all that the claim says, and of several runs that try at once only
# one can make it. A claim whose process is dead may be followed by another; one whose process lives may not. So no run ever
# takes the lock from another: only its holder moves the directory, and then all at once.

m__take_lock() {
  local m__lock m__tries m__said
  m__lock=$m__state_dir/lock
  m__tries=10
  while :; do
    [ -d "$m__lock" ] || mkdir "$m__lock" 2>/dev/null
    m__now_here
    m__said=$({ cd "$m__lock" && m__claim; } 2>&1)
    case $? in
      # A holder that ends at this moment may have moved the directory that we claimed.
      0) [ ! -f "$m__lock/by.$$" ] || break ;;
      3)
        m__wake_holder
        # The console has no such thing as --wait. Another one that waited may be first.
        m__tries=$((m__tries - 1))
        [ "${m__wait:-0}" -eq 0 ] || [ "$m__tries" -eq 0 ] || ! m__await_others || continue
        m__refuse "another run holds this host: $m__said$m__was_stopped; if none does, remove $m__lock on the host"
        ;;
    esac
    m__tries=$((m__tries - 1))
    [ "$m__tries" -gt 0 ] || m__refuse "cannot take the lock $m__lock${m__said:+: $m__said}"
  done
  [ -z "$m__said" ] || notice "the lock of a dead run was taken over: $m__said"
  for m__said in "$m__lock".dropped.*; do
    [ ! -e "$m__said" ] || rm -rf "$m__said"
  done
}

# m__now_here: sets m__now_is to the time, as this host has it.
m__now_here() {
  m__now_is=$(date -u '+%Y-%m-%dT%H:%M:%SZ')
}

# m__wake_holder: sets m__was_stopped to what to say of it, or to nothing.
m__wake_holder() {
  m__was_stopped=
  m__find_holder || return 0
  case $m__script_of in
    /tmp/muster.??????/runtime/driver.sh)
      ! m__wake_run "${m__script_of%/runtime/driver.sh}" || m__was_stopped=', which had been stopped (SIGSTOP) and continues now'
      ;;
  esac
}

# m__claim: puts our claim after the last one, in the lock, which is the current directory, and prints the owner of the last
# one. Returns 3 if the process of that owner lives, 1 if there can be no claim now: another run was first, or it cannot be
# written.
m__claim() {
  local m__last
  m__last=0
  while [ -f "$((m__last + 1))" ]; do
    m__last=$((m__last + 1))
  done
  if [ "$m__last" -gt 0 ]; then
    if m__read_claim "$m__last"; then
      printf 'run %s by %s since %s, pid %s' "$m__run" "$m__owner" "$m__since" "$m__claim_pid"
    else
      printf 'a lock file that names no owner, as after a power cut'
    fi
    ! m__is_held "$m__last" || return 3
  fi
  # Not written over: what has this name may be the claim of a dead run that had our number.
  [ ! -e "by.$$" ] && [ ! -h "by.$$" ] || rm -f "by.$$"
  m__process_id "$$"
  printf '%s\n' "$$" "$m__run_id" "$m__operator" "$m__now_is" "${m__action-}" "${m__playbook-}" "$m__process" "$0" >"by.$$" &&
    ln "by.$$" "$((m__last + 1))" && return
  rm -f "by.$$"
  return 1
}

# m__is_held FILE: after m__read_claim: the process that made this claim lives. One of our own number is not it.
m__is_held() {
  [ "$m__claim_pid" != "$$" ] && m__is_alive "$1" && ! m__is_another || return 1
  # What vanished between the two looks had only the number of the one that claimed, or has just ended.
  [ -n "$m__command" ] || m__is_alive "$1"
}

# m__is_another: true if the process that has the number m__claim_pid now is not the one that claimed, as after a reboot.
# Then it is another account's, or runs another script. The time of its start does not decide that: ps may compute another
# one after a clock was set, and it can be the same again after a boot, if the clock begins anew. It is compared only if the
# script has a relative name, as a person gives it at the console, because other scripts may have that name.
m__is_another() {
  m__look_at_process "$m__claim_pid"
  [ "$m__whose" != theirs ] || return 0
  [ -n "$m__script_of" ] || return 1
  case $m__script_of in
    /*) ;;
    *)
      m__process_id "$m__claim_pid"
      [ "$m__process" != "$m__began" ] || return 1
      ;;
  esac
  case $m__command in *"$m__script_of"* | '') return 1 ;; esac
}

# m__look_at_process PID: sets m__command to its command line, and m__whose to `ours`, or to `theirs` when another account started it,
# which may give a process any command line. Both are empty when there is nothing to see.
m__look_at_process() {
  local m__ruid m__euid
  m__whose='' m__command=''
  : "${m_self_uid:=$(id -u)}"
  read -r m__ruid m__euid m__command <<EOF || :
$(ps -ww -o ruid= -o uid= -o command= -p "$1" 2>/dev/null)
EOF
  case $m__ruid:$m__euid in
    "$m_self_uid:$m_self_uid") m__whose=ours ;;
    # What is no answer proves nobody dead.
    : | *[!0-9:]*) m__command='' ;;
    *) m__whose=theirs ;;
  esac
}

# m__process_id PID: sets m__process to what no other process has: after a reboot another one may have the number. The time of its
# start stands in company, because alone it is cut to the width of a day on some releases.
m__process_id() {
  local m__rest
  m__process=''
  {
    read -r m__rest
    read -r m__process
  } <<EOF || :
$(ps -o lstart -o pid -p "$1" 2>/dev/null)
EOF
  while :; do
    case $m__process in *'  '*) m__process="${m__process%%  *} ${m__process#*  }" ;; *) break ;; esac
  done
  m__process="$1 ${m__process% "$1"}"
  m__process=${m__process% }
}

# m__read_claim FILE: sets m__claim_pid, m__run, m__owner, m__since, m__doing, m__of_playbook, m__began and m__script_of. False when it is
# gone.
m__read_claim() {
  m__claim_pid='' m__run='' m__owner='' m__since='' m__doing='' m__of_playbook='' m__began='' m__script_of=''
  {
    read -r m__claim_pid && read -r m__run && read -r m__owner && read -r m__since || return 1
    read -r m__doing && read -r m__of_playbook && read -r m__began && read -r m__script_of || :
  } <"$1"
}

# m__find_holder: true when another run holds the lock right now; its claim is read then. Looks only, also as somebody who
# may not write here. A holder moves its lock away at its end, so a claim may vanish under us.
m__find_holder() {
  local m__last
  m__last=0
  while [ -f "$m__state_dir/lock/$((m__last + 1))" ]; do
    m__last=$((m__last + 1))
  done
  [ "$m__last" -gt 0 ] || return 1
  { m__read_claim "$m__state_dir/lock/$m__last"; } 2>/dev/null && m__is_held "$m__state_dir/lock/$m__last"
}

m__drop_lock() {
  mv "$m__state_dir/lock" "$m__state_dir/lock.dropped.$$" && rm -rf "$m__state_dir/lock.dropped.$$" 2>/dev/null
}

# m__is_alive FILE: the process whose number is FILE's first line is there. One that is dead and waits to be buried is not.
m__is_alive() {
  { read -r m__number <"$1"; } 2>/dev/null && [ -n "$m__number" ] && kill -0 "$m__number" 2>/dev/null || return 1
  case $(ps -o stat= -p "$m__number" 2>/dev/null) in *Z*) return 1 ;; esac
}
