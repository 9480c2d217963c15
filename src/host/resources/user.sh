# user NAME [--uid NUMBER] [--group GROUP] [--home DIRECTORY] [--shell PATH] [--comment TEXT] [--only-if-missing]
#
# An account is there. Its home directory is neither made nor filled (declare it with `directory`).
#   --group            primary group by name; `=uid` makes one with the account's name and number
#   --only-if-missing  an account that is there already is right as it is, whatever its home, shell and group
# Undo: an account that the run added is removed, and so is the group it added with it; one that the run modified
# gets its old fields back; one that was there stays.
# Example: user named --group =uid --home /home/named --shell /sbin/nologin --only-if-missing
# Works on: NetBSD 1.5
user() {
  m_begin user "$1"
  m_account=$1
  shift
  m_options 'uid= group= home= shell= comment= only-if-missing' ${1+"$@"}
  m_passwd_entry "$m_account"
  ! m_planned_account user "$m_account" || m_entry=$m_planned_entry
  m_certain=1
  if [ -z "$m_entry" ]; then
    m_need "new account${m_o_uid:+, uid $m_o_uid}${m_o_home:+, home $m_o_home}${m_o_shell:+, shell $m_o_shell}"
  elif [ -z "$m_o_only_if_missing" ]; then
    m_user_differences
  fi
  [ -z "$m_why" ] || m_plan_user
  if [ -n "$m_why" ] && [ -z "$m_certain" ]; then
    m_suppose "$m_planned_step" 'the new account is not so by itself'
    m_say change "$m_why"
    m_suppose '' ''
    return 0
  fi
  m_settled && return 0
  m_save_accounts
  if [ -z "$m_entry" ]; then
    m_add_user
  else
    m_record usermod "$m_account" "$m_step" "$m_entry"
    m_account_tool usermod ${m_o_uid:+-u "$m_o_uid"} ${m_o_home:+-d "$m_o_home"} ${m_o_shell:+-s "$m_o_shell"} \
      ${m_o_comment:+-c "$m_o_comment"} ${m_o_group:+-g "$m_o_group"} "$m_account" || fail "user $m_account: usermod failed"
  fi
  m_why_was=$m_why
  m_passwd_entry "$m_account"
  [ -n "$m_entry" ] || m_stuck 'there is no such account'
  if [ -z "$m_o_only_if_missing" ]; then
    m_why=
    m_user_differences
    [ -z "$m_why" ] || m_stuck "$m_why"
  fi
  m_why=$m_why_was
  m_changed
}

m_user_differences() {
  IFS=: read -r m_name m_pw m_has_uid m_has_gid m_has_gecos m_has_home m_has_shell <<EOF
$m_entry
EOF
  m_certain=
  m_user_field uid "$m_o_uid" "$m_has_uid"
  m_user_field home "$m_o_home" "$m_has_home"
  m_user_field shell "$m_o_shell" "$m_has_shell"
  m_user_field comment "$m_o_comment" "$m_has_gecos"
  case $m_o_group in
    '' | =uid) ;;
    *)
      m_gid_of "$m_o_group"
      [ -n "$m_id" ] || m_planned_account group "$m_o_group" || :
      if [ "${m_id:-none}" != "$m_has_gid" ]; then
        m_need "group $m_o_group (was gid $m_has_gid)"
        [ "$m_has_gid" = '?' ] || m_certain=1
      fi
      ;;
  esac
}

# m_user_field WORD WANTED HAS: adds a reason. What the tool would choose for an account that only the plan has is not known.
m_user_field() {
  [ -n "$2" ] && [ "$2" != "$3" ] || return 0
  m_need "$1 $2 (was $3)"
  [ "$3" = '?' ] || m_certain=1
}

m_add_user() {
  # `-g =uid` refuses a group that is there already (its account was deleted, the group stayed): join it then.
  m_group_option=$m_o_group
  if [ "$m_o_group" = =uid ]; then
    m_gid_of "$m_account"
    if [ -n "$m_id" ]; then
      m_group_option=$m_account
    else
      m_record group "$m_account" "$m_step"
    fi
  fi
  m_record user "$m_account" "$m_step"
  m_account_tool useradd ${m_o_uid:+-u "$m_o_uid"} ${m_group_option:+-g "$m_group_option"} \
    ${m_o_home:+-d "$m_o_home"} ${m_o_shell:+-s "$m_o_shell"} ${m_o_comment:+-c "$m_o_comment"} "$m_account" ||
    fail "user $m_account: useradd failed"
}
