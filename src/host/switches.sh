# Services of which a run changes what rc.conf says, whatever else it does with them: a run may die before it comes to the
# service, and the boot after that starts what it found. So what ran is recorded with the change, and an undo sees that
# the same runs again. Entry: `SEQ|switch|SERVICE|STEP|SCRIPT|STATE|VARIABLE|.`; STATE is `stopped`, `running ID`, or `-`
# where an entry before it in the same run says that. VARIABLE is `program` where the program or the script changes.

# m__is_rc_conf PATH: rc scripts read it.
m__is_rc_conf() {
  case $1 in /etc/rc.conf | /etc/rc.conf.d/*) return 0 ;; esac
  return 1
}

# m__record_change OLD NEW: of m_path, a file of rc.conf's that becomes NEW: records each service that reads a variable which changes.
# rc_conf changes one, which it knows, but not what it was: that counts only where nobody reads it yet.
m__record_change() {
  local m__one_name m__one_value
  case $m__resource:$m_path in
    rc_conf:/etc/rc.conf)
      ! m__record_readers "$m__key" "$m__value" || return 0
      m__list_changed "$1" "$2"
      while read -r m__one_name m__one_value <&6; do
        case $m__one_name:$m__one_value in "$m__key":[Yy][Ee][Ss] | "$m__key":[Nn][Oo]) m__record_switch "$m__key" "$m__key" ;; esac
      done 6<"$m_work/variables"
      ;;
    *) m__record_switches "$1" "$2" ;;
  esac
}

# m__record_switches OLD NEW: the same, where any may change.
m__record_switches() {
  local m__variable m__value
  case $m_path in
    /etc/rc.conf.d/*) [ ! -f "/etc/rc.d/${m_path##*/}" ] || m__record_switch "${m_path##*/}" "${m_path##*/}" ;;
  esac
  m__list_changed "$1" "$2"
  while read -r m__variable m__value <&6; do
    m__record_readers "$m__variable" "$m__value" || :
  done 6<"$m_work/variables"
}

# m__list_changed OLD NEW: into $m_work/variables, `VARIABLE VALUE` of each line that one of them has alone.
m__list_changed() {
  diff "${1:-/dev/null}" "$2" | sed -n 's/^[<>][[:space:]]*\([A-Za-z_][A-Za-z0-9_]*\)=["'\'']\{0,1\}\([A-Za-z0-9]\{0,5\}\).*/\1 \2/p' | sort -u >"$m_work/variables"
}

# m__record_readers VARIABLE VALUE: the same of VARIABLE, which is or was VALUE. False when nobody is known to read it.
m__record_readers() {
  local m__variable m__value m__service_of
  m__variable=$1 m__value=$2
  m__find_switched
  for m__service_of in $m__switched; do
    m__record_switch "$m__service_of" "$m__variable"
  done
  [ -n "$m__switched" ]
}

# m__find_switched: sets m__switched to the services that read m__variable: those that have the name that it has, or begins
# with; and one that is yet to come, when it is a switch.
m__find_switched() {
  local m__prefix m__prefixes m__file m__line m__name_of m__of_cages
  m__switched='' m__prefixes='|' m__of_cages=
  m__prefix=$m__variable
  while :; do
    [ ! -f "/etc/rc.d/$m__prefix" ] || m__switched="$m__switched $m__prefix"
    m__prefixes="$m__prefixes$m__prefix|"
    case $m__prefix in *_*) m__prefix=${m__prefix%_*} ;; *) break ;; esac
  done
  m__list_names
  while IFS=: read -r m__file m__line; do
    m__file=${m__file##*/}
    m__name_of=${m__line#*=}
    m__name_of=${m__name_of#[\"\']}
    m__name_of=${m__name_of%[\"\']}
    case $m__line in
      rcvar=*) [ "$m__name_of" = "$m__variable" ] || continue ;;
      name=*) case $m__prefixes in *"|$m__name_of|"*) ;; *) continue ;; esac ;;
      *)
        [ "$m__file" != syslogd ] || m__of_cages=1
        continue
        ;;
    esac
    case " $m__switched " in *" $m__file "*) ;; *) m__switched="$m__switched $m__file" ;; esac
  done <"$m_work/names"
  # A syslogd that has sockets for cages reads this variable of every service.
  case $m__variable in *_chrootdir) [ -z "$m__of_cages" ] || m__record_switch syslogd chrootdir ;; esac
  [ -z "$m__switched" ] || return 0
  case $m__value in [Yy][Ee][Ss] | [Nn][Oo]) m__switched=$m__variable ;; esac
}

