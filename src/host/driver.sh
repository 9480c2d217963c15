# The driver: one process that takes a host through a whole run, apart from the connection that started it.
# Usage: sh driver.sh WORK-DIRECTORY. What it is to do stands in WORK-DIRECTORY/run; what it did, in log/000.ev.
m_work=$1
. "$m_work/run"
. "$m_work/runtime/parts.sh"

# /usr/pkg/sbin first, because newer package tools are there; for the rest the base system's tools are the known ones.
PATH=/usr/pkg/sbin:/sbin:/usr/sbin:/bin:/usr/bin:/usr/pkg/bin:/usr/local/sbin:/usr/local/bin
[ -z "$m__search_path" ] || PATH=$m__search_path
LC_ALL=C
export PATH LC_ALL
umask 022
trap '' HUP

m__events=$m_work/log/000.ev m__events_copy=
m__clock=0 m__clock_then=0 m__ticks_then=0 m__seq=0 m__staged=0 m__group='' m__kept_times='' m__known_switches='' m__looks=0 m_step='' m__receipt='' m__hook='' m__force=${m__force:-no}
m__mode_run=plan

# m__finish OUTCOME REASON: the last event; then everything secret goes, and the follower may end.
m__finish() {
  m__emit fin "$1" "$2"
  [ -z "$m__locked" ] || m__drop_lock
  # A follower that has read the last word removes all of it anyway; one that is not there may come back for the rest.
  if ! m__runs follower; then
    m__drop_rest "$m_work"
    m__runs ticker || m__start_ticker
  elif [ -s "$m_work/secret_vars" ]; then
    m__drop_rest "$m_work"
  fi
  { printf '' >"$m_work/done"; } 2>/dev/null || {
    m__drop_rest "$m_work"
    : >"$m_work/done"
  }
  # It harms nobody who may have that number by now.
  ! m__runs follower || kill -s CONT "$m__pid" 2>/dev/null
  exit 0
}

# m__refuse REASON: ends the run before it began; nothing was changed.
m__refuse() {
  m__finish failed "$1"
}
m__locked=

m__open_state() {
  if [ ! -d "$m__state_dir/runs" ]; then
    # Closed from the beginning: who dies between two commands leaves nothing open.
    (umask 077 && mkdir -p "$m__state_dir/runs") && chmod 0700 "$m__state_dir" "$m__state_dir/runs" ||
      m__refuse "cannot make $m__state_dir as $(id -un); log in as root, or set \`become\` for this host"
  fi
}

# m__open_receipt: what this run leaves on the host. The events have a copy in it, which outlives the run.
m__open_receipt() {
  local m__said
  m__sweep_receipts
  m__receipt=$m__state_dir/runs/$m__run_id
  # A receipt that is there is never begun again: its journal may be all that an undo has.
  mkdir -m 0700 "$m__receipt" "$m__receipt/saved" || {
    m__receipt=
    m__refuse "cannot make the receipt $m__state_dir/runs/$m__run_id"
  }
  # One that is not whole, on a disk without room, could not be undone at the console.
  m__fill_receipt 2>"$m_work/receipt.said" || {
    m__said=$(cat "$m_work/receipt.said")
    rm -rf "$m__receipt"
    m__receipt=
    m__refuse "cannot write the receipt $m__state_dir/runs/$m__run_id: ${m__said##*: }; nothing was begun"
  }
  m__events_copy=$m__receipt/events
}

m__fill_receipt() {
  local m__part
  m__take_number "$m__receipt" && printf '' >"$m__receipt/journal" &&
    printf 'run=%s\nplaybook=%s\ndigest=%s\noperator=%s\nstarted=%s\n' "$m__run_id" "$m__playbook" "$m__bundle_digest" \
      "$m__operator" "$m__now_is" >"$m__receipt/meta" &&
    printf 'running\n' >"$m__receipt/status" &&
    cp "$m_work/runtime/mask-files.awk" "$m__receipt/mask-files.awk" || return 1
  # A few lines: what was said until now.
  while IFS= read -r m__part; do
    printf '%s\n' "$m__part" || return 1
  done <"$m__events" >"$m__receipt/events" || return 1
  m_quote "$PATH"
  printf 'PATH=%s\n' "$m_quoted" >"$m_work/path" || return 1
  set -- "$m_work/runtime/console-head.sh" "$m_work/path"
  for m__part in codec events paths ways held trees read services switches accounts lock dead units kept clear hand-back hand-plan undo undo-bunch undo-tree undo-system undo-package undo-registry journals rollback private console-main; do
    set -- "$@" "$m_work/runtime/$m__part.sh"
  done
  cat "$@" >"$m__receipt/undo.sh"
}

