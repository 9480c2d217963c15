# Starting named, and "just in case" stopping the old one: the named that serves now hands over to the caged one. All
# that can be proved is proved before it stops; when the new one does not serve, the old one is started again.
state() {
  choices
  # An apply does it when nobody writes there any more.
  if in_plan; then move_into_cage; fi
  if [ "$named_source:$style" = base:chroot8 ] && mentions "$rc_script" namedb/keys && ! is_there "$namedb/keys"; then
    # Made by the script at its first start otherwise, and then a rollback would not know of it.
    directory "$namedb/keys" --mode 0775 --transient '*'
  fi
  set -- "$cage$named_conf" "$cage$program" "$cage$namedb" "package:$package_name" \
    "/etc/rc.conf:${rc_prefix}_flags" "/etc/rc.conf:$knob"
  while IFS= read -r further; do
    [ -z "$further" ] || set -- "$@" "$cage$further"
  done <<EOT
$further_paths
EOT
  hand_over "$@"
}

verify() {
  choices
  expect_running "$rc_file" "$run_script"
  [ "$named_source" = package ] || return 0
  # If no other process is named, or only has that name, no script needs to be asked.
  know_named
  find_ours
  if [ -z "$others" ] && [ ! -s "$m_work/named.refused" ]; then
    m_check 'service named does not run' ''
  else
    expect_not_running named
  fi
}
