# absent PATH [--recursive]
#
# Nothing is at PATH. A file, a link or an empty directory is removed; a directory with content only with --recursive.
#   --recursive   remove a whole tree (it is saved first, with everything that is written in it meanwhile)
# Undo: everything is as before, byte for byte (times within a tree to the second).
# Example: absent /etc/rc.conf.d/named
# Works on: NetBSD 1.5
absent() {
  local m__was_directory
  m_begin_path absent "$1"
  shift
  m_options 'recursive' ${1+"$@"}
  m_see "$m_path"
  [ "$m_type" = absent ] || m_need "a $m_type is there"
  m__was_directory=
  case $m_type in dir | link) m__was_directory=1 ;; esac
  [ "$m_type" != dir ] || [ -n "$m_o_recursive" ] || m__need_empty
  [ -z "$m_why" ] || m_plan_path "$m_path" absent - - - ''
  m_settled && return 0
  m_begin_change "$m_path"
  if [ "$m_type" = dir ] && [ -n "$m_o_recursive" ]; then
    m_journal_tree "$m_path"
    m__take_tree_away || fail "absent $m_path: cannot remove the tree${m_hold_why:+: $m_hold_why}"
  elif [ "$m_type" = dir ]; then
    m_journal_path "$m_path" 'absent|-|-|-|-'
    rmdir "$m_path" || fail "absent $m_path: cannot remove the directory"
  else
    ! m__is_rc_conf "$m_path" || [ ! -f "$m_path" ] || m__record_switches "$m_path" /dev/null
    m_journal_path "$m_path" 'absent|-|-|-|-'
    rm -f "$m_path" || fail "absent $m_path: cannot remove it"
  fi
  m_look "$m_path"
  [ "$m_type" = absent ] || m_stuck 'it is still there'
  [ -z "$m__was_directory" ] || m__forget_ways
  m_let_go
  m_changed
}

# m__need_empty: fails unless the directory holds nothing, or (in a plan) nothing that earlier resources would leave.
m__need_empty() {
  local m__name
  ls -A "$m_path" >"$m_work/names"
  while IFS= read -r m__name; do
    m_see "$m_path/$m__name"
    [ "$m_type" = absent ] || fail "absent $m_path: the directory is not empty, it holds $m__name (--recursive removes a tree)"
  done <"$m_work/names"
  m_see "$m_path"
}
