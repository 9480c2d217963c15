# mode_owner PATH [--owner USER] [--group GROUP] [--mode MODE]
#
# Something that exists already, of any kind but a link, has this owner, group and mode. A file with other names (hard
# links) is refused, because it may belong to anybody.
# Undo: owner, group and mode are as before.
# Example: mode_owner /etc/rndc.key --owner root --group wheel --mode 0600
# Works on: NetBSD 1.5
mode_owner() {
  local m__want_state
  m_begin_path mode_owner "$1"
  shift
  m_options 'owner= group= mode=' ${1+"$@"}
  m_see "$m_path"
  if [ "$m_type" = absent ]; then
    will_exist "$m_path" || fail "mode_owner $m_path: it is not there"
    m_need "(after $m_after)"
    m_settled || fail "mode_owner $m_path: it is still not there"
    return 0
  fi
  [ "$m_type" != link ] || fail "mode_owner $m_path: it is a symbolic link"
  m_need_owner 0644
  [ -z "$m_why" ] || m_plan_path "$m_path" "$m_type" "$m_want_mode" "$m_want_uid" "$m_want_gid" ''
  [ -z "$m_why" ] || [ "$m_type" != file ] || [ "$m_links" -eq 1 ] || {
    m_names_words "$m_path" "$m_links"
    fail "mode_owner $m_path: $m_hold_why"
  }
  m_settled && return 0
  m_begin_change "$m_path"
  m_print "$m_path"
  m__want_state="$m_type|$m_want_mode|$m_want_uid|$m_want_gid|$m__extra"
  m_journal_path "$m_path" "$m__want_state"
  m_set_access "$m_path" "$m_want_uid" "$m_want_gid" "$m_want_mode" || fail "mode_owner $m_path: cannot set owner or mode${m_hold_why:+: $m_hold_why}"
  m_print "$m_path"
  [ "$m_state" = "$m__want_state" ] || m_stuck "it is $m_state"
  [ "$m_type" = file ] || m__forget_ways
  m_let_go
  m_changed
}
