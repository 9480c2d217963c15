# Taking a host through the steps of a playbook, in order, and choosing the receipt that a rollback undoes.

# m__run_steps: sets m__run_outcome (ok changed failed) and m__run_reason. A failed step ends the host's run: the later
# ones are skipped, and say so.
m__run_steps() {
  local m__index m__step_id m__file m__timeout m__retries m__number
  m__run_outcome=ok
  m__run_reason=
  m__taken_back=
  m__index=0
  while IFS='|' read -r m__step_id m__file m__timeout m__retries <&4; do
    m__index=$((m__index + 1))
    case $m__index in ?) m__number=00$m__index ;; ??) m__number=0$m__index ;; *) m__number=$m__index ;; esac
    if [ "$m__run_outcome" = failed ] && [ "$m__action" = apply ]; then
      m__emit step "$m__step_id" "$m__index"
      m__emit end "$m__step_id" skipped 0 "because $m__failed_step failed"
      continue
    fi
    if [ -f "$m_work/stop" ] || [ -f "$m_work/cancelled" ]; then
      m__emit step "$m__step_id" "$m__index"
      m__emit end "$m__step_id" skipped 0 'the run was stopped'
      m__run_outcome=failed
      m__run_reason='stopped by the operator'
      m__failed_step=${m__failed_step:-$m__step_id}
      continue
    fi
    m__one_step
  done 4<"$m_work/steps"
}

# m__one_step: runs the step m__step_id in a subshell of its own, as often as it may be tried.
m__one_step() {
  local m__started m__tries m__status m__outcome m__reason m__took
  m__emit step "$m__step_id" "$m__index"
  m__tell_time
  m__started=$m__clock
  m__tries=$((m__retries + 1))
  : >"$m_work/notices"
  while :; do
    m__prime_looks
    m__drop "$m_work/timed-out" "$m_work/fail.reason"
    : >"$m_work/step.result"
    : >"$m_work/guarded"
    : >"$m_work/applying"
    # One that was killed, while no follower is there to see it, would leave this step without an end.
    m__runs ticker || m__start_ticker
    m__say_step "$m__number.$m__tries" "$m__timeout"
    # In the foreground, because `wait` does not tell a status on every release; the ticker ends it if it must.
    (m__step_body) </dev/null >>"$m_work/log/$m__number.out" 2>>"$m_work/log/$m__number.err" 4<&-
    m__status=$?
    # One that was ended in the midst of a change.
    [ ! -f "${m__receipt:-$m_work}/borrowed" ] || m__give_back_of_dead
    m__say_step - -
    # What the ticker still ends must not be a part of what comes next.
    while [ -f "$m_work/ending" ] && kill -0 "$(cat "$m_work/ticker.pid")" 2>/dev/null; do
      sleep 0.2
    done
    [ "$m__status" -ne 0 ] || ! m__was_ended || m__status=143
    m__judge_applies "$m__status"
    m__status=$?
    ! m__must_look_again || continue
    m__tries=$((m__tries - 1))
    [ "$m__status" -ne 0 ] && [ "$m__tries" -gt 0 ] && [ ! -f "$m_work/cancelled" ] && [ ! -s "$m_work/guarded" ] || break
    notice "step $m__step_id failed and is tried again ($m__tries left)"
  done
  m__outcome=ok
  m__reason=
  if [ -s "$m_work/step.result" ]; then
    IFS='|' read -r m__outcome m__reason <"$m_work/step.result"
    m__unescape "$m__reason"
    m__reason=$m__unescaped
  fi
  if [ "$m__status" -ne 0 ]; then
    m__outcome=failed
    m__reason="exit status $m__status"
    if [ -f "$m_work/fail.reason" ]; then
      IFS= read -r m__reason <"$m_work/fail.reason"
      m__unescape "$m__reason"
      m__reason=$m__unescaped
    fi
    [ ! -f "$m_work/timed-out" ] || m__reason="over its time of $m__timeout s; all its processes were ended"
    [ ! -f "$m_work/cancelled" ] || m__reason='stopped by the operator'
    # A run that changed nothing has nothing to roll back.
    [ ! -s "$m_work/guarded" ] || [ ! -s "$m__receipt/journal" ] || m__take_back
    m__run_outcome=failed
    m__failed_step=${m__failed_step:-$m__step_id}
    m__run_reason=${m__run_reason:-step $m__step_id: $m__reason}
  fi
  # If the clock was set meanwhile, the time that it took is unknown; a count of many digits breaks the protocol.
  m__tell_time
  m__took=$((m__clock - m__started))
  [ "$m__took" -ge 0 ] && [ "$m__took" -lt 10000000 ] || m__took=0
  m__emit end "$m__step_id" "$m__outcome" "$m__took" "$m__reason"
}

