# user NAME [--uid NUMBER] [--group GROUP] [--home DIRECTORY] [--shell PATH] [--comment TEXT] [--only-if-missing]
#
# An account is there. Its home directory is neither made nor filled (declare it with `directory`).
#   --group            primary group by name; `=uid` makes one with the account's name and number
#   --only-if-missing  an existing account is left unchanged, whatever its home, shell and group
# Undo: an account that the run added is removed, with the group that it added for it. The old fields of an account that
# the run modified are restored. An account that was there before stays.
# Example: user named --group =uid --home /home/named --shell /sbin/nologin --only-if-missing
# Works on: NetBSD 1.5
user() {
  local m__certain m__why_was m__account
  m_begin user "$1"
  m__account=$1
  shift
  m_options 'uid= group= home= shell= comment= only-if-missing' ${1+"$@"}
  m_passwd_entry "$m__account"
  ! m__planned_account user "$m__account" || m_entry=$m__planned_entry
  m__certain=1
  if [ -z "$m_entry" ]; then
    m_need "new account${m_o_uid:+, uid $m_o_uid}${m_o_home:+, home $m_o_home}${m_o_shell:+, shell $m_o_shell}"
  elif [ -z "$m_o_only_if_missing" ]; then
    m__user_differences
  fi
  [ -z "$m_why" ] || m__plan_user
  if [ -n "$m_why" ] && [ -z "$m__certain" ]; then
    m_suppose "$m__planned_step" 'a new account does not have this by default'
    m_say change "$m_why"
    m_suppose '' ''
    return 0
  fi
  m_settled && return 0
  m__save_accounts
  if [ -z "$m_entry" ]; then
    m__add_user
  else
    m__record usermod "$m__account" "$m_step" "$m_entry"
    m__account_tool usermod ${m_o_uid:+-u "$m_o_uid"} ${m_o_home:+-d "$m_o_home"} ${m_o_shell:+-s "$m_o_shell"} \
      ${m_o_comment:+-c "$m_o_comment"} ${m_o_group:+-g "$m_o_group"} "$m__account" || fail "user $m__account: usermod failed"
  fi
  m__why_was=$m_why
  m_passwd_entry "$m__account"
  [ -n "$m_entry" ] || m_stuck 'there is no such account'
  if [ -z "$m_o_only_if_missing" ]; then
    m_why=
    m__user_differences
    [ -z "$m_why" ] || m_stuck "$m_why"
  fi
  m_why=$m__why_was
  m_changed
}

m__user_differences() {
  local m__pw m__entry_uid m__entry_gid m__entry_gecos m__entry_home m__entry_shell m__name
  IFS=: read -r m__name m__pw m__entry_uid m__entry_gid m__entry_gecos m__entry_home m__entry_shell <<EOF
$m_entry
EOF
  m__certain=
  m__user_field uid "$m_o_uid" "$m__entry_uid"
  m__user_field home "$m_o_home" "$m__entry_home"
  m__user_field shell "$m_o_shell" "$m__entry_shell"
  m__user_field comment "$m_o_comment" "$m__entry_gecos"
  case $m_o_group in
    '' | =uid) ;;
    *)
      m_gid_of "$m_o_group"
      [ -n "$m_id" ] || m__planned_account group "$m_o_group" || :
      if [ "${m_id:-none}" != "$m__entry_gid" ]; then
        m_need "group $m_o_group (was gid $m__entry_gid)"
        [ "$m__entry_gid" = '?' ] || m__certain=1
      fi
      ;;
  esac
}

# m__user_field WORD WANTED HAS: adds a reason. What the tool would choose for an account that only the plan has is not known.
m__user_field() {
  [ -n "$2" ] && [ "$2" != "$3" ] || return 0
  m_need "$1 $2 (was $3)"
  [ "$3" = '?' ] || m__certain=1
}

m__add_user() {
  local m__group_option
  # `-g =uid` refuses a group that is there already (its account was deleted, the group stayed): join it then.
  m__group_option=$m_o_group
  if [ "$m_o_group" = =uid ]; then
    m_gid_of "$m__account"
    if [ -n "$m_id" ]; then
      m__group_option=$m__account
    else
      m__record group "$m__account" "$m_step"
    fi
  fi
  m__record user "$m__account" "$m_step"
  m__account_tool useradd ${m_o_uid:+-u "$m_o_uid"} ${m__group_option:+-g "$m__group_option"} \
    ${m_o_home:+-d "$m_o_home"} ${m_o_shell:+-s "$m_o_shell"} ${m_o_comment:+-c "$m_o_comment"} "$m__account" ||
    fail "user $m__account: useradd failed"
}
