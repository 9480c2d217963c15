# One run at a time changes a host: mkdir is atomic everywhere. The lock says who, so that a person can judge it.

m_take_lock() {
  m_lock=$m_state_dir/lock
  if ! mkdir "$m_lock" 2>/dev/null; then
    m_judge_lock
    mkdir "$m_lock" 2>/dev/null || m_refuse "cannot take the lock $m_lock"
  fi
  m_sign_lock
  printf '%s\n' "$m_run_id" >"$m_lock/run"
  printf '%s\n' "$m_operator" >"$m_lock/owner"
  date -u '+%Y-%m-%dT%H:%M:%SZ' >"$m_lock/since"
  m_sweep_dead
}

# m_sign_lock: writes our pid. Somebody who judges the lock before this one may have moved it for a moment.
m_sign_lock() {
  for m_try in 1 2 3 4 5; do
    { printf '%s\n' "$$" >"$m_lock/pid"; } 2>/dev/null
    [ "$(cat "$m_lock/pid" 2>/dev/null)" != "$$" ] || return 0
    sleep 0.2
  done
  m_refuse 'another run took this host in the same moment'
}

# m_sweep_dead: removes what a driver that was killed left in /tmp, because secrets may be in it.
m_sweep_dead() {
  for m_dead in /tmp/muster.??????; do
    [ -d "$m_dead" ] && [ ! -h "$m_dead" ] && [ -O "$m_dead" ] || continue
    # One that has just begun has no number there yet; one that is done waits for its follower.
    [ -s "$m_dead/driver.pid" ] || continue
    [ ! -f "$m_dead/done" ] || continue
    m_is_alive "$m_dead/driver.pid" || m_is_alive "$m_dead/ticker.pid" || m_is_alive "$m_dead/follower.pid" || rm -rf "$m_dead"
  done
}

# m_is_alive FILE: the process whose number FILE holds is there. One that is dead and waits to be buried is not.
m_is_alive() {
  m_number=$(cat "$1" 2>/dev/null) && [ -n "$m_number" ] && kill -0 "$m_number" 2>/dev/null || return 1
  case $(ps -o stat= -p "$m_number" 2>/dev/null) in *Z*) return 1 ;; esac
}

# m_judge_lock: moves the lock of a run that is dead out of the way, or refuses.
m_judge_lock() {
  m_holder=$(cat "$m_lock/pid" 2>/dev/null) || m_holder=
  if [ -z "$m_holder" ]; then
    # Somebody made it this moment, and writes his pid into it, or died between the two.
    sleep 2
    m_holder=$(cat "$m_lock/pid" 2>/dev/null) || m_holder=
  fi
  if m_is_alive "$m_lock/pid"; then
    m_refuse "another run holds this host: $(m_lock_text); if that is not so, remove $m_lock on the host"
  fi
  [ ! -d "$m_lock" ] || notice "the lock of a run that is dead was taken over: $(m_lock_text)"
  # By a rename, which only one of two that come at once gets; what it got must be what it judged.
  rm -rf "$m_lock.$$"
  mv "$m_lock" "$m_lock.$$" 2>/dev/null || return 0
  m_moved=$(cat "$m_lock.$$/pid" 2>/dev/null) || m_moved=
  if [ "$m_moved" != "$m_holder" ]; then
    [ -d "$m_lock" ] || mv "$m_lock.$$" "$m_lock"
    m_refuse 'another run took this host in the same moment'
  fi
  rm -rf "$m_lock.$$"
}

m_lock_text() {
  printf 'run %s by %s since %s, pid %s' "$(cat "$m_lock/run" 2>/dev/null)" "$(cat "$m_lock/owner" 2>/dev/null)" \
    "$(cat "$m_lock/since" 2>/dev/null)" "$(cat "$m_lock/pid" 2>/dev/null)"
}

m_drop_lock() {
  rm -rf "$m_state_dir/lock"
}