# m__was_ended: the ticker ended what ran here. Whatever came to a good end nevertheless did so without what its children were to do.
m__was_ended() {
  [ -f "$m_work/timed-out" ] || [ -f "$m_work/cancelled" ]
}

# m__say_step TRY SECONDS: which attempt at which step runs now (`-` for none), and its time, for the ticker. It is written over
# what stands there, so a disk that is full meanwhile is no matter.
m__say_step() {
  printf '%-20s %-20s\n' "$1" "$2" 1<>"$m_work/in-step"
}

# m__tell_time: sets m__clock to the time in seconds, correct to about one. It counts the bytes of the ticker, which writes
# one a second. It calls date only after many of them, because on a slow host a turn of the ticker takes longer.
m__tell_time() {
  m__count_ticks
  m__clock=$((m__clock_then + m__ticks_now - m__ticks_then))
  [ $((m__ticks_now - m__ticks_then)) -lt 5 ] || m__set_clock "$(date +%s)"
}

# m__set_clock SECONDS: that is the time now.
m__set_clock() {
  m__count_ticks
  m__clock=$1 m__clock_then=$1 m__ticks_then=$m__ticks_now
}

m__count_ticks() {
  local m__ticks
  m__ticks=
  read -r m__ticks <"$m_work/ticks" || :
  m__ticks_now=${#m__ticks}
}

# m__take_back: undoes the run, which left the host worse off than it was. Nobody can stop that: the ticker ends steps only,
# and goes on with it when the driver is killed.
m__take_back() {
  notice "step $m__step_id left the host in a worse state than before: the run is rolled back"
  if (
    sh "$m_work/guarded"
    m__unit_limit=unfinished
    m__rollback
  ) </dev/null >>"$m_work/log/$m__number.out" 2>>"$m_work/log/$m__number.err" 4<&-; then
    m__taken_back=taken-back
    m__reason="$m__reason; so the run was rolled back, and the host is as before"
  else
    m__taken_back=rollback-incomplete
    m__reason="$m__reason; so the run was rolled back, but not completely: see above, and roll this host back"
  fi
}

# m__drop FILE...: removes what is there, and starts no process for what is not.
m__drop() {
  local m__dropped
  for m__dropped do
    [ ! -f "$m__dropped" ] || rm -f "$m__dropped"
  done
}

# m__defines NAME: the step has a function of this name. No program is meant.
m__defines() {
  local m__path m__own_status
  m__path=$PATH
  # shellcheck disable=SC2123
  PATH=/nonexistent
  type "$1" >/dev/null 2>&1
  m__own_status=$?
  PATH=$m__path
  return "$m__own_status"
}

# m__applies: in the step's own shell, so that no process is needed to catch what it prints: `applies` says that the step is for this
# host. If not, the step is skipped.
m__applies() {
  printf . >"$m_work/applying"
  applies >"$m_work/why-not" || {
    m__skip_step
    return 1
  }
  : >"$m_work/applying"
}

# m__skip_step: with what `applies` printed as the reason.
m__skip_step() {
  local m__why_not m__said
  m__why_not=
  while IFS= read -r m__said || [ -n "$m__said" ]; do
    m__why_not=$m__why_not${m__why_not:+$m_nl}$m__said
  done <"$m_work/why-not"
  : >"$m_work/applying"
  m_escape "${m__why_not:-it is not for this host}"
  printf 'skipped|%s\n' "$m_escaped" >"$m_work/step.result"
}

# m__judge_applies STATUS: in the driver: of a step that ended with STATUS within `applies`: an exit that is none of 0 says the same as a
# return. Gives the status that the step is to have.
m__judge_applies() {
  [ -s "$m_work/applying" ] && [ "$1" -le 128 ] || return "$1"
  [ "$1" -ne 0 ] || {
    printf '`applies` ended the step with an exit; let it return\n' >"$m_work/fail.reason"
    return 1
  }
  m__skip_step
}

# m__step_body: in the subshell. Under `set -e`, so that a raw command which fails in a step fails the step.
m__step_body() {
  local m__hook m__part m__first
  m_step=$m__step_id
  m__begin_state
  [ ! -s "${m__receipt:+$m__receipt/journal}" ] || m__resume_journal
  . "$m_work/vars"
  . "$m_work/secret_vars"
  for m__part in "$m_work"/playbook/uses/*/*.sh "$m_work"/playbook/lib/*.sh; do
    [ ! -f "$m__part" ] || . "$m__part"
  done
  unset -f undo applies 2>/dev/null || :
  verify() { :; }
  . "$m_work/playbook/$m__file"
  m__hook=
  ! m__defines undo || m__hook=$m_work/playbook/$m__file
  ! m__defines applies || m__applies || {
    m__leave_journal
    exit 0
  }
  set -e
  # A compare does not ask what is declared.
  [ "$m__action" = compare ] || state
  m__end_state
  # An apply needs the result at once: after a cage that does not hold, the next step must not run, because it may stop the
  # daemon that still serves.
  if [ "$m__action" != plan ]; then
    set +e
    m__drop "$m_work/bad-checks"
    verify
    if [ "$m__action" = apply ] && [ -s "$m_work/bad-checks" ]; then
      IFS= read -r m__first <"$m_work/bad-checks"
      m__unescape "$m__first"
      fail "$(($(wc -l <"$m_work/bad-checks"))) expectations do not hold: $m__unescaped"
    fi
  fi
  m__leave_journal
  exit 0
}

# m__find_receipt: finds the newest run that changed something and is not rolled back, or the one that was asked for. If the
# newest run was rolled back at once when it failed, the one before it was good, and is probably not meant: it must be asked
# for.
m__find_receipt() {
  local m__newest m__one m__taken
  m__newest=
  if [ -n "$m__target_run" ]; then
    m__receipt=$m__state_dir/runs/$m__target_run
    [ -s "$m__receipt/journal" ] || m__refuse "this host has no receipt of run $m__target_run"
    m__status_of "$m__receipt"
    case $m__status_word in
      rolled-back | taken-back) m__refuse "run $m__target_run is rolled back already" ;;
    esac
    m__refuse_member '--run ' ''
    return 0
  fi
  m__in_order >"$m_work/order"
  while IFS= read -r m__one; do
    [ -s "$m__one/journal" ] || continue
    m__status_of "$m__one"
    m__newest=$m__status_word
    case $m__newest in
      rolled-back) ;;
      taken-back) m__taken=${m__one##*/} ;;
      *) m__receipt=$m__one ;;
    esac
  done <"$m_work/order"
  if [ "$m__newest" = taken-back ]; then
    m__finish ok "run $m__taken failed and was rolled back already; to undo an older one, name it (--run)"
  fi
  if [ -z "$m__receipt" ]; then
    m__finish ok 'there is nothing to roll back on this host'
  fi
}

# m__preview_rollback: what a rollback would undo, in its order; nothing is touched.
m__preview_rollback() {
  local m__leader m__one_run m__entry_line m__count m__seq_read m__kind m__rest
  m__find_unit
  m__leader=${m__receipt##*/}
  m__sort_journals
  m__meta_of "$m__receipt"
  m__count=0
  while IFS='|' read -r m__seq_read m__kind m__rest; do
    case $m__kind in time | run | chain | bunch | switch | moved) ;; *) m__count=$((m__count + 1)) ;; esac
  done <"$m_work/backwards"
  m__emit receipt "${m__receipt##*/}" "$m__meta_playbook" "$m__meta_operator" "$m__meta_started" "$m__count"
  for m__one_run in $m__unit; do
    [ "$m__one_run" = "$m__leader" ] || m__emit res change run "$m__one_run" "run $m__leader continued it" 0 ''
  done
  while IFS= read -r m__entry_line <&3; do
    m__load "$m__entry_line"
    case $m__kind in time | run | chain | bunch | switch | moved) continue ;; esac
    m__emit res change "$m__kind" "$m__a1" 'would be undone' 0 "$m__entry_step"
  done 3<"$m_work/backwards"
}
