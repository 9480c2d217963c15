# copy PATH --from OTHER [--owner USER] [--group GROUP] [--mode MODE] [--once] [--validate COMMAND]
#
# A file is a copy of another file on the same host. Links in OTHER are followed: the copy is always a plain file.
#   --from    the file to copy; without --owner, --group, --mode the copy has those of OTHER
#   others    as for `file`
# In a plan, a source that an earlier step would make is reported as `change (after STEP)`.
# Undo: as for `file`.
# Example: copy /home/named/etc/named.conf --from /etc/named.conf
# Works on: NetBSD 1.5
copy() {
  m_begin_path copy "$1"
  shift
  m_options 'from= owner= group= mode= once validate=' ${1+"$@"}
  [ -n "$m_o_from" ] || fail "copy $m_path: give it --from"
  if [ -n "$m_o_once" ]; then
    m__once='*'
    m_see "$m_path"
    if [ "$m_type" = file ]; then
      m_say ok 'is there already'
      return 0
    fi
  fi
  ! m__waits "$m_o_from" || m__make_waiting
  ! m__copy_waits || return 0
  if m__source_look "$m_o_from"; then
    m_see "$m_path"
    m_place "$m__source" "$m__source_mode"
    return 0
  fi
  m__copy_later
}

# m__source_look FILE: sets m__source to a file with FILE's content and m__source_mode, and fills m_o_owner, m_o_group and
# m_o_mode from FILE where none were declared. False when its content is not there (yet).
m__source_look() {
  m_after=
  [ "$m__mode_run" = apply ] || [ ! -s "$m_work/planned" ] || m_see "$1"
  if [ -n "$m_after" ]; then
    # An earlier step of the plan would change it.
    [ "$m_type" = file ] && [ -f "$m_content" ] || return 1
    m__source=$m_content
  else
    [ -f "$1" ] || return 1
    m__own_source "$1"
  fi
  m__source_mode=$m_mode
  [ -n "$m_o_owner" ] || m_o_owner=$m_uid
  [ -n "$m_o_group" ] || m_o_group=$m_gid
  [ -n "$m_o_mode" ] || m_o_mode=$m_mode
}

# m__own_source FILE: sets m__source, m_uid, m_gid and m_mode; where others may write, to a copy of what was seen as one plain
# file, and to what that was: its owner is not another file's.
m__own_source() {
  local m__bits m__rest
  m_readable "$1" "$m_copy_most" || fail "copy $m_path: $m_read_why"
  m__source=$m_opened_file
  if [ "$m__source" = "$m_work/seen.$m__staged" ]; then
    m__bits=$m_read_bits m_uid=$m__read_uid m_gid=$m__read_gid
  elif [ ! -h "$m__source" ]; then
    m_look "$m__source"
    ! m__is_hollow "$1" || fail "copy $m_path: $1: $m_hold_why"
    return 0
  else
    read -r m__bits m_links m_uid m_gid m__bytes m__rest <<EOF
$(ls -ldnL "$1")
EOF
    ! m__is_hollow "$1" || fail "copy $m_path: $1: $m_hold_why"
  fi
  m_octal "$m__bits"
}

# Zones are large.
m_copy_most=$m__read_large

# m__copy_later: the source is not there; in a plan an earlier step may be going to make it.
m__copy_later() {
  will_exist "$m_o_from" || fail "copy $m_path: there is no file $m_o_from"
  m__later=$m_after
  m_see "$m_path"
  m_need "(after $m__later)"
  m_plan_path "$m_path" file "${m_o_mode:-0644}" "${m_o_owner:-$m_self_uid}" "${m_o_group:-$m_self_gid}" ''
  m_settled || fail "copy $m_path: $m_o_from is still not there"
}
