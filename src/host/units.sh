# Which runs there were, in which order, and which of them are one to a rollback. The order is that of a number which each
# receipt takes under the lock: clocks of controllers, which are in the names of runs, may be anywhere.

# m__in_order: prints the receipts, oldest first. Those of older versions have no number; they are in the order of their
# names, before the others.
m__in_order() {
  local m__one m__number
  for m__one in "$m__state_dir"/runs/*; do
    [ -d "$m__one" ] || continue
    m__number=
    [ ! -f "$m__one/number" ] || read -r m__number <"$m__one/number" || :
    printf '%s %s\n' "${m__number:-0}" "$m__one"
  done | sort -n | sed 's/^[0-9]* //'
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

# m__is_open RECEIPT: there is something in it that a rollback would undo.
m__is_open() {
  [ -s "$1/journal" ] || return 1
  case $(cat "$1/status" 2>/dev/null) in rolled-back | taken-back) return 1 ;; esac
}

# m__is_unfinished RECEIPT: that run did not come to a good end: it failed, or its driver died.
m__is_unfinished() {
  case $(cat "$1/status" 2>/dev/null) in
    '' | running | failed) return 0 ;;
    # A rollback has begun since, and says no more how the run ended.
    rolling-back | rollback-incomplete) ;;
    *) return 1 ;;
  esac
  grep -q '^outcome=failed' "$1/meta" || ! grep -q '^finished=' "$1/meta"
}

m__playbook_of() {
  sed -n 's/^playbook=//p' "$1/meta"
}

# m__find_unit: sets m__unit to the runs that are undone with m__receipt, their ids, newest first, m__receipt's own first of all.
# Those are the runs of the same playbook directly before it that it went on with: ones that did not come to a good end,
# and ones that changed how a service is started which it was the first to stop. Undone alone, it would start the daemon
# of before with what is still theirs.
m__find_unit() {
  local m__one_run m__unit_of m__one
  m__unit=${m__receipt##*/}
  # A rollback that was cut knew it; by their statuses it cannot be told any more.
  if [ -f "$m__receipt/unit" ]; then
    m__unit=
    while read -r m__one_run; do
      [ ! -d "$m__state_dir/runs/$m__one_run" ] || m__unit=$m__unit${m__unit:+ }$m__one_run
    done <"$m__receipt/unit"
    return 0
  fi
  m__unit_of=$(m__playbook_of "$m__receipt")
  m__in_order | awk -v receipt="$m__receipt" '$0 == receipt { exit } { line[++n] = $0 } END { for (i = n; i; i--) print line[i] }' >"$m_work/older"
  while IFS= read -r m__one <&7; do
    m__is_open "$m__one" || continue
    [ "$(m__playbook_of "$m__one")" = "$m__unit_of" ] || break
    if ! m__is_unfinished "$m__one"; then
      # A run that is taken back at once takes no good one with it.
      [ -z "${m__unit_limit-}" ] && m__prepares_unit "$m__one" || break
    fi
    m__unit="$m__unit ${m__one##*/}"
  done 7<"$m_work/older"
}

# m_with_journals COMMAND...: runs COMMAND with the journals of this run, and of the unfinished ones that are taken back with it, as
# further arguments.
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
  local m__member
  m__leader=
  m__member=$1
  m__in_order | awk -v receipt="$m__member" 'newer { line[++n] = $0 } $0 == receipt { newer = 1 } END { for (i = n; i; i--) print line[i] }' >"$m_work/newer"
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
  [ -z "$m__leader" ] || m__refuse "run $m__leader went on with run ${m__receipt##*/}, so they are undone together, by $1$m__leader$2"
}

# m__enter RUN-ID: what follows is about the receipt of this run.
m__enter() {
  m__run_id=$1
  m__receipt=$m__state_dir/runs/$1
}
