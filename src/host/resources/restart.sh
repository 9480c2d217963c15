# restart NAME [--when-changed PATH]... [--until-socket PATH]... [--script PATH]
#
# A running service is restarted if something that it reads has changed in this run, or in an earlier run that died
# before the restart. A service that is not running is left unchanged (`service_running` starts it).
#   --when-changed   a path, or /etc/rc.conf:NAME for a variable, or package:NAME
#   --until-socket   after the restart, wait until this socket is there
#   --script         the rc script; /etc/rc.d/NAME by default
# Undo: the service is restarted when all files are as before.
# Example: restart syslogd --when-changed /etc/rc.conf:syslogd_flags --until-socket /home/named/var/run/log
# Works on: NetBSD 1.5
restart() {
  local m__token m__service m__service_file m__socket
  m_begin restart "$1"
  m__service=$1
  shift
  m_options 'when-changed+ until-socket+ script=' ${1+"$@"}
  m__service_script "$m__service"
  m__service_file=$m__script
  while IFS= read -r m__token; do
    if [ -n "$m__token" ] && m_is_touched "$m__service" "$m__token"; then
      m_need "$m__token changed"
    fi
  done <<EOF
$m_o_when_changed
EOF
  if [ -n "$m_why" ] && ! m__service_runs "$m__service_file"; then
    m_why=
    m_say ok 'is not running'
    return 0
  fi
  # What comes after it in a plan finds it done.
  [ -z "$m_why" ] || ! in_plan || m__note_change restarted "$m__service"
  m_settled && return 0
  m__record restart "$m__service" "$m_step" "$m__service_file"
  m__service_restart "$m__service_file" || m_stuck 'it does not run; its output is above, and its log may show more'
  while IFS= read -r m__socket; do
    [ -z "$m__socket" ] || m_await 15 test -S "$m__socket" || m_stuck "there is no socket $m__socket"
  done <<EOF
$m_o_until_socket
EOF
  m__note_change restarted "$m__service"
  m_changed
}
