# Syslog: named logs through a socket inside the cage, because it cannot see /var/run/log from there. Either by
# syslogd's flags, as in the article, or, where rc.d/syslogd looks for cages itself, by what rc.conf says already.
# The article's flags lose the -s of the default, which opens the syslog port to the network: it is given here.
# rc.conf is read from top to bottom, so syslogd_flags must stand below the variable that it names.
state() {
  choices
  all_or_nothing
  # An rc script that cages named sets owner and group at each start, without asking whose group it is.
  its_group=$run_group
  if [ "$style" = chrootdir ] && mentions "$rc_text" "$run_user:$run_user"; then
    m_gid_of "$run_user"
    [ -z "$m_id" ] || its_group=$run_user
  fi
  m_together its_directories
  suppose_names
  case $syslog_by in
    flags) rc_conf syslogd_flags "$syslogd_options -p \$$knob/var/run/log -p /var/run/log" --after "$knob" ;;
    *)
      find_printed rc_conf_value syslogd_flags
      case $printed in
        *chroot*/var/run/log*) rc_conf syslogd_flags "$syslogd_options" ;;
      esac
      ;;
  esac
  # Somebody took the socket away, or syslogd was started without it.
  [ -S "$cage/var/run/log" ] || m_touched "$cage/var/run/log"
  restart syslogd --when-changed "$cage/var/run/log" --when-changed /etc/rc.conf:syslogd_flags --when-changed "/etc/rc.conf:$knob" \
    --when-changed "/etc/rc.conf:${rc_file}_chrootdir" --when-changed "/etc/rc.conf:$rc_switch" \
    --until-socket "$cage/var/run/log" --until-socket /var/run/log
}

its_directories() {
  run=$cage${pid_file%/*}
  directory "$cage/var" --owner root --group wheel --mode 0755
  if [ "$run" != "$cage/var/run" ]; then
    directory "$cage/var/run" --owner root --group wheel --mode 0755 --transient log
  fi
  directory "$run" --owner "$run_user" --group "$its_group" --mode 0755 \
    --transient log --transient '*.pid' --transient '*.lock' --transient session.key --transient '*.sock'
}

verify() {
  choices
  expect_running syslogd
  expect_socket "$cage/var/run/log"
  expect_socket /var/run/log
  expect_syslog_listens "$cage/var/run/log"
  find_printed rc_conf_value syslogd_flags
  observe syslogd.flags "$printed"
  observe syslogd.cage "by $syslog_by"
}
