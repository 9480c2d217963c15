# service_enabled NAME [--script PATH]
#
# A service starts at boot: its rc script is there and executable, and rc.conf says yes. (The yes is `rc_conf NAME yes`.)
#   --script   the rc script; /etc/rc.d/NAME unless told
# Undo: rc.conf as before.
# Example: service_enabled named9
# Works on: NetBSD 1.5
service_enabled() {
  m_service=$1
  shift
  m_begin service_enabled "$m_service"
  m_options 'script=' ${1+"$@"}
  m_service_script "$m_service"
  m_service_file=$m_script
  will_exist "$m_service_file" || fail "service_enabled $m_service: there is no rc script $m_service_file"
  rc_conf "$m_service" yes
}
