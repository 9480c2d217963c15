# Which runs there were, in which order, and which of them are one to a rollback. The order is that of a number which each
# receipt takes under the lock: clocks of controllers, which are in the names of runs, may be anywhere.

# m__in_order: prints the receipts, oldest first. Those of older versions have no number; they are in the order of their
# names, before the others. Names begin with a time, so they are in order already unless a clock was wrong.
m__in_order() {
  local m__one m__number m__last_number m__numbered_lines m__lines
  m__last_number=0 m__numbered_lines='' m__lines=''
  for m__one in "$m__state_dir"/runs/*; do
    [ -d "$m__one" ] || continue
    m__number=
    [ ! -f "$m__one/number" ] || read -r m__number <"$m__one/number" || :
    m__numbered_lines="$m__numbered_lines${m__number:-0} $m__one$m_nl"
    m__lines=$m__lines$m__one$m_nl
    [ "${m__number:-0}" -ge "$m__last_number" ] || m__last_number=unsorted
    [ "$m__last_number" = unsorted ] || m__last_number=${m__number:-0}
  done
  if [ "$m__last_number" = unsorted ]; then
    printf '%s' "$m__numbered_lines" | sort -n | sed 's/^[0-9]* //'
  else
    printf '%s' "$m__lines"
  fi
}

# m__take_number RECEIPT: numbers it behind all others. The lock must be held.
m__take_number() {
  local m__next m__one m__number
  m__next=0
  for m__one in "$m__state_dir"/runs/*/number; do
    [ -f "$m__one" ] && read -r m__number <"$m__one" || continue
    [ "$m__number" -le "$m__next" ] || m__next=$m__number
  done
  printf '%s\n' "$((m__next + 1))" >"$1/number"
}

# m__status_of RECEIPT: sets m__status_word; to nothing where a power cut left none.
m__status_of() {
  m__status_word=
  { read -r m__status_word <"$1/status"; } 2>/dev/null || :
}

# m__is_open RECEIPT: there is something in it that a rollback would undo.
m__is_open() {
  [ -s "$1/journal" ] || return 1
  m__status_of "$1"
  case $m__status_word in rolled-back | taken-back) return 1 ;; esac
}

# m__is_unfinished RECEIPT: that run did not come to a good end: it failed, or its driver died.
m__is_unfinished() {
  m__status_of "$1"
  case $m__status_word in
    '' | running | failed) return 0 ;;
    # A rollback has begun since, and says no more how the run ended.
    rolling-back | rollback-incomplete) ;;
    *) return 1 ;;
  esac
  m__meta_of "$1"
  case $m__meta_finished:$m__meta_outcome in :* | *:failed*) return 0 ;; esac
  return 1
}

# m__meta_of RECEIPT: sets m__meta_playbook, m__meta_operator, m__meta_started, m__meta_finished and m__meta_outcome.
m__meta_of() {
  local m__line
  m__meta_playbook='' m__meta_operator='' m__meta_started='' m__meta_finished='' m__meta_outcome=''
  while IFS= read -r m__line; do
    case $m__line in
      playbook=*) m__meta_playbook=${m__line#*=} ;;
      operator=*) m__meta_operator=${m__line#*=} ;;
      started=*) m__meta_started=${m__line#*=} ;;
      finished=*) m__meta_finished=${m__line#*=} ;;
      outcome=*) m__meta_outcome=${m__line#*=} ;;
    esac
  done <"$1/meta"
}

