# Starting it at boot: a link in /etc/rc.d; or a copy; or, where /usr/pkg is not on the root file system and cannot be
# read that early, a few lines in rc.local. One of the three, never two. Before rc.conf and syslog, because syslogd looks
# for cages among the scripts in /etc/rc.d.
applies() {
  choices
  [ "$start_by" != base ] || {
    printf 'the script of the base system is in /etc/rc.d already\n'
    return 1
  }
}

state() {
  choices
  in_rc_d=/etc/rc.d/$rc_file
  m_see "$in_rc_d"
  case $start_by:$m_type in link:file | copy:link | rc.local:link | rc.local:file) absent "$in_rc_d" ;; esac
  case $start_by in
    link) symlink "$in_rc_d" --to "$rc_script" ;;
    copy) copy "$in_rc_d" --from "$rc_script" --owner root --group wheel --mode 0555 ;;
    rc.local)
      block /etc/rc.local --id "$rc_file" --content "if [ -f $rc_script ]; then
  sh $rc_script start
fi"
      ;;
  esac
  if [ "$start_by" != rc.local ] && mentions /etc/rc.local "muster: begin $rc_file"; then
    block /etc/rc.local --id "$rc_file" --gone
  fi
}

verify() {
  choices
  [ "$start_by" = rc.local ] || expect 'the rc script can be run' test -x "/etc/rc.d/$rc_file"
  observe start-up "$start_by"
}
