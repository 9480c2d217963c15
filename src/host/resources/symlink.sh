# symlink PATH --to TARGET
#
# PATH is a symbolic link with exactly this text. A wrong link is replaced in one step; anything else that is in the
# way is an error, never overwritten.
#   --to   the link's text, absolute or relative; it need not exist
# Undo: the old link, or nothing.
# Example: symlink /etc/rc.d/named9 --to /usr/pkg/share/examples/rc.d/named9
# Works on: NetBSD 1.5
symlink() {
  local m__was
  m_begin_path symlink "$1"
  shift
  m_options 'to=' ${1+"$@"}
  [ -n "$m_o_to" ] || fail "symlink $m_path: give it --to"
  m_see "$m_path"
  case $m_type in
    absent) m_need "new, to $m_o_to" ;;
    link)
      # A planned link's text is not kept: two declarations of one link are a mistake that apply would show too.
      if [ -z "$m_after" ]; then
        m_link_target "$m_path"
        [ "$m_target" = "$m_o_to" ] || m_need "to $m_o_to (was $m_target)"
      fi
      ;;
    *) fail "symlink $m_path: something else is there (a $m_type)" ;;
  esac
  m_need_parent "$m_path"
  [ -z "$m_why" ] || m_plan_path "$m_path" link - "$m_self_uid" "$m_self_gid" ''
  m_settled && return 0
  # What comes where nothing was is on no way that was looked at.
  m__was=$m_type
  m_begin_change "$m_path"
  m_escape "$m_o_to"
  m_journal_path "$m_path" "link|-|$m_self_uid|?|$m_escaped"
  m_put_link "$m_o_to" "$m_path" || fail "symlink $m_path: cannot make it${m_hold_why:+: $m_hold_why}"
  m_link_target "$m_path"
  [ -h "$m_path" ] && [ "$m_target" = "$m_o_to" ] || m_stuck "it points to $m_target"
  [ "$m__was" = absent ] || m__forget_ways
  m_let_go
  m_changed
}
