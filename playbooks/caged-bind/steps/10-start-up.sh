# Starting it at boot: a link in /etc/rc.d, or, where /usr/pkg is not on the root file system and cannot be read that
# early, a few lines in rc.local.
on_root() {
  [ "$fact_mount_usr_pkg" = "$fact_mount_root" ]
}

state() {
  if on_root; then
    symlink /etc/rc.d/named9 --to "$rc_script"
  else
    block /etc/rc.local --id named9 --content "if [ -f $rc_script ]; then
  sh $rc_script start
fi"
  fi
}

verify() {
  if on_root; then
    expect 'the rc script can be run' test -x /etc/rc.d/named9
    observe start-up rc.d
  else
    observe start-up rc.local
  fi
}
