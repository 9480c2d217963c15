# Services of which a run changes what rc.conf says, whatever else it does with them: a run may die before it comes to the
# service, and the boot after that starts what it found. So what ran is recorded with the change, and an undo sees that
# the same runs again. Entry: `SEQ|switch|SERVICE|STEP|SCRIPT|STATE|VARIABLE|.`; STATE is `stopped`, `running ID`, or `-`
# where an entry before it in the same run says that. VARIABLE is `program` where the program or the script changes.

# m_is_rc_conf PATH: rc scripts read it.
m_is_rc_conf() {
  case $1 in /etc/rc.conf | /etc/rc.conf.d/*) return 0 ;; esac
  return 1
}

# m_record_switches OLD NEW: of m_path, a file of rc.conf's that becomes NEW: records each service that reads a variable which
# changes.
m_record_switches() {
  m_old_conf=$1
  [ -n "$1" ] || m_old_conf=/dev/null
  case $m_path in
    /etc/rc.conf.d/*) [ ! -f "/etc/rc.d/${m_path##*/}" ] || m_record_switch "${m_path##*/}" "${m_path##*/}" ;;
  esac
  diff "$m_old_conf" "$2" | sed -n 's/^[<>][[:space:]]*\([A-Za-z_][A-Za-z0-9_]*\)=["'\'']\{0,1\}\([A-Za-z0-9]\{0,5\}\).*/\1 \2/p' | sort -u >"$m_work/variables"
  while read -r m_variable m_value <&6; do
    m_find_switched
    for m_service_of in $m_switched; do
      m_record_switch "$m_service_of" "$m_variable"
    done
  done 6<"$m_work/variables"
}

# m_find_switched: sets m_switched to the services that read m_variable: those that have the name that it has, or begins
# with; and one that is yet to come, when it is a switch.
m_find_switched() {
  m_switched=
  set -- -e "^rcvar=[\"']*${m_variable}[\"']*\$"
  m_prefix=$m_variable
  while :; do
    [ ! -f "/etc/rc.d/$m_prefix" ] || m_switched="$m_switched $m_prefix"
    set -- "$@" -e "^name=[\"']*${m_prefix}[\"']*\$"
    case $m_prefix in *_*) m_prefix=${m_prefix%_*} ;; *) break ;; esac
  done
  # Where syslogd has sockets for cages, it asks everybody's.
  case $m_variable in
    *_chrootdir) ! grep -q chrootdir /etc/rc.d/syslogd 2>/dev/null || m_record_switch syslogd chrootdir ;;
  esac
  grep -l "$@" /etc/rc.d/* >"$m_work/scripts" 2>/dev/null || :
  while IFS= read -r m_file; do
    m_file=${m_file##*/}
    case " $m_switched " in *" $m_file "*) ;; *) m_switched="$m_switched $m_file" ;; esac
  done <"$m_work/scripts"
  [ -z "$m_switched" ] || return 0
  case $m_value in [Yy][Ee][Ss] | [Nn][Oo]) m_switched=$m_variable ;; esac
}

# m_record_switch SERVICE VARIABLE
m_record_switch() {
  m_state=-
  if ! grep -q "^[0-9]*|switch|$1|" "$m_receipt/journal"; then
    m_state=stopped
    if [ -f "/etc/rc.d/$1" ]; then
      m_service_file="/etc/rc.d/$1"
      if m_service_pid "$m_service_file"; then
        m_process_id "$m_pid"
        m_state="running $m_process"
      fi
      m_find_strays "$m_pid"
      # Somebody started these by hand, and they stay.
      for m_stray in $m_strays; do
        m_process_id "$m_stray"
        printf '%s\n' "$m_process"
      done >"$m_receipt/saved/$((m_seq + 1)).strays"
    fi
  elif grep -q "^[0-9]*|switch|$1|.*|$2|\.\$" "$m_receipt/journal"; then
    return 0
  fi
  m_record switch "$1" "$m_step" "/etc/rc.d/$1" "$m_state" "$2"
}

# m_process_id PID: sets m_process to what no other process has: after a reboot another one may have the number. The time of its
# start stands in company, because alone it is cut to the width of a day on some releases.
m_process_id() {
  m_process=''
  {
    read -r m_rest
    read -r m_process
  } <<EOF || :
$(ps -o lstart -o pid -p "$1" 2>/dev/null | tr -s ' ')
EOF
  m_process="$1 ${m_process% "$1"}"
  m_process=${m_process% }
}

# --- undoing -----------------------------------------------------------------------------------------------------

