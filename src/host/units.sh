# Which runs there were, in which order, and which of them are one to a rollback. The order is that of a number which each
# receipt takes under the lock: clocks of controllers, which are in the names of runs, may be anywhere.

# m_in_order: prints the receipts, oldest first. Those of older versions have no number; they are in the order of their
# names, before the others.
m_in_order() {
  for m_one in "$m_state_dir"/runs/*; do
    [ -d "$m_one" ] || continue
    m_number=
    [ ! -f "$m_one/number" ] || read -r m_number <"$m_one/number" || :
    printf '%s %s\n' "${m_number:-0}" "$m_one"
  done | sort -n | sed 's/^[0-9]* //'
}

# m_take_number RECEIPT: numbers it behind all others. The lock must be held.
m_take_number() {
  m_next=0
  for m_one in "$m_state_dir"/runs/*/number; do
    [ -f "$m_one" ] && read -r m_number <"$m_one" || continue
    [ "$m_number" -le "$m_next" ] || m_next=$m_number
  done
  printf '%s\n' "$((m_next + 1))" >"$1/number"
}

# m_is_open RECEIPT: there is something in it that a rollback would undo.
m_is_open() {
  [ -s "$1/journal" ] || return 1
  case $(cat "$1/status" 2>/dev/null) in rolled-back | taken-back) return 1 ;; esac
}

# m_is_unfinished RECEIPT: that run did not come to a good end: it failed, or its driver died.
m_is_unfinished() {
  case $(cat "$1/status" 2>/dev/null) in
    '' | running | failed) return 0 ;;
    # A rollback has begun since, and says no more how the run ended.
    rolling-back | rollback-incomplete) ;;
    *) return 1 ;;
  esac
  grep -q '^outcome=failed' "$1/meta" || ! grep -q '^finished=' "$1/meta"
}

m_playbook_of() {
  sed -n 's/^playbook=//p' "$1/meta"
}

# m_find_unit: sets m_unit to the runs that are undone with m_receipt, their ids, newest first, m_receipt's own first of all.
# Those are the runs of the same playbook directly before it that it went on with: ones that did not come to a good end,
# and ones that changed how a service is started which it was the first to stop. Undone alone, it would start the daemon
# of before with what is still theirs.
m_find_unit() {
  m_unit=${m_receipt##*/}
  # A rollback that was cut knew it; by their statuses it cannot be told any more.
  if [ -f "$m_receipt/unit" ]; then
    m_unit=
    while read -r m_id; do
      [ ! -d "$m_state_dir/runs/$m_id" ] || m_unit=$m_unit${m_unit:+ }$m_id
    done <"$m_receipt/unit"
    return 0
  fi
  m_unit_of=$(m_playbook_of "$m_receipt")
  m_in_order | awk -v receipt="$m_receipt" '$0 == receipt { exit } { line[++n] = $0 } END { for (i = n; i; i--) print line[i] }' >"$m_work/older"
  while IFS= read -r m_one <&7; do
    m_is_open "$m_one" || continue
    [ "$(m_playbook_of "$m_one")" = "$m_unit_of" ] || break
    if ! m_is_unfinished "$m_one"; then
      # A run that is taken back at once takes no good one with it.
      [ -z "${m_unit_limit-}" ] && m_prepares_unit "$m_one" || break
    fi
    m_unit="$m_unit ${m_one##*/}"
  done 7<"$m_work/older"
}

# m_prepares_unit RECEIPT: that run changed what rc.conf says of a service, and left it to a run of the unit to stop it.
m_prepares_unit() {
  set -- "$1/journal"
  for m_id in $m_unit; do
    set -- "$@" "$m_state_dir/runs/$m_id/journal"
  done
  awk -F'|' '
    FNR == 1 { files++ }
    files == 1 && $2 == "switch" && $7 != "program" { switched[$3] = 1 }
    files == 1 && ($2 == "service" || $2 == "restart") { delete switched[$3] }
    files > 1 && $2 == "service" && $6 == "running" && ($3 in switched) { found = 1 }
    END { exit !found }' "$@"
}

# m_find_leader RECEIPT: sets m_leader to the newer run with which RECEIPT is undone, or to nothing.
m_find_leader() {
  m_leader=
  m_member=$1
  m_in_order | awk -v receipt="$m_member" 'newer { line[++n] = $0 } $0 == receipt { newer = 1 } END { for (i = n; i; i--) print line[i] }' >"$m_work/newer"
  while IFS= read -r m_receipt <&8; do
    m_is_open "$m_receipt" || continue
    m_find_unit
    case " $m_unit " in *" ${m_member##*/} "*)
      m_leader=${m_receipt##*/}
      break
      ;;
    esac
  done 8<"$m_work/newer"
  m_receipt=$m_member
}

# m_refuse_member WORDS: ends here if m_receipt belongs to a newer run; WORDS and its id say how to undo that.
m_refuse_member() {
  m_find_leader "$m_receipt"
  [ -z "$m_leader" ] || m_refuse "run $m_leader went on with run ${m_receipt##*/}, so they are undone together, by $1$m_leader$2"
}

# m_enter RUN-ID: what follows is about the receipt of this run.
m_enter() {
  m_run_id=$1
  m_receipt=$m_state_dir/runs/$1
}
