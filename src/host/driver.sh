# The driver: one process that takes a host through a whole run, apart from the connection that started it.
# Usage: sh driver.sh WORK-DIRECTORY. What it is to do stands in WORK-DIRECTORY/run; what it did, in log/000.ev.
m_work=$1
. "$m_work/run"
for m_part in codec events paths ways held trees read journal place resource planned services switches programs accounts lock dead units other-runs archives expect facts kept clear hand-back hand-plan prune undo undo-tree undo-system undo-package undo-registry rollback; do
  . "$m_work/runtime/$m_part.sh"
done
for m_part in "$m_work"/runtime/resources/*.sh; do
  . "$m_part"
done

# /usr/pkg/sbin first, because newer package tools are there; for the rest the base system's tools are the known ones.
PATH=/usr/pkg/sbin:/sbin:/usr/sbin:/bin:/usr/bin:/usr/pkg/bin:/usr/local/sbin:/usr/local/bin
[ -z "$m_search_path" ] || PATH=$m_search_path
LC_ALL=C
export PATH LC_ALL
umask 022
trap '' HUP

m_events=$m_work/log/000.ev
m_seq=0 m_staged=0 m_group='' m_kept_times='' m_step='' m_receipt='' m_hook='' m_force=${m_force:-no}
m_self_uid=$(id -u)
m_self_gid=$(id -g)
: >"$m_work/planned"
: >"$m_work/installs"
: >"$m_work/changed"
m_mode_run=plan

# m_finish OUTCOME REASON: the last event; then everything secret goes, and the follower may end.
m_finish() {
  m_emit fin "$1" "$2"
  [ -z "$m_locked" ] || m_drop_lock
  set --
  for m_file in "$m_work"/*; do
    case ${m_file##*/} in
      # What a follower needs, maybe one that comes back after the link broke.
      run | runtime | log | *.pid | chunk* | sizes) ;;
      *) set -- ${1+"$@"} "$m_file" ;;
    esac
  done
  [ $# -eq 0 ] || rm -rf "$@"
  : >"$m_work/done"
  exit 0
}

# m_refuse REASON: ends the run before it began; nothing was changed.
m_refuse() {
  m_finish failed "$1"
}
m_locked=

m_open_state() {
  if [ ! -d "$m_state_dir/runs" ]; then
    # Closed from the beginning: who dies between two commands leaves nothing open.
    (umask 077 && mkdir -p "$m_state_dir/runs") && chmod 0700 "$m_state_dir" "$m_state_dir/runs" ||
      m_refuse "cannot make $m_state_dir as $(id -un); log in as root, or set \`become\` for this host"
  fi
}

# m_open_receipt: what this run leaves on the host. The event log moves into it, so that it outlives the run.
m_open_receipt() {
  m_sweep_receipts
  m_receipt=$m_state_dir/runs/$m_run_id
  # A receipt that is there is never begun again: its journal may be all that an undo has.
  mkdir -m 0700 "$m_receipt" "$m_receipt/saved" || {
    m_receipt=
    m_refuse "cannot make the receipt $m_state_dir/runs/$m_run_id"
  }
  # One that is not whole, on a disk without room, could not be undone at the console.
  m_said=$(m_fill_receipt 2>&1) || {
    rm -rf "$m_receipt"
    m_receipt=
    m_refuse "cannot write the receipt $m_state_dir/runs/$m_run_id: ${m_said##*: }; nothing was begun"
  }
  ln -s "$m_receipt/events" "$m_work/events.new" && mv -f "$m_work/events.new" "$m_events"
}

