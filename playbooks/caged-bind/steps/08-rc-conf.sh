# Preparing rc.conf: one named is on, the other off; the knob that cages ours is set, and the other knob is not there,
# since both together start nothing; and it gets the user to become. (PREFIX_user would have su(1) start it, and then
# it could not bind port 53.)
state() {
  choices
  all_or_nothing
  if [ "$named_source:$style" = base:chrootdir ] && ! in_plan && [ "$(rc_conf_value "$knob")" != "$cage" ]; then
    # From here on a boot lets the base system's rc script move these into the cage.
    for path in /etc/namedb /etc/named.conf /etc/rndc.key; do
      m_record_moved "$path" "$cage$path"
    done
  fi
  m_together its_variables
  unwanted="${rc_prefix}_user"
  case $style in
    chroot8) unwanted="$unwanted ${rc_prefix}_chrootdir ${rc_file}_chrootdir" ;;
    *) unwanted="$unwanted ${rc_prefix}_chroot" ;;
  esac
  [ -n "$rc_args" ] || unwanted="$unwanted ${rc_prefix}_flags"
  [ "$rc_file" != named ] || unwanted="$unwanted ${rc_name}_chrootdir"
  # The names are words.
  # shellcheck disable=SC2086
  rc_conf_unset /etc/rc.conf $unwanted
  # These are read after rc.conf, and would win.
  for file in /etc/rc.conf.d/named "/etc/rc.conf.d/$rc_file"; do
    if is_there "$file"; then
      # shellcheck disable=SC2086
      rc_conf_unset "$file" $unwanted named "$rc_switch" "$knob" "${rc_prefix}_flags" "${rc_file}_chrootdir"
    fi
  done
}

its_variables() {
  if [ "$named_source" = base ]; then
    rc_conf named yes
    if mentions /etc/rc.conf "$rc_name="; then rc_conf "$rc_name" no; fi
  else
    rc_conf named no
    suppose_names
    rc_conf "$rc_switch" yes
  fi
  rc_conf "$knob" "$cage"
  # rc.d/syslogd names the variables that it looks for after the script's file.
  if [ "$syslog_by" = rc.d ] && [ "$rc_file" != "$rc_prefix" ]; then
    rc_conf "${rc_file}_chrootdir" "$cage"
  fi
  if [ -n "$rc_args" ]; then rc_conf "${rc_prefix}_flags" "$rc_args"; fi
}

verify() {
  choices
  find_printed rc_conf_value "${rc_prefix}_flags"
  observe named.flags "$printed"
  find_printed rc_conf_value "$knob"
  observe named.cage "$knob=$printed"
}
