# Taking a host through the steps of a playbook, in order, and choosing the receipt that a rollback undoes.

# m_run_steps: sets m_run_outcome (ok changed failed) and m_run_reason. A failed step ends the host's run: the later
# ones are skipped, and say so.
m_run_steps() {
  m_run_outcome=ok
  m_run_reason=
  m_taken_back=
  m_index=0
  while IFS='|' read -r m_id m_file m_timeout m_retries <&4; do
    m_index=$((m_index + 1))
    m_number=$(printf '%03d' "$m_index")
    if [ "$m_run_outcome" = failed ] && [ "$m_action" = apply ]; then
      m_emit step "$m_id" "$m_index"
      m_emit end "$m_id" skipped 0 "because $m_failed_step failed"
      continue
    fi
    if [ -f "$m_work/stop" ] || [ -f "$m_work/cancelled" ]; then
      m_emit step "$m_id" "$m_index"
      m_emit end "$m_id" skipped 0 'the run was stopped'
      m_run_outcome=failed
      m_run_reason='stopped by the operator'
      m_failed_step=${m_failed_step:-$m_id}
      continue
    fi
    m_one_step
  done 4<"$m_work/steps"
}

# m_one_step: runs the step m_id in a subshell of its own, as often as it may be tried.
m_one_step() {
  m_emit step "$m_id" "$m_index"
  m_started=$(date +%s)
  m_now=$m_started
  m_tries=$((m_retries + 1))
  while :; do
    m_drop "$m_work/timed-out" "$m_work/step.result" "$m_work/fail.reason" "$m_work/guarded"
    # One more, because m_now may be the last moment of its second.
    printf '%s %s\n' "$((m_now + m_timeout + 1))" "$m_timeout" >"$m_work/deadline"
    # One that was killed, while no follower is there to see it, would leave this step without an end.
    { read -r m_ticker <"$m_work/ticker.pid" && kill -0 "$m_ticker"; } 2>/dev/null || m_start_ticker
    : >"$m_work/in-step"
    # In the foreground, because `wait` does not tell a status on every release; the ticker ends it if it must.
    (m_step_body) </dev/null >>"$m_work/log/$m_number.out" 2>>"$m_work/log/$m_number.err" 4<&-
    m_status=$?
    # One that was ended in the midst of a change.
    [ ! -f "${m_receipt:-$m_work}/borrowed" ] || m_give_back
    rm -f "$m_work/deadline" "$m_work/in-step"
    # What the ticker still ends must not be a part of what comes next.
    while [ -f "$m_work/ending" ] && kill -0 "$(cat "$m_work/ticker.pid")" 2>/dev/null; do
      sleep 0.2
    done
    # Its children may have been ended a moment before it, and then it may have come to a good end meanwhile.
    [ "$m_status" -ne 0 ] || [ ! -f "$m_work/timed-out" ] || m_status=143
    m_tries=$((m_tries - 1))
    [ "$m_status" -ne 0 ] && [ "$m_tries" -gt 0 ] && [ ! -f "$m_work/cancelled" ] && [ ! -f "$m_work/guarded" ] || break
    notice "step $m_id failed and is tried again ($m_tries left)"
    m_now=$(date +%s)
  done
  m_outcome=ok
  m_reason=
  if [ -f "$m_work/step.result" ]; then
    IFS='|' read -r m_outcome m_reason <"$m_work/step.result"
    m_unescape "$m_reason"
    m_reason=$m_unescaped
  fi
  if [ "$m_status" -ne 0 ]; then
    m_outcome=failed
    m_reason="exit status $m_status"
    if [ -f "$m_work/fail.reason" ]; then
      IFS= read -r m_reason <"$m_work/fail.reason"
      m_unescape "$m_reason"
      m_reason=$m_unescaped
    fi
    [ ! -f "$m_work/timed-out" ] || m_reason="over its time of $m_timeout s; everything that it started was ended"
    [ ! -f "$m_work/cancelled" ] || m_reason='stopped by the operator'
    # A run that changed nothing has nothing to take back.
    [ ! -f "$m_work/guarded" ] || [ ! -s "$m_receipt/journal" ] || m_take_back
    m_run_outcome=failed
    m_failed_step=${m_failed_step:-$m_id}
    m_run_reason=${m_run_reason:-step $m_id: $m_reason}
  fi
  # Where the clock was set meanwhile, nobody knows how long it took; a count of many digits breaks the protocol.
  m_took=$(($(date +%s) - m_started))
  [ "$m_took" -ge 0 ] && [ "$m_took" -lt 10000000 ] || m_took=0
  m_emit end "$m_id" "$m_outcome" "$m_took" "$m_reason"
}

