# group NAME [--gid NUMBER]
#
# A group is there. A group with another number is an error: renumbering would orphan files.
# Undo: a group that the run added is removed; one that was there stays.
# Example: group named
# Works on: NetBSD 1.5
group() {
  local m__account
  m_begin group "$1"
  m__account=$1
  shift
  m_options 'gid=' ${1+"$@"}
  m_gid_of "$m__account"
  if [ -z "$m_id" ] && ! m__planned_account group "$m__account"; then
    m_need "new group${m_o_gid:+, gid $m_o_gid}"
    m__plan_account group "$m__account" "$m_o_gid" ''
  elif [ -z "$m_id" ]; then
    # Of a group that came with a user nobody knows the number yet.
    :
  elif [ -n "$m_o_gid" ] && [ "$m_id" != "$m_o_gid" ]; then
    fail "group $m__account: it has gid $m_id, not $m_o_gid"
  fi
  m_settled && return 0
  m__save_accounts
  m__record group "$m__account" "$m_step"
  m__account_tool groupadd ${m_o_gid:+-g "$m_o_gid"} "$m__account" || fail "group $m__account: groupadd failed"
  m_gid_of "$m__account"
  [ -n "$m_id" ] || m_stuck 'there is no such group'
  m_changed
}
