# restart NAME [--when-changed PATH]... [--until-socket PATH]... [--script PATH]
#
# A running service is restarted when something that it reads has changed: in this run, or in an earlier run that died
# before it came to the restart. A service that is not running is left alone (`service_running` starts it).
#   --when-changed   a path, or /etc/rc.conf:NAME for a variable, or package:NAME
#   --until-socket   after the restart, wait until this socket is there
#   --script         the rc script; /etc/rc.d/NAME unless told
# Undo: the service is restarted when all files are as before.
# Example: restart syslogd --when-changed /etc/rc.conf:syslogd_flags --until-socket /home/named/var/run/log
# Works on: NetBSD 1.5
restart() {
  m_begin restart "$1"
  m_service=$1
  shift
  m_options 'when-changed+ until-socket+ script=' ${1+"$@"}
  m_service_script "$m_service"
  m_service_file=$m_script
  while IFS= read -r m_token; do
    if [ -n "$m_token" ] && m_is_touched "$m_service" "$m_token"; then
      m_need "$m_token changed"
    fi
  done <<EOF
$m_o_when_changed
EOF
  if [ -n "$m_why" ] && ! m_service_runs "$m_service_file"; then
    m_why=
    m_say ok 'is not running'
    return 0
  fi
  # What comes after it in a plan finds it done.
  [ -z "$m_why" ] || ! in_plan || m_note_change restarted "$m_service"
  m_settled && return 0
  m_record restart "$m_service" "$m_step" "$m_service_file"
  m_service_restart "$m_service_file" || m_stuck 'it does not run; what it said is above, and its log may say more'
  while IFS= read -r m_socket; do
    [ -z "$m_socket" ] || m_await 15 test -S "$m_socket" || m_stuck "there is no socket $m_socket"
  done <<EOF
$m_o_until_socket
EOF
  m_note_change restarted "$m_service"
  m_changed
}
