# Other runs on this host: one that changes it right now, and one that died here. Who only looks says so, because what it
# sees is the work of somebody else half done; who wants to, waits.

# m_tell_others: says which other run is at work, or, when none is, which one died and was never dealt with.
m_tell_others() {
  m_told=
  m_list_receipts
  m_first_receipts=$m_receipts_here
  if [ -d "$m_state_dir" ] && [ ! -x "$m_state_dir" ]; then
    notice "whether another run is at work here cannot be seen: $m_state_dir is closed to $(id -un)"
  elif m_find_holder; then
    m_tell_holder at-work
  else
    m_tell_dead
    m_tell_empty
  fi
}

# m_tell_newcomers: at the end of a look: a run that began meanwhile, and one that came and went, are told as well.
m_tell_newcomers() {
  [ -z "$m_told" ] || return 0
  if m_find_holder; then
    m_tell_holder at-work
    return 0
  fi
  m_list_receipts
  for m_one in "$m_state_dir"/runs/*; do
    case $m_receipts_here:$m_first_receipts in
      *"|${m_one##*/}|"*:*"|${m_one##*/}|"*) ;;
      *"|${m_one##*/}|"*:*)
        m_read_meta "$m_one"
        m_emit other was-at-work "${m_one##*/}" apply "$m_meta_playbook" "$m_meta_operator" "$m_meta_started"
        ;;
    esac
  done
}

m_tell_holder() {
  m_told=1
  m_emit other "$1" "$m_run" "$m_doing" "$m_of_playbook" "$m_owner" "$m_since"
}

# m_tell_dead: the newest run that changed something says that it is at work, and nobody holds the lock.
m_tell_dead() {
  [ -n "$m_newest_run" ] && { read -r m_newest_status <"$m_state_dir/runs/$m_newest_run/status"; } 2>/dev/null || return 0
  case $m_newest_status in
    running) m_died_in=apply ;;
    rolling-back) m_died_in=rollback ;;
    *) return 0 ;;
  esac
  # It may have begun, or come to its good end, while we looked.
  if m_find_holder; then
    m_tell_holder at-work
    return 0
  fi
  { read -r m_now_status <"$m_state_dir/runs/$m_newest_run/status"; } 2>/dev/null || return 0
  [ "$m_now_status" = "$m_newest_status" ] || return 0
  m_read_meta "$m_state_dir/runs/$m_newest_run"
  m_emit other died "$m_newest_run" "$m_died_in" "$m_meta_playbook" "$m_meta_operator" "$m_meta_started"
}

# m_list_receipts: sets m_newest_run to the newest run here that changed something (to nothing where there is none), and
# m_receipts_here to all of them, with a bar around each.
m_list_receipts() {
  m_newest_run=
  m_receipts_here='|'
  m_in_order >"$m_work/order"
  while IFS= read -r m_one; do
    [ -s "$m_one/journal" ] || continue
    m_newest_run=${m_one##*/}
    m_receipts_here="$m_receipts_here$m_newest_run|"
  done <"$m_work/order"
}

# m_read_meta RECEIPT: sets m_meta_playbook, m_meta_operator and m_meta_started.
m_read_meta() {
  m_meta_playbook='' m_meta_operator='' m_meta_started=''
  while IFS= read -r m_line; do
    case $m_line in
      playbook=*) m_meta_playbook=${m_line#*=} ;;
      operator=*) m_meta_operator=${m_line#*=} ;;
      started=*) m_meta_started=${m_line#*=} ;;
    esac
  done <"$1/meta"
}

# m_await_others: waits while another run is at work here, for m_wait seconds in all, looking once a second. False when the
# time is over; true at once when nobody is at work. With m_wait 0 nobody waits.
m_await_others() {
  m_find_holder || return 0
  [ "${m_wait:-0}" -gt 0 ] || return 1
  if [ -z "${m_wait_left-}" ]; then
    # Counted in turns, because a clock may be set meanwhile.
    m_wait_left=$m_wait
    notice "waits for run $m_run by $m_owner, which is at work here since $m_since"
    m_emit wait "$m_wait"
  fi
  while m_find_holder; do
    [ "$m_wait_left" -gt 0 ] || return 1
    sleep 1
    m_wait_left=$((m_wait_left - 1))
    [ ! -f "$m_work/stop" ] && [ ! -f "$m_work/cancel" ] ||
      m_refuse "stopped by the operator while it waited for run $m_run"
  done
  m_await_follower
}

# m_await_follower: what waited does not begin behind the back of an operator who is gone; the link may come back.
m_await_follower() {
  m_turns=0
  until m_is_alive "$m_work/follower.pid"; do
    [ "$m_turns" -lt 15 ] || m_refuse 'the link broke while this run waited for another one, so it did not begin'
    sleep 1
    m_turns=$((m_turns + 1))
  done
}