# m__list_names: into $m_work/names, `SCRIPT:LINE` of what names the rc scripts, once for a step unless one may have changed.
m__list_names() {
  # shellcheck disable=SC3013
  [ "${m__names_of-}" != "$m_step" ] || [ /etc/rc.d -nt "$m_work/names" ] || return 0
  m__names_of=$m_step
  # /dev/null: of one file alone, grep prints no name.
  grep -e '^rcvar=' -e '^name=' -e chrootdir /etc/rc.d/* /dev/null >"$m_work/names" 2>/dev/null || :
}

# m__record_switch SERVICE VARIABLE
m__record_switch() {
  local m__was_state m__service_file m__stray
  m__was_state=-
  case $m__known_switches in
    *"=$1|$2|"*) return 0 ;;
    *"=$1|"*) ;;
    *) m__was_state=stopped ;;
  esac
  if [ "$m__was_state" = stopped ]; then
    if [ -f "/etc/rc.d/$1" ]; then
      m__service_file="/etc/rc.d/$1"
      if m_service_pid "$m__service_file"; then
        m__process_id "$m_pid"
        m__was_state="running $m__process"
      fi
      m__find_strays "$m_pid"
      # Somebody started these by hand, and they stay.
      for m__stray in $m__strays; do
        m__process_id "$m__stray"
        printf '%s\n' "$m__process"
      done >"$m__receipt/saved/$((m__seq + 1)).strays"
    fi
  fi
  m__note switch "$1" "$m_step" "/etc/rc.d/$1" "$m__was_state" "$2"
  m__known_switches="$m__known_switches=$1|$2|"
}

# --- undoing -----------------------------------------------------------------------------------------------------

# m__refuse_foreign_conf: refuses a rollback if somebody changed a file of rc.conf's since the run. Such a file would stay as
# it is. Then the services of before would start with what the run put into it: in a cage that is gone by then, at a place to
# which an rc script moves their data. So nothing is undone until that is settled. This does not apply to a run that is
# rolled back at once.
m__refuse_foreign_conf() {
  local m__conf_seen m__foreign_conf m__entry_line
  [ "$m__force" != yes ] && [ -z "${m__unit_limit-}" ] && [ -s "$m_work/conf" ] || return 0
  m__conf_seen='' m__foreign_conf=''
  while IFS= read -r m__entry_line <&6; do
    m__load "$m__entry_line"
    [ "$m__kind" = path ] && m__is_rc_conf "$m_path" && ! m__is_undone || continue
    case $m__conf_seen in *"|$m_path|"*) continue ;; esac
    m__conf_seen="$m__conf_seen|$m_path|"
    m_print "$m_path"
    # Content that a run left, and that is not undone, is reported when a service starts by it.
    ! m__is_ours && ! grep -qF -- "|$m_state|" "$m__state_dir"/runs/*/journal || continue
    m__foreign_conf="$m__foreign_conf $m_path"
    m__result conflict path "$m_path" "somebody changed it since ($(m__what_differs))"
    if [ "$m__pre_type$m_type" = filefile ] && m__is_text "$m_path"; then
      m__emit_diff "$m_path" "$m__receipt/saved/$m__entry_seq"
    fi
  done 6<"$m_work/conf"
  m__enter "$m__leader"
  [ -z "$m__foreign_conf" ] ||
    m__refuse "nothing was undone: services start by$m__foreign_conf, which somebody changed since; remove that change and make it again afterwards, or roll back with --force, which keeps the present files in $m__state_dir/kept"
}

# $m_work/services has a line for each service of the unit: `SERVICE|SCRIPT|STATE|FIRST|OTHERS|PLACE|SEQ|RUN|STEP`. STATE is
# its state before the unit, and FIRST the kind of its first entry. OTHERS is set if there are entries of other kinds than
# switch, PLACE if one of its variables says where the service runs. If there is a switch, $m_work/conf has the entries about
# files of rc.conf's, last first.