m_fill_receipt() {
  m_take_number "$m_receipt" && printf '' >"$m_receipt/journal" &&
    printf 'run=%s\nplaybook=%s\ndigest=%s\noperator=%s\nstarted=%s\n' "$m_run_id" "$m_playbook" "$m_bundle_digest" \
      "$m_operator" "$(date -u '+%Y-%m-%dT%H:%M:%SZ')" >"$m_receipt/meta" &&
    printf 'running\n' >"$m_receipt/status" &&
    cp "$m_work/runtime/mask-files.awk" "$m_receipt/mask-files.awk" || return 1
  m_quote "$PATH"
  (cd "$m_work/runtime" && cat console-head.sh && printf 'PATH=%s\n' "$m_quoted" && cat codec.sh events.sh paths.sh ways.sh held.sh trees.sh read.sh services.sh switches.sh accounts.sh lock.sh dead.sh units.sh kept.sh clear.sh hand-back.sh hand-plan.sh undo.sh undo-tree.sh undo-system.sh undo-package.sh undo-registry.sh rollback.sh console-main.sh) >"$m_receipt/undo.sh" &&
    cat "$m_events" >"$m_receipt/events"
}

# m_close_receipt STATUS: a run that changed nothing leaves nothing.
m_close_receipt() {
  m_ended=failed
  [ "$1" != applied ] || m_ended=applied
  printf 'finished=%s\noutcome=%s\n' "$(date -u '+%Y-%m-%dT%H:%M:%SZ')" "$m_ended" >>"$m_receipt/meta"
  printf '%s\n' "$1" >"$m_receipt/status"
  if [ ! -s "$m_receipt/journal" ]; then
    cp "$m_receipt/events" "$m_work/events.new" && mv -f "$m_work/events.new" "$m_events"
    rm -rf "$m_receipt"
  fi
}

# m_start_ticker: its number is not written by the ticker itself: a follower that finds the driver dead would not know of one
# that has just begun.
m_start_ticker() {
  # From inside the directory: a short run may be over, and its directory gone, before this one begins.
  /bin/sh runtime/ticker.sh "$m_work" "$$" </dev/null >/dev/null 2>&1 &
  printf '%s\n' "$!" >"$m_work/ticker.pid"
}

. "$m_work/runtime/steps.sh"

m_find_digest
m_emit begin "$m_run_id" "$m_action"
# The first word needs a block of the disk. Without it nobody would hear what is done here, so nothing is.
[ -s "$m_events" ] || exit 74
m_start_ticker
m_sweep_work

case $m_action in
  facts)
    m_tell_others
    m_gather_facts
    m_finish ok ''
    ;;
  plan | verify | compare)
    # What is still at work when the time is over is told, and looked at as it is.
    m_await_others || :
    m_tell_others
    m_gather_facts
    m_run_steps
    m_tell_newcomers
    m_finish "$m_run_outcome" "$m_run_reason"
    ;;
  apply)
    m_open_state
    m_take_lock
    m_locked=1
    m_give_back_all
    m_mode_run=apply
    m_open_receipt
    m_gather_facts
    m_run_steps
    if [ "$m_run_outcome" = failed ]; then
      m_close_receipt "${m_taken_back:-failed}"
    else
      m_close_receipt applied
      [ "$m_all_steps" = no ] || rm -f "$m_state_dir/pending.$m_playbook"
      m_prune
    fi
    m_finish "$m_run_outcome" "$m_run_reason"
    ;;
  rollback)
    m_unit_limit=
    if [ "$m_preview" = yes ]; then
      m_await_others || :
      m_tell_others
      m_find_receipt
      m_preview_rollback
      m_finish ok ''
    fi
    m_return_lent
    m_find_receipt
    m_read_meta "$m_receipt"
    m_playbook=$m_meta_playbook
    m_take_lock
    m_locked=1
    # What was the newest run may have been taken back by whoever held the lock, or may be no longer the newest.
    m_receipt=
    m_find_receipt
    m_run_id=${m_receipt##*/}
    if m_rollback; then
      m_finish rolled-back ''
    fi
    m_finish failed "$m_undo_bad of the entries could not be undone"
    ;;
  exec)
    : >"$m_work/in-step"
    # By a name without a directory, which is sh's name for the command in every message, as at a terminal.
    (cd "$m_work/exec" && exec /bin/sh sh) </dev/null >>"$m_work/log/001.out" 2>>"$m_work/log/001.err"
    m_emit exit "$?"
    m_finish ok ''
    ;;
esac
