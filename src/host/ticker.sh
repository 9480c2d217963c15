# Once a second beside the steps: ends a step that is over its time, or cancelled, with everything that it started;
# keeps its output within bounds; ends a run that changes nothing when nobody follows it any more; and ends what a
# driver that was killed left running.
# Usage: sh ticker.sh WORK-DIRECTORY DRIVER-PID
# The current directory is the work directory.
m_name=$1
m_driver=$2
. ./run
. ./runtime/wake.sh
trap '' HUP
m_follower=0
m_turns=0
m_last_at=
m_step_turns=0

# m_kill SIGNAL: to what belongs to the step: every process of this process group that has the driver above it, or
# nobody any more. There is no setsid and no timeout(1) in base, but sshd gave this run a session of its own, and a
# daemon that a step started rightly has left it. False when there is none.
m_kill() {
  # When the step is over, a child of the driver's is its own: it naps until this one is done.
  m_running=0
  [ ! -f in-step ] || m_running=1
  m_victims=$(ps -axo pid,ppid,pgid,stat | awk -v me="$$" -v driver="$m_driver" -v follower="$m_follower" -v running="$m_running" '
    function belongs(p,    n) {
      for (n = 0; p + 0 > 1 && n < 200; n++) {
        p = parent[p]
        if (p == driver) return n > 0 || running
        if (p == me || p == follower) return 0
      }
      return 1
    }
    function keep_above(p) {
      while (p + 0 > 1 && !(p in keep)) {
        keep[p] = 1
        p = parent[p]
      }
    }
    NR > 1 { parent[$1] = $2; if ($4 !~ /^Z/) group[$1] = $3 }
    END {
      # A follower that came back, and found that there is no ticker any more, has a session of its own, and so have we.
      of_run = driver in group ? group[driver] : group[me]
      keep[me] = 1
      keep_above(driver)
      keep_above(follower)
      for (p in group) if (group[p] == of_run && !(p in keep) && belongs(p)) print p
    }')
  [ -n "$m_victims" ] || return 1
  # shellcheck disable=SC2086
  kill -s "$1" $m_victims 2>/dev/null || :
}

# m_end_step WHY: ends the running step; WHY is the name of the file that tells the driver.
m_end_step() {
  : >"$1"
  rm -f deadline
  m_kill TERM || return 0
  for m_try in 1 2 3 4 5; do
    sleep 1
    m_kill KILL || return 0
  done
}

# m_is_over_time: by the clock, but a clock may be set while a step goes on. So our turns are counted, too, which take a second,
# or up to four where a host is slow.
m_is_over_time() {
  [ -f deadline ] && read -r m_at m_limit <deadline && [ -n "$m_limit" ] || return 1
  [ "$m_at" = "$m_last_at" ] || m_last_at=$m_at m_step_turns=0
  if [ "$(date +%s)" -ge "$m_at" ]; then
    [ $((m_step_turns * 4)) -ge "$m_limit" ]
  else
    [ "$m_step_turns" -gt $((m_limit * 2)) ]
  fi
}
m_is_cancelled() {
  [ -f cancel ] && [ -f in-step ]
}

# m_end_step_if CONDITION WHY: the driver does not go on while `ending` is there, so what is looked at again after that
# is still so when the signals go out.
m_end_step_if() {
  "$1" || return 0
  : >ending
  ! "$1" || m_end_step "$2"
  rm -f ending
}

# m_has_ended: the driver came to the end of its run, good or bad, and what its steps left running is left alone. A
# follower that heard of it removes the directory, and `run` in it first; so `run` is looked for after `done`.
m_has_ended() {
  [ -f ./done ] || [ ! -f run ]
}

# m_is_empty: the work directory is gone. What may be in the place that it had is not looked at.
m_is_empty() {
  set -- ./*
  [ ! -e "$1" ]
}

# m_find_follower: it may be another one than before, which came back after the link broke.
m_find_follower() {
  [ ! -f follower.pid ] || read -r m_follower <follower.pid
}

while kill -0 "$m_driver" 2>/dev/null && ! m_has_ended; do
  sleep 1
  m_turns=$((m_turns + 1))
  m_step_turns=$((m_step_turns + 1))
  [ $((m_turns % 10)) -ne 0 ] || m_wake driver follower
  m_find_follower
  m_end_step_if m_is_over_time timed-out
  m_end_step_if m_is_cancelled cancelled
  # One wc for all of them; its last line is a total.
  wc -c log/*.out log/*.err 2>/dev/null | while read -r m_size m_file; do
    # Writers append, so a file that is emptied under them starts again at nought.
    if [ "$m_size" -gt "$m_disk_cap" ] && [ "$m_file" != total ]; then
      : >"$m_file"
    fi
  done
  if [ "$m_action" != apply ] && [ "$m_action" != rollback ] && [ "$m_follower" != 0 ] &&
    ! kill -0 "$m_follower" 2>/dev/null && ! m_has_ended; then
    m_kill TERM
    kill -s KILL "$m_driver" 2>/dev/null
    m_kill KILL
    cd / && rm -rf "$m_name"
    exit 0
  fi
done

if ! m_has_ended; then
  m_find_follower
  m_kill KILL
  # What a step of an apply guarded is not left as it is, see m_guard.
  if [ -f guarded ]; then
    {
      sh ./guarded
      m_unit_limit=unfinished sh "$m_state_dir/runs/$m_run_id/undo.sh" && printf 'taken-back\n' >"$m_state_dir/runs/$m_run_id/status"
    } </dev/null >>log/000.out 2>>log/000.err
  fi
  rm -f ticker.pid
  exit 0
fi
# A follower removes the work directory when it has read everything. When the link is dead, one may come back for the
# rest; after a quarter of an hour none will.
m_left=900
while ! m_is_empty && [ "$m_left" -gt 0 ]; do
  sleep 1
  m_left=$((m_left - 1))
  [ $((m_left % 10)) -ne 0 ] || m_wake follower
done
! m_is_empty || exit 0
# Nobody comes back from here on.
rm -f run
# One whose reader takes nothing and does not go, such as a sshd that was stopped, stands in its write for ever.
ps -axww -o pid -o ruid -o command | awk -v uid="$(id -u)" -v follower="/follow.sh $m_name" '$2 == uid && index($0, follower) && !/awk/ { print $1 }' | while read -r m_number; do
  kill -s KILL "$m_number" 2>/dev/null
done
cd / && rm -rf "$m_name"
