# service_running NAME [--state running|stopped] [--script PATH]
#
# An rc.d service runs now, or is stopped now.
#   --state    `running` by default
#   --script   the rc script; /etc/rc.d/NAME by default
# Undo: a service that the run started is stopped; one that it stopped is started again when all files are as before.
# Example: service_running named --state stopped
# Works on: NetBSD 1.5
service_running() {
  local m__service m__service_file m__wanted
  m_begin service_running "$1"
  m__service=$1
  shift
  m_options 'state= script=' ${1+"$@"}
  m__service_script "$m__service"
  m__service_file=$m__script
  m__wanted=${m_o_state:-running}
  case $m__wanted in running | stopped) ;; *) fail "service_running $m__service: --state is running or stopped" ;; esac
  if [ ! -f "$m__service_file" ] && ! m__service_runs "$m__service_file"; then
    m__absent_service
    return 0
  fi
  if m__service_runs "$m__service_file"; then
    [ "$m__wanted" = running ] || m_need 'stop it'
  else
    [ "$m__wanted" = stopped ] || m_need 'start it'
  fi
  [ -z "$m_why" ] || m__plan_running
  m_settled && return 0
  if [ "$m__wanted" = running ]; then
    m_record_service "$m__service" "$m__service_file" stopped
    m__service_start "$m__service_file" || m_stuck 'it does not run; its output is above, and its log may show more'
    # What it was started with is current, so a restart that is still owed is paid.
    m__note_change restarted "$m__service"
  else
    m_record_service "$m__service" "$m__service_file" running
    m__service_stop "$m__service_file" || m_stuck 'it still runs'
  fi
  m_changed
}

# m__plan_running: in a plan: what later resources would find.
m__plan_running() {
  in_plan || return 0
  m__plan_service "$m__service_file" "$m__wanted"
  [ "$m__wanted" != running ] || m__note_change restarted "$m__service"
}

# The rc script is not there: right for a service that is to be stopped, and maybe an earlier step would bring it.
m__absent_service() {
  if [ "$m__wanted" = stopped ]; then
    m_say ok 'there is no such service'
    return 0
  fi
  will_exist "$m__service_file" || fail "service_running $m__service: there is no rc script $m__service_file"
  m_need "start it (after $m_after)"
  m__plan_running
  m_settled || fail "service_running $m__service: there is still no rc script $m__service_file"
}