# m__look_at_switches: before any file goes back: what runs and did not run before is stopped, and so is what runs elsewhere
# than before, because that is about to go. Sets m__down to the services that stay down, and m__up to those that must run.
m__look_at_switches() {
  local m__service m__service_file m__was_state m__first m__others m__cage_place m__entry_seq m__one_run m__entry_step
  local m__running m__processes_known
  m__down='' m__up=''
  m__list_switched_processes
  m__processes_known=1
  while IFS='|' read -r m__service m__service_file m__was_state m__first m__others m__cage_place m__entry_seq m__one_run m__entry_step <&3; do
    [ "$m__first" = switch ] || continue
    m__enter "$m__one_run"
    m__unescape "$m__service_file"
    m__service_file=$m__unescaped
    if [ "$m__was_state" = stopped ]; then
      m__down="$m__down|$m__service|"
      [ -f "$m__service_file" ] || continue
      if m_service_pid "$m__service_file" && [ -z "$m__others" ]; then
        m__undo_switch 'it did not run before'
      fi
      m__end_strays "$m_pid"
    else
      m__up="$m__up$m__service|$m__service_file|${m__was_state#running }|"
      m__running='' m_pid=''
      if [ -f "$m__service_file" ] && m_service_pid "$m__service_file"; then
        m__running=$m_pid
        m__find_process "$m_pid"
        [ "${m__was_state#running }" != "$m__process" ] || m__running=
        if [ -n "$m__running" ] && [ -z "$m__others" ] && [ -n "$m__cage_place" ]; then
          m__undo_switch 'it runs in another place than before'
          m__running=
        fi
      fi
      # Receipts of an older version have the service as running, but no strays.
      [ ! -f "$m__receipt/saved/$m__entry_seq.strays" ] || m__end_strays "$m_pid"
      m__up="$m__up$m__running|$m__entry_seq|$m__one_run|$m__entry_step$m_nl"
    fi
  done 3<"$m_work/services"
  m__enter "$m__leader"
}

