# What is new of an `as_one --together`, or of a whole `m_together`, is made at its end: all of it is recorded with one sync, and each tool takes
# many at once. Only if nobody but root can change a name; any other is made by itself, see held.sh. No directory is given away before all
# that is in it is there. In an apply.

m__waiting=$m_nl

# m_together COMMAND...: for playbooks: runs COMMAND, and what is new of all that it declares may be made at its end.
m_together() {
  m__begin_together
  m__bracket=1
  "$@"
  m__bracket=
  ! m__some_wait || m__make_waiting
  m__together=
}

m__begin_together() {
  m__together=1 m__waiting=$m_nl m__waiting_count=0
  [ ! -s "$m_work/waiting" ] || : >"$m_work/waiting"
  : >"$m_work/waiting.events"
}
m__bracket=

# m__may_wait [SOURCE]: m_path, which m_see saw, is new, and its directory is root's alone, or waits as well. No name is odd.
m__may_wait() {
  [ -n "$m__together" ] && [ "$m_type" = absent ] && [ "$m__mode_run" = apply ] || return 1
  case $m_path${1-} in *[!\ -~]* | *[\\\|]*) return 1 ;; esac
  case $m_path in */.* | *' ') return 1 ;; esac
  ! m__is_rc_conf "$m_path" || return 1
  m_parent "$m_path"
  m__waits "$m_dir" || { [ -d "$m_dir" ] && m_walk "$m_dir" && [ -z "$m_foreign" ]; }
}

# m__waits PATH: it is to be made at the end of this as_one.
m__waits() {
  case $m__waiting in *"$m_nl$1$m_nl"*) return 0 ;; esac
  return 1
}

# m__some_wait: something is to be made at the end, maybe declared by a subshell.
m__some_wait() {
  [ -n "$m__together" ] && { [ -n "$m__rc_waits" ] || [ -s "$m_work/waiting" ]; }
}

# m__let_wait TYPE TRANSIENT KEPT SOURCE: m_path is to be made as m_want_mode, m_want_uid and m_want_gid say.
m__let_wait() {
  m__waiting=$m__waiting$m_path$m_nl
  m__waits_itself=1
  m__join "$1" "$m_path" "$m_want_mode" "$m_want_uid" "$m_want_gid" "$2" "$3" "$4" "${m__group:+$m__group_target}"
  printf '%s\n' "$m__joined" >>"$m_work/waiting"
  m__waiting_count=$((m__waiting_count + 1))
  # Arguments of a program have their bounds.
  [ "$m__waiting_count" -lt 200 ] || m__make_waiting
}
m__waiting_count=0
m__together=

# m__parents_wait: those of m_path, a new directory, that are missing are to be made, too, as m_make_parents makes them.
m__parents_wait() {
  local m__child m__above m__rest
  [ -n "$m__together" ] || return 0
  m__child=$m_path m__above=${m_path%/*} m__rest=
  while [ -n "$m__above" ] && ! is_there "$m__above" && ! m__waits "$m__above"; do
    m__rest=$m__above$m_nl$m__rest
    m__above=${m__above%/*}
  done
  set -- "$m_want_mode" "$m_want_uid" "$m_want_gid"
  m_want_mode=0755 m_want_uid=$m_self_uid m_want_gid=$m_self_gid
  while [ -n "$m__rest" ]; do
    m_path=${m__rest%%"$m_nl"*} m__rest=${m__rest#*"$m_nl"}
    m__may_wait || break
    m__let_wait dir '' '' ''
  done
  m_path=$m__child m_want_mode=$1 m_want_uid=$2 m_want_gid=$3
}

# --- a file of rc.conf's, which several of what is declared change ------------------------------------------------

# m__rc_change_waits: of rc_conf, when m_new_file is what m_path is to hold: in an m_together it is written at the end, with what others
# of it change, as one change. Only a short text that only root can change.
m__rc_change_waits() {
  [ -n "$m__bracket" ] && [ "$m__mode_run" = apply ] || return 1
  if [ -z "$m__rc_waits" ]; then
    [ -n "$m__edited" ] && [ "$m_links" -eq 1 ] && [ "$m_path" != "$m_new_file" ] && m__is_rc_conf "$m_path" || return 1
    m_parent "$m_path"
    m_walk "$m_dir" && [ -z "$m_foreign" ] || return 1
    m__text_of "$m_path"
    m__rc_before=$m__text_read
  fi
  if [ -z "$m__edited" ]; then
    m_say ok ''
    return 0
  fi
  m__rc_waits=$m_path m__waits_itself=1
  m__diff_old=$m_content m__diff_new=$m_new_file
  m__rc_next=$m_new_file
  m__rc_changes=$m__rc_changes$m__key=$m__value$m_nl
  m_need content
  m_changed
}
m__rc_waits='' m__rc_next='' m__rc_changes=''

# m__text_of FILE: sets m__text_read to it. A short text; no process.
m__text_of() {
  local m__line
  m__text_read='' m__line=
  while IFS= read -r m__line; do
    m__text_read=$m__text_read$m__line$m_nl
  done <"$1"
  m__text_read=$m__text_read$m__line
}

# m__begin_saying: what is about to be said was not made yet: it is kept until it is.
m__begin_saying() {
  [ -n "$m__bracket" ] && [ -n "$m__waits_itself" ] && m__some_wait || return 0
  m__events_now=$m__events m__copy_now=$m__events_copy
  m__events=$m_work/waiting.events m__events_copy=
}

m__end_saying() {
  [ -n "$m__events_now" ] || return 0
  m__events=$m__events_now m__events_copy=$m__copy_now m__events_now=
}
m__events_now='' m__waits_itself=''

# m__copy_waits: of `copy`: a new file of which all is declared waits without a look at its source, which comes with all others.
m__copy_waits() {
  [ -n "$m__together" ] && [ -n "$m_o_owner" ] && [ -n "$m_o_group" ] && [ -n "$m_o_mode" ] && [ -z "$m_o_validate" ] || return 1
  ! is_there "$m_path" && [ -f "$m_o_from" ] && [ ! -h "$m_o_from" ] && [ "$m__mode_run" = apply ] || return 1
  m_parent "$m_o_from"
  m_walk "$m_dir" && [ -z "$m_foreign" ] || return 1
  m_see "$m_path"
  m_need 'new file'
  m_need_owner 0644
  m__may_wait "$m_o_from" || {
    m_why=
    return 1
  }
  m__let_wait file '' "$m__once" "$m_o_from"
  m_changed
}
