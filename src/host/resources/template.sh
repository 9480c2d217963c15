# template PATH --source NAME [--owner USER] [--group GROUP] [--mode MODE] [--once] [--validate COMMAND]
#
# Like `file --source`, but NAME is below the playbook's templates/ and was rendered for this host on the controller
# (an undefined variable stops the run before any host is touched).
# Undo: as for `file`.
# Example: template /etc/ntpd.conf --source ntpd.conf --validate 'ntpd -n -f %s'
# Works on: NetBSD 1.5
template() {
  m_begin_path template "$1"
  shift
  m_options 'source= owner= group= mode= once validate=' ${1+"$@"}
  m_see "$m_path"
  if [ -n "$m_o_once" ] && [ "$m_type" = file ]; then
    m_say ok 'is there already'
    return 0
  fi
  m_new_file=$m_work/playbook/templates/$m_o_source
  [ -f "$m_new_file" ] || fail "template $m_path: the playbook has no templates/$m_o_source"
  m_place "$m_new_file" 0644
}
