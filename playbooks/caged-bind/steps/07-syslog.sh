# Syslog: named logs through a socket inside the cage, because it cannot see /var/run/log from there.
# The article's flags lose the -s of the default, which opens the syslog port to the network: it is given here.
# rc.conf is read from top to bottom, so syslogd_flags must stand below named_chroot.
state() {
  directory "$cage/var"
  directory "$cage/var/run" --owner "$run_user" --group "$run_group" --mode 0755 \
    --transient log --transient named --transient '*.pid' --transient session.key --transient lwresd
  rc_conf named_chroot "$cage"
  rc_conf syslogd_flags '-s -p $named_chroot/var/run/log -p /var/run/log' --after named_chroot
  restart syslogd --when-changed /etc/rc.conf:syslogd_flags --when-changed /etc/rc.conf:named_chroot \
    --until-socket "$cage/var/run/log" --until-socket /var/run/log
}

verify() {
  expect_running syslogd
  expect_socket "$cage/var/run/log"
  expect_socket /var/run/log
  expect_syslog_listens "$cage/var/run/log"
  observe syslogd.flags "$(rc_conf_value syslogd_flags)"
}