# m_find_services: into $m_work/services, `SERVICE|SCRIPT|STATE|FIRST|OTHERS|PLACE|SEQ|RUN|STEP` of each service of the unit:
# STATE of before the unit, FIRST the kind of its first entry, OTHERS when there are entries of other kinds than switch,
# PLACE when one of its variables says where it runs.
m_find_services() {
  awk '{ line[++n] = $0 } END { for (i = n; i; i--) print line[i] }' "$m_work/backwards" | awk -F'|' -v OFS='|' '
    # Here the entry of a run is behind its own.
    $2 == "run" { for (i = 1; i <= n; i++) if (!(i in run)) run[i] = $3; next }
    $2 != "switch" && $2 != "service" && $2 != "restart" { next }
    !($3 in at) {
      at[$3] = ++n
      name[n] = $3; script[n] = $5; first[n] = $2; seq[n] = $1; step[n] = $4
      state[n] = $2 == "restart" ? "running" : $6
    }
    $2 == "switch" && $7 ~ /_chroot(dir)?$/ { place[at[$3]] = 1 }
    $2 != "switch" { others[at[$3]] = 1 }
    END { for (i = 1; i <= n; i++) print name[i], script[i], state[i], first[i], others[i], place[i], seq[i], run[i], step[i] }' >"$m_work/services"
}

