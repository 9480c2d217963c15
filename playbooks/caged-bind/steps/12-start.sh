# Starting named: by its rc script, which puts it into the cage with chroot(8) because named_chroot is set.
state() {
  restart named9 --script "$rc_script" --when-changed "$cage$named_conf" --when-changed "$cage$program" --when-changed "$cage$namedb" \
    --when-changed /etc/rc.conf:named_flags --when-changed /etc/rc.conf:named_chroot
  service_running named9 --script "$rc_script"
}

verify() {
  expect_running named9 "$rc_script"
}
