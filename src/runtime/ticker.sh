# Once a second beside the steps: ends a step that is over its time, or cancelled, with everything that it started;
# keeps its output within bounds; and ends a run that changes nothing when nobody follows it any more.
# Usage: sh ticker.sh WORK-DIRECTORY DRIVER-PID
m_work=$1
m_driver=$2
. "$m_work/run"
trap '' HUP
printf '%s\n' "$$" >"$m_work/ticker.pid"

# m_end_step: kills what belongs to the step: every process of the driver's process group but the driver, the
# follower, this one and their own children. There is no setsid and no timeout(1) in base, but sshd gave this run a
# session of its own, and a daemon that a step started rightly has left it.
m_end_step() {
  m_follower=$(cat "$m_work/follower.pid" 2>/dev/null)
  for m_signal in TERM KILL; do
    m_victims=$(ps -axo pid,ppid,pgid | awk -v me="$$" -v driver="$m_driver" -v follower="${m_follower:-0}" '
      { pid[NR] = $1; parent[$1] = $2; group[$1] = $3 }
      END {
        above = follower
        while (above > 1 && !(above in keep)) { keep[above] = 1; above = parent[above] }
        above = driver
        while (above > 1 && !(above in keep)) { keep[above] = 1; above = parent[above] }
        keep[me] = 1
        for (i = 2; i <= NR; i++) {
          p = pid[i]
          if (group[p] == group[driver] && !(p in keep) && parent[p] != me && parent[p] != follower) print p
        }
      }')
    [ -n "$m_victims" ] || return 0
    # shellcheck disable=SC2086
    kill -s "$m_signal" $m_victims 2>/dev/null
    sleep 1
  done
}

while kill -0 "$m_driver" 2>/dev/null && [ ! -f "$m_work/done" ]; do
  sleep 1
  if [ -f "$m_work/deadline" ] && read -r m_at <"$m_work/deadline" && [ -n "$m_at" ] && [ "$(date +%s)" -ge "$m_at" ]; then
    rm -f "$m_work/deadline"
    : >"$m_work/timed-out"
    m_end_step
  fi
  if [ -f "$m_work/cancel" ] && [ -f "$m_work/in-step" ]; then
    : >"$m_work/cancelled"
    m_end_step
  fi
  for m_file in "$m_work"/log/*.out "$m_work"/log/*.err; do
    [ -f "$m_file" ] || continue
    m_size=$(wc -c <"$m_file")
    # Writers append, so a file that is emptied under them starts again at nought.
    if [ $((m_size)) -gt "$m_disk_cap" ]; then
      : >"$m_file"
    fi
  done
  if [ "$m_action" != apply ] && [ "$m_action" != rollback ] && [ -f "$m_work/follower.pid" ] &&
    ! kill -0 "$(cat "$m_work/follower.pid")" 2>/dev/null; then
    m_end_step
    kill -s KILL "$m_driver" 2>/dev/null
    cd / && rm -rf "$m_work"
    exit 0
  fi
done
