# directory PATH [--owner USER] [--group GROUP] [--mode MODE] [--transient PATTERN]... [--kept PATTERN]...
#
# A directory is there, with this owner, group and mode. Missing parents are made too, root's and 0755.
#   --owner, --group  name or number; without them a new directory is root's and wheel's, an old one keeps its own
#   --mode            three or four octal digits; 0755 for a new directory
#   --transient       a name pattern of what daemons leave in it and nobody misses (`*.pid`), may be given often
#   --kept            a name pattern of what a daemon itself writes in it (`*`: everything), may be given often
# Undo: a directory that was there before gets its owner, group, mode and time back, and what is in it stays. From one that
# the run made, what is transient is removed, except what cannot be made again (private keys, journals of zones): that,
# and what is kept, moves to kept/RUN-ID/PATH in the state directory with owner and mode. Then the directory is removed.
# What nobody declared is never removed, it is reported, and the directory stays.
# Example: directory /home/named/var/run --owner named --mode 0755 --transient log --transient '*.pid'
# Works on: NetBSD 1.5
directory() {
  m_begin_path directory "$1"
  shift
  m_options 'owner= group= mode= transient+ kept+' ${1+"$@"}
  case $m_o_transient$m_o_kept in */*) fail "directory $m_path: a --transient or --kept pattern holds a slash" ;; esac
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
  m_begin_change "$m_path"
  [ "$m_type" != absent ] || m_make_parents "$m_path"
  m_journal_path "$m_path" "dir|$m_want_mode|$m_want_uid|$m_want_gid|-" "$m_o_transient" "$m_o_kept"
  [ "$m_type" != absent ] || mkdir -m 0700 "$m_path" || fail "directory $m_path: mkdir failed"
  m_set_access "$m_path" "$m_want_uid" "$m_want_gid" "$m_want_mode" || fail "directory $m_path: cannot set owner or mode${m_hold_why:+: $m_hold_why}"
  m_print "$m_path"
  [ "$m_state" = "dir|$m_want_mode|$m_want_uid|$m_want_gid|-" ] || m_stuck "it is $m_state"
  m__forget_ways
  m_let_go
  m_changed
}

# m_make_parents PATH: makes the directories above PATH that are missing, top down.
m_make_parents() {
  local m__new_parents m__new_parent
  m_parent "$1"
  [ "$m_dir" != / ] && [ ! -d "$m_dir" ] || return 0
  m__new_parents=
  while [ "$m_dir" != / ] && [ ! -d "$m_dir" ]; do
    m__new_parents=$m_dir${m__new_parents:+$m_nl$m__new_parents}
    m_parent "$m_dir"
  done
  # A here-document, since a path may hold any character but newline here (declared paths are one line).
  while IFS= read -r m__new_parent; do
    m_journal_path "$m__new_parent" "dir|0755|$m_self_uid|$m_self_gid|-"
    mkdir -m 0700 "$m__new_parent" && chown "$m_self_uid:$m_self_gid" "$m__new_parent" && chmod 0755 "$m__new_parent" || fail "cannot make $m__new_parent"
  done <<EOF
$m__new_parents
EOF
}
