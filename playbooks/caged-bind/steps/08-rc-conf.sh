# Preparing rc.conf: the named of the base system off, ours on, and it is told whom to become. (named_chroot is set
# with syslog, which needs it. named_user would have su(1) start it, and then it could not bind port 53.)
state() {
  rc_conf named no
  rc_conf named9 yes
  rc_conf named_flags "-u $run_user"
}

verify() {
  # Of a script that calls itself otherwise, rc.subr would read other variables, and start named as root, uncaged.
  expect 'the rc script goes by the name of named' grep -q '^name="*named"*[[:space:]]*$' "$rc_script"
  observe named.flags "$(rc_conf_value named_flags)"
  observe named.chroot "$(rc_conf_value named_chroot)"
}
