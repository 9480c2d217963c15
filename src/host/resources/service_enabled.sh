# service_enabled NAME [--script PATH]
#
# A service starts at boot: its rc script is there and executable, and rc.conf says yes. (The yes is `rc_conf NAME yes`.)
#   --script   the rc script; /etc/rc.d/NAME by default
# Undo: /etc/rc.conf is as before.
# Example: service_enabled named9
# Works on: NetBSD 1.5
service_enabled() {
  local m__service m__service_file
  m__service=$1
  shift
  m_begin service_enabled "$m__service"
  m_options 'script=' ${1+"$@"}
  m__service_script "$m__service"
  m__service_file=$m__script
  will_exist "$m__service_file" || fail "service_enabled $m__service: there is no rc script $m__service_file"
  rc_conf "$m__service" yes
}