# m__close_receipt STATUS: a run that changed nothing leaves nothing.
m__close_receipt() {
  local m__ended
  if [ ! -s "$m__receipt/journal" ]; then
    m__events_copy=
    rm -rf "$m__receipt"
    return 0
  fi
  m__ended=failed
  [ "$1" != applied ] || m__ended=applied
  m__now_here
  printf 'finished=%s\noutcome=%s\n' "$m__now_is" "$m__ended" >>"$m__receipt/meta"
  printf '%s\n' "$1" >"$m__receipt/status"
  [ "$1" != applied ] || [ ! -s "$m__receipt/temps" ] || : >"$m__receipt/temps"
}

# m__start_ticker: its number is not written by the ticker itself: a follower that finds the driver dead would not know of one
# that has just begun.
m__start_ticker() {
  # From inside the directory: a short run may be over, and its directory gone, before this one begins.
  /bin/sh runtime/ticker.sh "$m_work" "$$" </dev/null >/dev/null 2>&1 &
  printf '%s\n' "$!" >"$m_work/ticker.pid"
}

. "$m_work/runtime/steps.sh"

# m__begin: what all need but a command.
m__begin() {
  m__know_self
  m__find_digest
  : >"$m_work/planned"
  : >"$m_work/installs"
  : >"$m_work/changed"
  # Emptied before each step, which needs no room on the disk.
  : >"$m_work/step.result"
  : >"$m_work/guarded"
  : >"$m_work/applying"
}

m__say_step - -
printf '' >"$m_work/ticks"
[ "$m__action" = exec ] || m__begin
m__emit begin "$m__run_id" "$m__action"
# The first word needs a block of the disk. Without it nobody would hear what is done here, so nothing is.
[ -s "$m__events" ] || exit 74
case $m__action in exec | facts) ;; *) m__start_ticker ;; esac
m__sweep_work

case $m__action in
  facts)
    m__tell_others
    m__gather_facts
    m__finish ok ''
    ;;
  plan | verify | compare)
    # If another run is still at work when the wait is over, it is reported, and the host is looked at as it is.
    m__await_others || :
    m__tell_others
    m__gather_facts
    m__run_steps
    m__tell_newcomers
    m__finish "$m__run_outcome" "$m__run_reason"
    ;;
  apply)
    m__open_state
    m__take_lock
    m__locked=1
    m__give_back_all
    m__mode_run=apply
    m__open_receipt
    m__gather_facts
    m__run_steps
    if [ "$m__run_outcome" = failed ]; then
      m__close_receipt "${m__taken_back:-failed}"
    else
      m__close_receipt applied
      [ "$m__all_steps" = no ] || m__drop "$m__state_dir/pending.$m__playbook"
      m__prune
    fi
    m__finish "$m__run_outcome" "$m__run_reason"
    ;;
  rollback)
    m__unit_limit=
    if [ "$m__preview" = yes ]; then
      m__await_others || :
      m__tell_others
      m__find_receipt
      m__preview_rollback
      m__finish ok ''
    fi
    m__return_lent
    m__find_receipt
    m__meta_of "$m__receipt"
    m__playbook=$m__meta_playbook
    m__take_lock
    m__locked=1
    # While this one waited for the lock, its holder may have rolled back the newest run, or made a newer one.
    m__receipt=
    m__find_receipt
    m__run_id=${m__receipt##*/}
    if m__rollback; then
      m__finish rolled-back ''
    fi
    m__finish failed "$m__undo_bad of the entries could not be undone"
    ;;
  exec)
    m__say_step exec 0
    # By a name without a directory, which is sh's name for the command in every message, as at a terminal.
    (cd "$m_work/exec" && exec /bin/sh sh) </dev/null >>"$m_work/log/001.out" 2>>"$m_work/log/001.err"
    m__status=$?
    [ "$m__status" -ne 0 ] || ! m__was_ended || m__status=143
    m__emit exit "$m__status"
    m__finish ok ''
    ;;
esac
