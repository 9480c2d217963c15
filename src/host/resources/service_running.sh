# service_running NAME [--state running|stopped] [--script PATH]
#
# An rc.d service runs now, or is stopped now.
#   --state    `running` unless told
#   --script   the rc script; /etc/rc.d/NAME unless told
# Undo: a service that the run started is stopped; one that it stopped is started again when all files are as before.
# Example: service_running named --state stopped
# Works on: NetBSD 1.5
service_running() {
  m_begin service_running "$1"
  m_service=$1
  shift
  m_options 'state= script=' ${1+"$@"}
  m_service_script "$m_service"
  m_service_file=$m_script
  m_wanted=${m_o_state:-running}
  case $m_wanted in running | stopped) ;; *) fail "service_running $m_service: --state is running or stopped" ;; esac
  if [ ! -f "$m_service_file" ] && ! m_service_runs "$m_service_file"; then
    m_absent_service
    return 0
  fi
  if m_service_runs "$m_service_file"; then
    [ "$m_wanted" = running ] || m_need 'stop it'
  else
    [ "$m_wanted" = stopped ] || m_need 'start it'
  fi
  [ -z "$m_why" ] || m_plan_running
  m_settled && return 0
  if [ "$m_wanted" = running ]; then
    m_record service "$m_service" "$m_step" "$m_service_file" stopped
    m_service_start "$m_service_file" || m_stuck 'it does not run; what it said is above, and its log may say more'
    # What it was started with is current, so a restart that is still owed is paid.
    m_note_change restarted "$m_service"
  else
    m_record service "$m_service" "$m_step" "$m_service_file" running
    m_service_stop "$m_service_file" || m_stuck 'it still runs'
  fi
  m_changed
}

# m_plan_running: in a plan: what later resources would find.
m_plan_running() {
  in_plan || return 0
  m_plan_service "$m_service_file" "$m_wanted"
  [ "$m_wanted" != running ] || m_note_change restarted "$m_service"
}

# The rc script is not there: right for a service that is to be stopped, and maybe an earlier step would bring it.
m_absent_service() {
  if [ "$m_wanted" = stopped ]; then
    m_say ok 'there is no such service'
    return 0
  fi
  will_exist "$m_service_file" || fail "service_running $m_service: there is no rc script $m_service_file"
  m_need "start it (after $m_after)"
  m_plan_running
  m_settled || fail "service_running $m_service: there is still no rc script $m_service_file"
}
