# directory PATH [--owner USER] [--group GROUP] [--mode MODE] [--transient PATTERN]... [--kept PATTERN]...
#
# A directory is there, with this owner, group and mode. Missing parents are made too; they belong to root and have mode 0755.
#   --owner, --group  name or number; without them a new directory belongs to root and wheel, an old one is left unchanged
#   --mode            three or four octal digits; 0755 for a new directory
#   --transient       a name pattern of files that daemons leave in it and nobody needs (`*.pid`); may be given several times
#   --kept            a name pattern of files that a daemon itself writes in it (`*`: everything); may be given several times
# Undo: if the directory was there before, its owner, group, mode and time are restored, and its content stays. If the
# run made it, transient files are removed. Kept files, and files that cannot be made again (private keys, journals of
# zones), move to kept/RUN-ID/PATH in the state directory, with owner and mode. Then the directory is removed. A file
# that nobody declared is never removed: it is reported, and the directory stays.
# Example: directory /home/named/var/run --owner named --mode 0755 --transient log --transient '*.pid'
# Works on: NetBSD 1.5
directory() {
  local m__was m__mode_first
  m_begin_path directory "$1"
  shift
  m_options 'owner= group= mode= transient+ kept+' ${1+"$@"}
  case $m_o_transient$m_o_kept in */*) fail "directory $m_path: a --transient or --kept pattern holds a slash" ;; esac
  if m__waits "$m_path"; then
    if [ -z "$m_o_owner$m_o_group$m_o_mode$m_o_transient$m_o_kept" ]; then
      m_say ok ''
      return 0
    fi
    m__make_waiting
  fi
  m_see "$m_path"
  case $m_type in
    absent) m_need 'new directory' ;;
    dir) ;;
    *) fail "directory $m_path: something else is there (a $m_type)" ;;
  esac
  m_need_owner 0755
  if [ "$m_type" = absent ]; then
    m_need "mode $m_want_mode${m_o_owner:+, owner $m_o_owner}${m_o_group:+, group $m_o_group}"
  fi
  [ -z "$m_why" ] || m_plan_path "$m_path" dir "$m_want_mode" "$m_want_uid" "$m_want_gid" ''
  m_settled && return 0
  m__parents_wait
  if m__may_wait; then
    m__let_wait dir "$m_o_transient" "$m_o_kept" ''
    m_changed
    return 0
  fi
  m_begin_change "$m_path"
  [ "$m_type" != absent ] || m_make_parents "$m_path"
  m_journal_path "$m_path" "dir|$m_want_mode|$m_want_uid|$m_want_gid|-" "$m_o_transient" "$m_o_kept"
  m__was=$m_type m__mode_first=0700
  case $m_want_uid:$m_want_mode in "$m_self_uid":0[0-7][0145][0145]) m__mode_first=$m_want_mode ;; esac
  if [ "$m__was" = absent ]; then
    mkdir -m "$m__mode_first" "$m_path" || fail "directory $m_path: mkdir failed"
    # What stays ours alone mostly has the right group, too.
    [ "$m__mode_first" != "$m_want_mode" ] || m_print "$m_path"
  fi
  if [ "$m_state" != "dir|$m_want_mode|$m_want_uid|$m_want_gid|-" ]; then
    m_set_access "$m_path" "$m_want_uid" "$m_want_gid" "$m_want_mode" || fail "directory $m_path: cannot set owner or mode${m_hold_why:+: $m_hold_why}"
    m_print "$m_path"
    [ "$m_state" = "dir|$m_want_mode|$m_want_uid|$m_want_gid|-" ] || m_stuck "it is $m_state"
  fi
  case $m__was:$m_want_uid:$m_want_mode in
    absent:"$m_self_uid":0[0-7][0145][0145]) m__know_made "$m_path" ;;
    *) m__forget_ways ;;
  esac
  m_let_go
  m_changed
}

# m_make_parents PATH: makes the directories above PATH that are missing, top down.
m_make_parents() {
  local m__new_parents m__new_parent
  m_parent "$1"
  [ "$m_dir" != / ] && [ ! -d "$m_dir" ] || return 0
  if m__some_wait; then
    # They may be among what waits.
    m__make_waiting
    m_look "$1"
    m_make_parents "$1"
    return 0
  fi
  m__new_parents=
  while [ "$m_dir" != / ] && [ ! -d "$m_dir" ]; do
    m__new_parents=$m_dir${m__new_parents:+$m_nl$m__new_parents}
    m_parent "$m_dir"
  done
  # A here-document, since a path may hold any character but newline here (declared paths are one line).
  while IFS= read -r m__new_parent; do
    m_journal_path "$m__new_parent" "dir|0755|$m_self_uid|$m_self_gid|-"
    mkdir -m 0755 "$m__new_parent" && m_look "$m__new_parent" && { [ "$m_gid" = "$m_self_gid" ] || chown "$m_self_uid:$m_self_gid" "$m__new_parent"; } ||
      fail "cannot make $m__new_parent"
    m__know_made "$m__new_parent"
  done <<EOF
$m__new_parents
EOF
}