# m__list_switched_processes: one look serves all services of the unit, until one of their processes ends.
m__list_switched_processes() {
  local m__service m__service_file m__rest
  : >"$m_work/processes"
  set --
  while IFS='|' read -r m__service m__service_file m__rest; do
    m__unescape "$m__service_file"
    [ ! -f "$m__unescaped" ] || set -- ${1+"$@"} "$m__unescaped"
  done <"$m_work/services"
  [ $# -eq 0 ] || m__list_processes "$@"
}

# m__find_strays PID: sets m__strays to the processes of m__service_file's program that its rc script does not find, which finds PID
# or nothing: the pid file of one that a boot started in a cage may be only there. Not to those that ran before, for whatever
# service.
m__find_strays() {
  local m__script_of m__stray m__began
  m__strays=
  [ -n "${m__processes_known-}" ] || m__list_processes "$m__service_file"
  while IFS='|' read -r m__script_of m__stray m__began <&9; do
    [ "$m__script_of" = "$m__service_file" ] && [ "$m__stray" != "$1" ] || continue
    m__process="$m__stray $m__began"
    if ! grep -qF "|running $m__process|" "$m_work/services" 2>/dev/null &&
      ! grep -qxF "$m__process" "$m__receipt/saved/${m__entry_seq-}.strays" 2>/dev/null; then
      m__strays="$m__strays $m__stray"
    fi
  done 9<"$m_work/processes"
}

# m__list_processes SCRIPT...: into $m_work/processes, of each process of these scripts' programs `SCRIPT|PID|BEGAN`, in the words of
# m__process_id.
m__list_processes() {
  ps -axww -o pid -o lstart -o command >"$m_work/processes.all" 2>/dev/null || :
  awk -v OFS='|' -v all="$m_work/processes.all" '
    FILENAME == all && FNR == 1 {
      for (script in program) gsub(/\$\{name\}|\$name/, name[script], program[script])
    }
    FILENAME == all {
      if ($6 ~ /^[0-9][0-9][0-9][0-9]$/ && $7 ~ /^\//)
        for (script in program) if (program[script] == $7) print script, $1, $2 " " $3 " " $4 " " $5 " " $6
      next
    }
    /^name=/ { sub(/^name=["\047]*/, ""); match($0, /^[A-Za-z0-9_]*/); name[FILENAME] = substr($0, 1, RLENGTH); next }
    /^command=/ && !(FILENAME in program) { sub(/^command=["\047]*/, ""); sub(/["\047 ].*/, ""); program[FILENAME] = $0 }
    ' "$@" "$m_work/processes.all" >"$m_work/processes" 2>/dev/null || :
}

# m__find_process PID: m__process_id of one that may be in the list.
m__find_process() {
  local m__script_of m__listed m__began
  while IFS='|' read -r m__script_of m__listed m__began; do
    [ "$m__listed" != "$1" ] || {
      m__process="$1 $m__began"
      return 0
    }
  done <"$m_work/processes"
  m__process_id "$1"
}

# m__end_strays PID: of m__find_strays, those of accounts that a daemon of these runs may have: what calls itself like the program and
# is another account's is nobody's service.
m__end_strays() {
  local m__ours m__stray
  [ -f "$m__service_file" ] || return 0
  m__find_strays "$1"
  [ -n "$m__strays" ] || return 0
  m__ours=
  for m__stray in $m__strays; do
    ! m__may_be_a_daemon "$m__stray" || m__ours="$m__ours $m__stray"
  done
  [ -n "$m__ours" ] || return 0
  m__processes_known=
  # shellcheck disable=SC2086
  kill $m__ours 2>/dev/null || :
  for m__stray in $m__ours; do
    m_await 15 m__is_gone "$m__stray" || ! m__may_be_a_daemon "$m__stray" || kill -9 "$m__stray" 2>/dev/null || :
  done
  m__emit res undone service "$m__service" "stopped, it did not run before (its rc script did not find it:$m__ours)" 0 "$m__entry_step"
}

# m__may_be_a_daemon PID: it is root's, or of an account that owns something that these runs touched.
m__may_be_a_daemon() {
  local m__stray_uid
  m__stray_uid=$(ps -o uid= -p "$1" 2>/dev/null | tr -d ' ')
  case $m__stray_uid in
    '' | *[!0-9]*) return 1 ;;
    0) return 0 ;;
  esac
  awk -F'|' -v uid="$m__stray_uid" '$2 == "path" && ($8 == uid || $13 == uid) { found = 1 } END { exit !found }' "$m_work/backwards"
}

m__undo_switch() {
  m__processes_known=
  if m__service_stop "$m__service_file" >/dev/null 2>&1; then
    m__emit res undone service "$m__service" "stopped, $1" 0 "$m__entry_step"
  else
    m__result failed service "$m__service" 'does not stop'
  fi
}

# m__undo_switches: after the other services, when all files are back: what ran when the run changed its variables runs again,
# and by them.
m__undo_switches() {
  local m__service m__service_file m__was m__running m__entry_seq m__one_run m__entry_step
  while IFS='|' read -r m__service m__service_file m__was m__running m__entry_seq m__one_run m__entry_step <&3; do
    [ -n "$m__service" ] || continue
    case $m__done_services in *"|$m__service|"*) continue ;; esac
    m__enter "$m__one_run"
    if m_service_pid "$m__service_file"; then
      m__process_id "$m_pid"
      if [ "$m__process" = "$m__was" ] || [ "$m_pid" != "$m__running" ]; then
        m__result kept service "$m__service" "runs, pid $m_pid"
        continue
      fi
    fi
    m__replace_service
  done 3<<EOF
$m__up
EOF
}

# m__replace_service: m__running, which runs by what the run changed, makes room for one that does not. Its rc script may not
# find it any more.
m__replace_service() {
  [ -z "$m__running" ] || m__service_stop "$m__service_file" >/dev/null 2>&1 || :
  if [ -n "$m__running" ] && kill "$m__running" 2>/dev/null; then
    m_await 15 m__is_gone "$m__running" || kill -9 "$m__running" 2>/dev/null || :
  fi
  m__undo_start
}

m__is_gone() {
  ! kill -0 "$1" 2>/dev/null
}

# m__prove_services: says which of the services that the runs touched serve now; each must as before.
m__prove_services() {
  local m__serving m__service m__service_file m__was_state m__first m__others m__cage_place m__entry_seq m__one_run
  local m__entry_step m__is
  m__serving=
  m__forget_dead_services
  while IFS='|' read -r m__service m__service_file m__was_state m__first m__others m__cage_place m__entry_seq m__one_run m__entry_step <&3; do
    m__unescape "$m__service_file"
    m__is=stopped
    if [ -f "$m__unescaped" ] && m_service_pid "$m__unescaped"; then
      m__is=running
      m__serving="$m__serving, $m__service runs (pid $m_pid)"
    else
      m__serving="$m__serving, $m__service does not run"
    fi
    case $m__bad_services in *"|$m__service|"*) continue ;; esac
    [ "${m__was_state%% *}" = "$m__is" ] || m__result failed service "$m__service" "is $m__is at the end, and was ${m__was_state%% *}"
  done 3<"$m_work/services"
  [ -z "$m__serving" ] || notice "after the rollback:${m__serving#,}"
}

# m__forget_dead_services: one look at all: a process that is dead and waits to be buried serves nobody.
m__forget_dead_services() {
  local m__one_pid m__state
  ps -ax -o pid -o stat >"$m_work/processes.all" 2>/dev/null || m__forget_services
  while read -r m__one_pid m__state; do
    case $m__state:$m__known_services in Z*:*"=$m__one_pid|"*) m__forget_services ;; esac
  done <"$m_work/processes.all"
}

# m__say_other_conf: where m__service starts by variables that a run changed which is not undone, it may not be as it was.
m__say_other_conf() {
  local m__other_runs m__one
  m__other_runs=
  for m__one in "$m__state_dir"/runs/*; do
    case " $m__unit " in *" ${m__one##*/} "*) continue ;; esac
    m__is_open "$m__one" && grep -q "^[0-9]*|switch|$m__service|" "$m__one/journal" || continue
    m__other_runs="$m__other_runs ${m__one##*/}"
  done
  [ -z "$m__other_runs" ] ||
    notice "service $m__service starts with the present rc.conf, in which these runs changed something and are not undone:$m__other_runs"
}