# m_take_back: undoes the run, which left the host worse off than it was. Nobody can stop that: the ticker ends steps only,
# and goes on with it when the driver is killed.
m_take_back() {
  notice "step $m_id left the host worse off than it was: the run is taken back"
  if (
    sh "$m_work/guarded"
    m_unit_limit=unfinished
    m_rollback
  ) </dev/null >>"$m_work/log/$m_number.out" 2>>"$m_work/log/$m_number.err" 4<&-; then
    m_taken_back=taken-back
    m_reason="$m_reason; so the run was taken back, and the host is as it was before"
  else
    m_taken_back=rollback-incomplete
    m_reason="$m_reason; so the run was taken back, but not all of it: see above, and roll this host back"
  fi
}

# m_drop FILE...: removes what is there, and starts no process for what is not.
m_drop() {
  for m_dropped do
    [ ! -f "$m_dropped" ] || rm -f "$m_dropped"
  done
}

# m_step_body: in the subshell. Under `set -e`, so that a raw command which fails in a step fails the step.
m_step_body() {
  m_step=$m_id
  if [ -n "$m_receipt" ]; then
    m_seq=$(wc -l <"$m_receipt/journal")
    m_seq=$((m_seq + 0))
  fi
  . "$m_work/vars"
  . "$m_work/secret_vars"
  m_hook=
  if grep -q '^undo *()' "$m_work/playbook/$m_file"; then
    m_hook=$m_work/playbook/$m_file
  fi
  for m_part in "$m_work"/playbook/lib/*.sh; do
    [ ! -f "$m_part" ] || . "$m_part"
  done
  undo() { :; }
  applies() { :; }
  verify() { :; }
  . "$m_work/playbook/$m_file"
  m_why_not=$(applies) || {
    m_escape "${m_why_not:-it is not for this host}"
    printf 'skipped|%s\n' "$m_escaped" >"$m_work/step.result"
    exit 0
  }
  set -e
  # Who only compares hosts does not ask what is declared.
  [ "$m_action" = compare ] || state
  # Whoever applies wants to know at once: a cage that does not hold must not see the next step, which may stop the
  # daemon that still serves.
  if [ "$m_action" != plan ]; then
    set +e
    m_drop "$m_work/bad-checks"
    verify
    if [ "$m_action" = apply ] && [ -s "$m_work/bad-checks" ]; then
      IFS= read -r m_first <"$m_work/bad-checks"
      m_unescape "$m_first"
      fail "$(($(wc -l <"$m_work/bad-checks"))) expectations do not hold: $m_unescaped"
    fi
  fi
  exit 0
}

# m_find_receipt: the newest run that changed something and is not rolled back, or the one that was asked for. Behind a run
# that was taken back already, nobody means the one before it, which was good: it must be asked for.
m_find_receipt() {
  m_newest=
  if [ -n "$m_target_run" ]; then
    m_receipt=$m_state_dir/runs/$m_target_run
    [ -s "$m_receipt/journal" ] || m_refuse "this host has no receipt of run $m_target_run"
    case $(cat "$m_receipt/status") in
      rolled-back | taken-back) m_refuse "run $m_target_run is rolled back already" ;;
    esac
    m_refuse_member '--run ' ''
    return 0
  fi
  m_in_order >"$m_work/order"
  while IFS= read -r m_one; do
    [ -s "$m_one/journal" ] || continue
    m_newest=$(cat "$m_one/status")
    case $m_newest in
      rolled-back) ;;
      taken-back) m_taken=${m_one##*/} ;;
      *) m_receipt=$m_one ;;
    esac
  done <"$m_work/order"
  if [ "$m_newest" = taken-back ]; then
    m_finish ok "run $m_taken failed and was taken back already; to undo an older one, name it (--run)"
  fi
  if [ -z "$m_receipt" ]; then
    m_finish ok 'there is nothing to roll back on this host'
  fi
}

# m_preview_rollback: what a rollback would undo, in its order; nothing is touched.
m_preview_rollback() {
  m_find_unit
  m_leader=${m_receipt##*/}
  m_emit receipt "${m_receipt##*/}" "$(m_playbook_of "$m_receipt")" \
    "$(sed -n 's/^operator=//p' "$m_receipt/meta")" "$(sed -n 's/^started=//p' "$m_receipt/meta")" \
    "$(m_backwards | grep -vc -e '^[0-9]*|time|' -e '^[0-9]*|run|' -e '^[0-9]*|switch|' -e '^[0-9]*|moved|')"
  for m_id in $m_unit; do
    [ "$m_id" = "$m_leader" ] || m_emit res change run "$m_id" "run $m_leader went on with it" 0 ''
  done
  m_backwards >"$m_work/backwards"
  while IFS= read -r m_entry_line <&3; do
    m_load "$m_entry_line"
    case $m_kind in time | run | switch | moved) continue ;; esac
    m_emit res change "$m_kind" "$m_a1" 'would be undone' 0 "$m_entry_step"
  done 3<"$m_work/backwards"
}
