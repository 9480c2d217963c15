# Works beside the steps, once a second. It ends a step that is over its time, or cancelled, with everything that the step
# started, and a program of m_within that is over its own time. It keeps the step's output within bounds. It ends a run that
# changes nothing when nobody follows it any more. It ends what a killed driver left running.
# Usage: sh ticker.sh WORK-DIRECTORY DRIVER-PID
# The current directory is the work directory.
m__name=$1
m__driver=$2
. ./run
. ./runtime/wake.sh
trap '' HUP
m__follower=0
m__turns=0
m__last_attempt=
m__step_turns=0
m__watched=
# The driver reads here that time went by: a byte a turn. Opened once, because the directory may be gone when we write.
exec 7>>ticks
# When outputs were measured last.
exec 6>>measured

# m__read_step: sets m__attempt, which attempt at which step runs now, and m__limit, its seconds, 0 for no limit. False when none runs.
m__read_step() {
  m__attempt='-' m__limit=0
  [ ! -f in-step ] || read -r m__attempt m__limit <in-step || :
  [ "$m__attempt" != '-' ]
}

# m__kill SIGNAL: to what belongs to the step: every process of this process group that has the driver above it, or
# nobody any more. There is no setsid and no timeout(1) in base, but sshd gave this run a session of its own, and a
# daemon that a step started rightly has left it. A parent before its children: a shell whose command died would go on with
# the next one. False when there is none.
m__kill() {
  local m__running m__victims
  # When the step is over, a child of the driver's is its own: it naps until this one is done.
  m__running=0
  ! m__read_step || m__running=1
  m__victims=$(ps -axo pid,ppid,pgid,stat | awk -v me="$$" -v driver="$m__driver" -v follower="$m__follower" -v running="$m__running" '
    function belongs(p) {
      for (depth = 0; p + 0 > 1 && depth < 200; depth++) {
        p = parent[p]
        if (p == driver) return depth > 0 || running
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
      for (p in group) if (group[p] == of_run && !(p in keep) && belongs(p)) {
        at[depth] = at[depth] " " p
        if (depth > deepest) deepest = depth
      }
      for (depth = 0; depth <= deepest; depth++) printf "%s", at[depth]
    }')
  [ -n "$m__victims" ] || return 1
  # shellcheck disable=SC2086
  kill -s "$1" $m__victims 2>/dev/null || :
}

# m__end_step WHY: ends the running step; WHY is the name of the file that tells the driver.
m__end_step() {
  local m__turn
  : >"$1"
  m__kill TERM || return 0
  for m__turn in 1 2 3 4 5; do
    sleep 1
    m__kill KILL || return 0
  done
}

# m__is_over_time: by the clock, but a clock may be set while a step goes on. So our turns are counted, too, which take a second,
# or up to four on a slow host. The time begins when we ask the clock first, so it is never shorter than declared. Most steps are over
# within three turns: unless their time is short, the clock is not asked for them.
m__is_over_time() {
  local m__now
  m__read_step && [ "$m__limit" -gt 0 ] || return 1
  [ "$m__attempt" = "$m__last_attempt" ] || m__last_attempt=$m__attempt m__step_turns=0 m__end_at=
  if [ -z "$m__end_at" ]; then
    [ "$m__limit" -le 20 ] || [ "$m__step_turns" -ge 3 ] || return 1
    # One more, because this may be the first moment of its second.
    m__end_at=$(($(date +%s) + m__limit + 1)) m__step_turns=0
    return 1
  fi
  [ $((m__step_turns * 4)) -ge "$m__limit" ] || return 1
  m__now=$(date +%s)
  [ "$m__now" -ge "$m__end_at" ] || [ "$m__step_turns" -gt $((m__limit * 2)) ]
}

# m__end_late: ends a program of m_within that is over its time, which is counted in our turns.
m__end_late() {
  local m__late_pid m__seconds
  [ -s watched ] && read -r m__late_pid m__seconds <watched || return 0
  if [ "$m__late_pid" != "$m__watched" ]; then
    m__watched=$m__late_pid m__watched_turns=0
    return 0
  fi
  m__watched_turns=$((m__watched_turns + 1))
  [ "$m__watched_turns" -ge "$m__seconds" ] || return 0
  # Its number may be a stranger's by now, if the step was killed. What is the run's is in the driver's group.
  # shellcheck disable=SC2046
  set -- $(ps -o pgid= -p "$m__late_pid") $(ps -o pgid= -p "$m__driver")
  [ $# -eq 2 ] && [ "$1" = "$2" ] || return 0
  printf '%s\n' "$m__late_pid" >late
  m_kill_tree "$m__late_pid"
}

m__is_cancelled() {
  [ -f cancel ] && m__read_step
}

# m__end_step_if CONDITION WHY: the driver does not go on while `ending` is there, so what is looked at again after that
# is still so when the signals go out.
m__end_step_if() {
  "$1" || return 0
  : >ending
  ! "$1" || m__end_step "$2"
  rm -f ending
}

# m__has_ended: the driver came to the end of its run, good or bad, and what its steps left running is left alone. A
# follower that heard of it removes the directory, and `run` in it first; so `run` is looked for after `done`.
m__has_ended() {
  [ -f ./done ] || [ ! -f run ]
}

# m__is_empty: the work directory is gone. What may be in the place that it had is not looked at.
m__is_empty() {
  set -- ./*
  [ ! -e "$1" ]
}

# m__find_follower: it may be another one than before, which came back after the link broke.
m__find_follower() {
  [ ! -f follower.pid ] || read -r m__follower <follower.pid
}

# m__cut_outputs: one that is over what it may take on the disk begins anew.
m__cut_outputs() {
  local m__size m__file
  m__find_written measured
  [ $((m__turns % 60)) -ne 0 ] || m__find_written ''
  # shellcheck disable=SC2086
  set -- $m__written
  [ $# -gt 0 ] || return 0
  printf . >&6
  # One wc for all of them; its last line may be a total.
  wc -c "$@" 2>/dev/null | while read -r m__size m__file; do
    # Writers append, so a file that is emptied under them starts again at nought.
    [ "$m__size" -le "$m__disk_cap" ] || [ "$m__file" = total ] || : >"$m__file"
  done
}

while kill -0 "$m__driver" 2>/dev/null && ! m__has_ended; do
  sleep 1
  printf . >&7
  m__turns=$((m__turns + 1))
  m__step_turns=$((m__step_turns + 1))
  [ $((m__turns % 10)) -ne 0 ] || m__wake driver follower
  m__find_follower
  m__end_late
  m__end_step_if m__is_over_time timed-out
  m__end_step_if m__is_cancelled cancelled
  m__cut_outputs
  if [ "$m__action" != apply ] && [ "$m__action" != rollback ] && [ "$m__follower" != 0 ] &&
    ! kill -0 "$m__follower" 2>/dev/null && ! m__has_ended; then
    m__kill TERM
    kill -s KILL "$m__driver" 2>/dev/null
    m__kill KILL
    cd / && rm -rf "$m__name"
    exit 0
  fi
done

if ! m__has_ended; then
  m__find_follower
  m__kill KILL
  # What a step of an apply guarded is not left as it is, see m_guard.
  if [ -s guarded ]; then
    {
      sh ./guarded
      m__unit_limit=unfinished sh "$m__state_dir/runs/$m__run_id/undo.sh" && printf 'taken-back\n' >"$m__state_dir/runs/$m__run_id/status"
    } </dev/null >>log/000.out 2>>log/000.err 6>&- 7>&-
  fi
  # Not twice, should somebody begin another one of us.
  rm -f guarded ticker.pid
  exit 0
fi
# A follower removes the work directory when it has read everything. When the link is dead, one may come back for the
# rest; after a quarter of an hour none will.
m__left=900
while ! m__is_empty && [ "$m__left" -gt 0 ]; do
  sleep 1
  # The driver leaves that to a follower, which may stand in a write.
  [ "$m__left" -ne 900 ] || m__is_empty || m__drop_rest .
  m__left=$((m__left - 1))
  [ $((m__left % 10)) -ne 0 ] || m__wake follower
done
! m__is_empty || exit 0
# Nobody comes back from here on.
rm -f run
# One whose reader takes nothing and does not go, such as a sshd that was stopped, stands in its write for ever.
ps -axww -o pid -o ruid -o command | awk -v uid="$(id -u)" -v follower="/follow.sh $m__name" '$2 == uid && index($0, follower) && !/awk/ { print $1 }' | while read -r m__number; do
  kill -s KILL "$m__number" 2>/dev/null
done
cd / && rm -rf "$m__name"
