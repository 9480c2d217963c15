# The pid file: an rc.subr that runs chroot(8) looks for it outside of the cage, on every release. A script that names one
# reads in rc.conf.d where it really is. For one that names none, the article's link in /var/run, which is emptied at
# boot: then the link is drift until the next apply, and the script finds its process by name. A script that has named
# cage itself makes the link at each start.
state() {
  choices
  all_or_nothing
  told=/etc/rc.conf.d/$rc_config
  if [ "$style:$rc_known" = chroot8:no ] && in_plan && will_exist "$rc_script"; then
    pid_file_depends
  elif [ "$style:$pid_by" = chroot8:rc.conf.d ]; then
    directory /etc/rc.conf.d
    # Other scripts may read this file, too, under their own names.
    block "$told" --id "$rc_switch" --content "[ \"\${rcvar-}\" != $rc_switch ] || pidfile=$cage$pid_file"
  else
    if mentions "$told" "muster: begin $rc_switch"; then block "$told" --id "$rc_switch" --gone; fi
    if [ "$style" = chroot8 ]; then pid_link; fi
  fi
}

verify() {
  choices
  # Only shown: after a reboot it is gone, and that is drift, not a failure.
  find_printed link_text "$pid_link"
  observe '~pid-file' "$printed"
}