# m_refuse_foreign_conf: a file of rc.conf's that somebody changed since the run would stay as it is, and the services of before
# would start by what the run put into it: in a cage that is gone by then, to where an rc script moves what they serve. So
# nothing is undone until that is settled. Not so for a run that is taken back at once.
m_refuse_foreign_conf() {
  [ "$m_force" != yes ] && [ -z "${m_unit_limit-}" ] && grep -q '^[0-9]*|switch|' "$m_work/backwards" || return 0
  m_conf_seen='' m_foreign_conf=''
  while IFS= read -r m_entry_line <&6; do
    m_load "$m_entry_line"
    [ "$m_kind" = path ] && m_is_rc_conf "$m_path" && ! m_is_undone || continue
    case $m_conf_seen in *"|$m_path|"*) continue ;; esac
    m_conf_seen="$m_conf_seen|$m_path|"
    m_print "$m_path"
    # What a run left that is not undone is told where a service starts by it.
    ! m_is_ours && ! cat "$m_state_dir"/runs/*/journal | grep -qF -- "|$m_state|" || continue
    m_foreign_conf="$m_foreign_conf $m_path"
    m_result conflict path "$m_path" "somebody changed it since ($(m_what_differs))"
    if [ "$m_pre_type$m_type" = filefile ] && m_is_text "$m_path"; then
      m_emit_diff "$m_path" "$m_receipt/saved/$m_entry_seq"
    fi
  done 6<"$m_work/backwards"
  m_enter "$m_leader"
  [ -z "$m_foreign_conf" ] ||
    m_refuse "nothing was undone: services start by$m_foreign_conf, which somebody changed since; take that change out and put it in again afterwards, or roll back with --force, which keeps what is there now in $m_state_dir/kept"
}

# m_look_at_switches: before any file goes back: what runs and did not run before is stopped, and so is what runs elsewhere
# than before, because that is about to go. Sets m_down to the services that stay down, and m_up to those that must run.
m_look_at_switches() {
  m_find_services
  m_down='' m_up=''
  while IFS='|' read -r m_service m_service_file m_state m_first m_others m_place m_entry_seq m_id m_entry_step <&3; do
    [ "$m_first" = switch ] || continue
    m_enter "$m_id"
    m_unescape "$m_service_file"
    m_service_file=$m_unescaped
    if [ "$m_state" = stopped ]; then
      m_down="$m_down|$m_service|"
      [ -f "$m_service_file" ] || continue
      if m_service_pid "$m_service_file" && [ -z "$m_others" ]; then
        m_undo_switch 'it did not run before'
      fi
      m_end_strays "$m_pid"
    else
      m_up="$m_up$m_service|$m_service_file|${m_state#running }|"
      m_running='' m_pid=''
      if [ -f "$m_service_file" ] && m_service_pid "$m_service_file"; then
        m_running=$m_pid
        m_process_id "$m_pid"
        [ "${m_state#running }" != "$m_process" ] || m_running=
        if [ -n "$m_running" ] && [ -z "$m_others" ] && [ -n "$m_place" ]; then
          m_undo_switch 'it runs elsewhere than before'
          m_running=
        fi
      fi
      # Whoever recorded the service as running and no strays was an older version.
      [ ! -f "$m_receipt/saved/$m_entry_seq.strays" ] || m_end_strays "$m_pid"
      m_up="$m_up$m_running|$m_entry_seq|$m_id|$m_entry_step$m_nl"
    fi
  done 3<"$m_work/services"
  m_enter "$m_leader"
}

# m_find_strays PID: sets m_strays to the processes of m_service_file's program that its rc script does not find, which finds PID
# or nothing: the pid file of one that a boot started in a cage may be only there. Not to those that ran before, for whatever
# service.
m_find_strays() {
  m_found_by_rc=$1
  m_strays=
  m_rc_name=$(sed -n "s/^name=[\"']*\([A-Za-z0-9_]*\).*/\1/p" "$m_service_file" | tail -n 1)
  m_program=$(sed -n "s/^command=[\"']*\([^\"' ]*\).*/\1/p" "$m_service_file" | head -n 1)
  m_replace "$m_program" '${name}' "$m_rc_name"
  m_replace "$m_replaced" '$name' "$m_rc_name"
  case $m_replaced in /*) ;; *) return 0 ;; esac
  for m_stray in $(ps -axww -o pid -o command | awk -v program="$m_replaced" '$2 == program { print $1 }'); do
    [ "$m_stray" != "$m_found_by_rc" ] || continue
    m_process_id "$m_stray"
    if ! grep -qF "|running $m_process|" "$m_work/services" 2>/dev/null &&
      ! grep -qxF "$m_process" "$m_receipt/saved/${m_entry_seq-}.strays" 2>/dev/null; then
      m_strays="$m_strays $m_stray"
    fi
  done
}

# m_end_strays PID: of m_find_strays, those of accounts that a daemon of these runs may have: what calls itself like the program and
# is another account's is nobody's service.
m_end_strays() {
  [ -f "$m_service_file" ] || return 0
  m_find_strays "$1"
  [ -n "$m_strays" ] || return 0
  m_ours=
  for m_stray in $m_strays; do
    ! m_may_be_a_daemon "$m_stray" || m_ours="$m_ours $m_stray"
  done
  [ -n "$m_ours" ] || return 0
  # shellcheck disable=SC2086
  kill $m_ours 2>/dev/null || :
  for m_stray in $m_ours; do
    m_await 15 m_is_gone "$m_stray" || ! m_may_be_a_daemon "$m_stray" || kill -9 "$m_stray" 2>/dev/null || :
  done
  m_emit res undone service "$m_service" "stopped, it did not run before (its rc script did not find it:$m_ours)" 0 "$m_entry_step"
}

# m_may_be_a_daemon PID: it is root's, or of an account that owns something that these runs touched.
m_may_be_a_daemon() {
  m_stray_uid=$(ps -o uid= -p "$1" 2>/dev/null | tr -d ' ')
  case $m_stray_uid in
    '' | *[!0-9]*) return 1 ;;
    0) return 0 ;;
  esac
  awk -F'|' -v uid="$m_stray_uid" '$2 == "path" && ($8 == uid || $13 == uid) { found = 1 } END { exit !found }' "$m_work/backwards"
}

m_undo_switch() {
  if m_service_stop "$m_service_file" >/dev/null 2>&1; then
    m_emit res undone service "$m_service" "stopped, $1" 0 "$m_entry_step"
  else
    m_result failed service "$m_service" 'does not stop'
  fi
}

# m_undo_switches: after the other services, when all files are back: what ran when the run changed its variables runs again,
# and by them.
m_undo_switches() {
  while IFS='|' read -r m_service m_service_file m_was m_running m_entry_seq m_id m_entry_step <&3; do
    [ -n "$m_service" ] || continue
    case $m_done_services in *"|$m_service|"*) continue ;; esac
    m_enter "$m_id"
    if m_service_pid "$m_service_file"; then
      m_process_id "$m_pid"
      if [ "$m_process" = "$m_was" ] || [ "$m_pid" != "$m_running" ]; then
        m_result kept service "$m_service" "runs, pid $m_pid"
        continue
      fi
    fi
    m_replace_service
  done 3<<EOF
$m_up
EOF
}

# m_replace_service: m_running, which runs by what the run changed, makes room for one that does not. Its rc script may not
# find it any more.
m_replace_service() {
  [ -z "$m_running" ] || m_service_stop "$m_service_file" >/dev/null 2>&1 || :
  if [ -n "$m_running" ] && kill "$m_running" 2>/dev/null; then
    m_await 15 m_is_gone "$m_running" || kill -9 "$m_running" 2>/dev/null || :
  fi
  m_undo_start
}

m_is_gone() {
  ! kill -0 "$1" 2>/dev/null
}

# m_prove_services: says which of the services that the runs touched serve now; each must as before.
m_prove_services() {
  m_serving=
  while IFS='|' read -r m_service m_service_file m_state m_first m_others m_place m_entry_seq m_id m_entry_step <&3; do
    m_unescape "$m_service_file"
    m_is=stopped
    if [ -f "$m_unescaped" ] && m_service_pid "$m_unescaped"; then
      m_is=running
      m_serving="$m_serving, $m_service runs (pid $m_pid)"
    else
      m_serving="$m_serving, $m_service does not run"
    fi
    case $m_bad_services in *"|$m_service|"*) continue ;; esac
    [ "${m_state%% *}" = "$m_is" ] || m_result failed service "$m_service" "is $m_is at the end, and was ${m_state%% *}"
  done 3<"$m_work/services"
  [ -z "$m_serving" ] || notice "after the rollback:${m_serving#,}"
}

# m_say_other_conf: where m_service starts by variables that a run changed which is not undone, it may not be as it was.
m_say_other_conf() {
  m_other_runs=
  for m_one in "$m_state_dir"/runs/*; do
    case " $m_unit " in *" ${m_one##*/} "*) continue ;; esac
    m_is_open "$m_one" && grep -q "^[0-9]*|switch|$m_service|" "$m_one/journal" || continue
    m_other_runs="$m_other_runs ${m_one##*/}"
  done
  [ -z "$m_other_runs" ] ||
    notice "service $m_service starts with what rc.conf says now, of which these runs changed something that are not undone:$m_other_runs"
}
