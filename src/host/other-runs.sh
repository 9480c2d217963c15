# Other runs on this host: one that changes it right now, and one that died here. A run that only looks reports them, because
# it may see their work half done. With --wait it waits for them first.

# m__tell_others: says which other run is at work, or, when none is, which one died and was never dealt with.
m__tell_others() {
  m__told=
  m__list_receipts
  m__first_receipts=$m__receipts_here
  if [ -d "$m__state_dir" ] && [ ! -x "$m__state_dir" ]; then
    notice "cannot find out whether another run works on this host: $m__state_dir is closed to $(id -un)"
  elif m__find_holder; then
    m__tell_holder at-work
  else
    m__tell_dead
    m__tell_empty
  fi
}

# m__tell_newcomers: at the end of a look: reports a run that began meanwhile, also one that is over already.
m__tell_newcomers() {
  local m__one
  [ -z "$m__told" ] || return 0
  if m__find_holder; then
    m__tell_holder at-work
    return 0
  fi
  m__list_receipts
  for m__one in "$m__state_dir"/runs/*; do
    case $m__receipts_here:$m__first_receipts in
      *"|${m__one##*/}|"*:*"|${m__one##*/}|"*) ;;
      *"|${m__one##*/}|"*:*)
        m__meta_of "$m__one"
        m__emit other was-at-work "${m__one##*/}" apply "$m__meta_playbook" "$m__meta_operator" "$m__meta_started"
        ;;
    esac
  done
}

m__tell_holder() {
  m__told=1
  m__emit other "$1" "$m__run" "$m__doing" "$m__of_playbook" "$m__owner" "$m__since"
}

# m__tell_dead: the newest run that changed something says that it is at work, and nobody holds the lock.
m__tell_dead() {
  local m__newest_status m__died_in m__now_status
  [ -n "$m__newest_run" ] && { read -r m__newest_status <"$m__state_dir/runs/$m__newest_run/status"; } 2>/dev/null || return 0
  case $m__newest_status in
    running) m__died_in=apply ;;
    rolling-back) m__died_in=rollback ;;
    *) return 0 ;;
  esac
  # It may have begun, or come to its good end, while we looked.
  if m__find_holder; then
    m__tell_holder at-work
    return 0
  fi
  { read -r m__now_status <"$m__state_dir/runs/$m__newest_run/status"; } 2>/dev/null || return 0
  [ "$m__now_status" = "$m__newest_status" ] || return 0
  m__meta_of "$m__state_dir/runs/$m__newest_run"
  m__emit other died "$m__newest_run" "$m__died_in" "$m__meta_playbook" "$m__meta_operator" "$m__meta_started"
}

# m__list_receipts: sets m__newest_run to the newest run here that changed something (to nothing where there is none), and
# m__receipts_here to all of them, with a bar around each. In the order of m__in_order, but without a process.
m__list_receipts() {
  local m__one m__number m__highest
  m__newest_run='' m__receipts_here='|' m__highest=0
  for m__one in "$m__state_dir"/runs/*; do
    [ -s "$m__one/journal" ] || continue
    m__receipts_here="$m__receipts_here${m__one##*/}|"
    m__number=
    [ ! -f "$m__one/number" ] || read -r m__number <"$m__one/number" || :
    [ "${m__number:-0}" -ge "$m__highest" ] || continue
    m__highest=${m__number:-0}
    m__newest_run=${m__one##*/}
  done
}

# m__await_others: waits while another run is at work here, for m__wait seconds in all, looking once a second. False when the
# time is over; true at once when nobody is at work. With m__wait 0 nobody waits.
m__await_others() {
  m__find_holder || return 0
  [ "${m__wait:-0}" -gt 0 ] || return 1
  if [ -z "${m__wait_left-}" ]; then
    # Counted in turns, because a clock may be set meanwhile.
    m__wait_left=$m__wait
    notice "waits for run $m__run by $m__owner, which is at work here since $m__since"
    m__emit wait "$m__wait"
  fi
  while m__find_holder; do
    [ "$m__wait_left" -gt 0 ] || return 1
    sleep 1
    m__wait_left=$((m__wait_left - 1))
    [ ! -f "$m_work/stop" ] && [ ! -f "$m_work/cancel" ] ||
      m__refuse "stopped by the operator while it waited for run $m__run"
  done
  m__await_follower
}

# m__await_follower: what waited does not begin behind the back of an operator who is gone; the link may come back.
m__await_follower() {
  local m__turns
  m__turns=0
  until m__is_alive "$m_work/follower.pid"; do
    [ "$m__turns" -lt 15 ] || m__refuse 'the connection was lost while this run waited for another one, so it was not started'
    sleep 1
    m__turns=$((m__turns + 1))
  done
}