# m__find_unit: sets m__unit to the ids of the runs that are undone together with m__receipt, newest first, its own before
# all others. They are the runs of the same playbook directly before it that it continued. Either they did not end well, or
# they changed how a service is started, and a later run of the unit was the first to stop that service. If the later run
# were undone alone, the old daemon would start with the settings of those before.
m__find_unit() {
  local m__one_run m__unit_of m__one
  m__unit=${m__receipt##*/}
  # A rollback that was cut wrote the unit down; the statuses of its runs do not show it any more.
  if [ -f "$m__receipt/unit" ]; then
    m__unit=
    while read -r m__one_run; do
      [ ! -d "$m__state_dir/runs/$m__one_run" ] || m__unit=$m__unit${m__unit:+ }$m__one_run
    done <"$m__receipt/unit"
    return 0
  fi
  m__meta_of "$m__receipt"
  m__unit_of=$m__meta_playbook
  m__list_older "$m__receipt"
  while IFS= read -r m__one <&7; do
    m__is_open "$m__one" || continue
    m__meta_of "$m__one"
    [ "$m__meta_playbook" = "$m__unit_of" ] || break
    if ! m__is_unfinished "$m__one"; then
      # A run that is rolled back at once leaves good runs as they are.
      [ -z "${m__unit_limit-}" ] && m__prepares_unit "$m__one" || break
    fi
    m__unit="$m__unit ${m__one##*/}"
  done 7<"$m_work/older"
}

# m__list_older RECEIPT: into $m_work/older, the receipts before it, newest first.
m__list_older() {
  local m__one m__lines
  m__lines=
  m__in_order >"$m_work/older"
  while IFS= read -r m__one; do
    [ "$m__one" != "$1" ] || break
    m__lines=$m__one$m_nl$m__lines
  done <"$m_work/older"
  printf '%s' "$m__lines" >"$m_work/older"
}

# m_with_journals COMMAND...: runs COMMAND with further arguments: the journals of this run, and of the unfinished runs that
# are rolled back together with it.
m_with_journals() {
  local m__unit_limit m__one_run
  m__unit_limit=unfinished
  m__find_unit
  for m__one_run in $m__unit; do
    set -- "$@" "$m__state_dir/runs/$m__one_run/journal"
  done
  "$@"
}

# m__prepares_unit RECEIPT: that run changed what rc.conf says of a service, and left it to a run of the unit to stop it.
m__prepares_unit() {
  local m__one_run
  set -- "$1/journal"
  for m__one_run in $m__unit; do
    set -- "$@" "$m__state_dir/runs/$m__one_run/journal"
  done
  awk -F'|' '
    FNR == 1 { files++ }
    files == 1 && $2 == "switch" && $7 != "program" { switched[$3] = 1 }
    files == 1 && ($2 == "service" || $2 == "restart") { delete switched[$3] }
    files > 1 && $2 == "service" && $6 == "running" && ($3 in switched) { found = 1 }
    END { exit !found }' "$@"
}

# m__find_leader RECEIPT: sets m__leader to the newer run with which RECEIPT is undone, or to nothing.
m__find_leader() {
  local m__member m__one m__newer
  m__leader=
  m__member=$1
  m__in_order >"$m_work/order"
  m__newer=
  while IFS= read -r m__one; do
    m__newer=$m__one$m_nl$m__newer
    [ "$m__one" != "$m__member" ] || m__newer=
  done <"$m_work/order"
  printf '%s' "$m__newer" >"$m_work/newer"
  while IFS= read -r m__receipt <&8; do
    m__is_open "$m__receipt" || continue
    m__find_unit
    case " $m__unit " in *" ${m__member##*/} "*)
      m__leader=${m__receipt##*/}
      break
      ;;
    esac
  done 8<"$m_work/newer"
  m__receipt=$m__member
}

# m__refuse_member WORDS: ends here if m__receipt belongs to a newer run; WORDS and its id say how to undo that.
m__refuse_member() {
  m__find_leader "$m__receipt"
  [ -z "$m__leader" ] || m__refuse "run $m__leader continued run ${m__receipt##*/}, so they are undone together, by $1$m__leader$2"
}

# m__enter RUN-ID: what follows is about the receipt of this run.
m__enter() {
  m__run_id=$1
  m__receipt=$m__state_dir/runs/$1
}
