# Rolls a run back: replays its journal backwards, then starts and restarts what ran before, then proves that every touched
# path is as it was. Each entry is judged by what is there now, so a rollback that was cut is simply run again. The receipt
# holds a copy that works at the host's console: sh /var/db/muster/runs/RUN-ID/undo.sh [--force]

# m__result STATUS KIND TARGET REASON: reports one entry.
m__result() {
  m__emit res "$1" "$2" "$3" "$4" 0 "$m__entry_step"
  case $1 in
    undone | kept) printf '%s\n' "$m__entry_seq" >>"$m__receipt/undone" ;;
    *)
      m__undo_bad=$((m__undo_bad + 1))
      [ "$2" != service ] || m__bad_services="$m__bad_services|$3|"
      ;;
  esac
}

# m__twice COMMAND...: a tool may have been killed from outside: so a second time where that cannot do harm.
m__twice() {
  "$@" || "$@"
}

# m__one_of VALUE A B: true when VALUE is one of the two, or one of them is not known.
m__one_of() {
  [ "$1" = "$2" ] || [ "$1" = "$3" ] || [ "$2" = '?' ] || [ "$3" = '?' ]
}

# m__is_ours: what is there now (m_type ... m__extra) is what the run left, or what it left half done.
m__is_ours() {
  [ "$m_type" != absent ] || return 0
  m__one_of "$m_type" "$m__pre_type" "$m__post_type" || return 1
  # At a place that was empty before, a directory goes, no matter which account owns it by now. Only files that others put in
  # it can keep it: owner and mode of an empty directory are nothing to lose. After a crash, an rc script may have made it at
  # the place that the run had planned.
  case $m_type$m__pre_type$m__post_type in dirabsentdir) return 0 ;; esac
  # A directory is made with this mode, by an apply and by an undo that was cut alike.
  case $m_type$m_mode$m__pre_type$m__post_type in dir0700absent* | dir0700*absent) return 0 ;; esac
  # chown takes set-id bits off, and a driver may have died before the chmod behind it.
  { m__one_of "$m_mode" "$m__pre_mode" "$m__post_mode" || m__one_of "$m_mode" "0${m__pre_mode#?}" "0${m__post_mode#?}"; } &&
    m__one_of "$m_uid" "$m__pre_uid" "$m__post_uid" && m__one_of "$m_gid" "$m__pre_gid" "$m__post_gid" &&
    m__one_of "$m__extra" "$m__pre_extra" "$m__post_extra"
}

# m__what_differs: in words, how what is there now differs from what the run left.
m__what_differs() {
  local m__words
  if [ "$m_type" != "$m__post_type" ]; then
    printf 'it is now a %s' "$m_type"
    return 0
  fi
  m__words=
  m__one_of "$m__extra" "$m__post_extra" "$m__post_extra" || m__words=' other content'
  m__one_of "$m_mode" "$m__post_mode" "$m__post_mode" || m__words="$m__words, mode $m_mode instead of $m__post_mode"
  m__one_of "$m_uid" "$m__post_uid" "$m__post_uid" || m__words="$m__words, uid $m_uid instead of $m__post_uid"
  m__one_of "$m_gid" "$m__post_gid" "$m__post_gid" || m__words="$m__words, gid $m_gid instead of $m__post_gid"
  m__words=${m__words#,}
  printf '%s' "${m__words# }"
}

m__undo_path() {
  local m__reported
  m__reported=
  if m__undo_hold; then
    m__undo_path_held
    m__undo_held_path
  elif [ "$m__pre_type" = absent ]; then
    # A way on which somebody else has put a link leads to nothing of the run's.
    m__result kept path "$m_path" "is gone: $m_hold_why"
  else
    m__conflicts="$m__conflicts|$m_path|"
    m__result conflict path "$m_path" "$m_hold_why"
  fi
}

# m__undo_hold: m_hold of m_path. Others' directory is not given back between two entries for paths in it.
m__undo_hold() {
  m_parent "$m_path"
  [ "$m__undo_held" != "$m_dir" ] || return 0
  m__undo_let_go
  m_hold "$m_path"
}

# m__undo_held_path: the path is dealt with; where nothing is borrowed nothing is held on.
m__undo_held_path() {
  if [ -n "$m__lent" ]; then
    m_parent "$m_path"
    m__undo_held=$m_dir
  else
    m__undo_held=
    m_let_go
  fi
}

m__undo_let_go() {
  [ -n "$m__undo_held" ] || return 0
  m__undo_held=
  m_let_go
}

# m__undo_chain: of the entries m__transient about m_path, newest first: if the file is what the newest left, it becomes what it was
# before the oldest at once. Whatever else is there is judged entry by entry, and so is what a cut left between them.
m__undo_chain() {
  local m__chain m__oldest
  m__chain=$m__transient
  m__oldest=${m__chain##* }
  m__entry_seq=$m__oldest
  ! m__is_undone_entry && m__undo_hold || return 0
  m_print "$m_path"
  case $m__conflicts:$m_state in
    *"|$m_path|"*:*) ;;
    *:"$m__pre")
      touch -r "$m__receipt/saved/$m__oldest" "$m_path"
      m__say_chain
      ;;
    *:"$m__post_type|$m__post_mode|$m__post_uid|$m__post_gid|$m__post_extra")
      m__seq=$m__oldest
      if m__restore; then
        m__say_chain
      else
        m__conflicts="$m__conflicts|$m_path|"
      fi
      ;;
  esac
  m__undo_held_path
}

# m__say_chain: the file is as before all of its entries.
m__say_chain() {
  for m__entry_seq in $m__chain; do
    m__drop_temps "${m_path%/*}/.muster-$m__run_id-$m__entry_seq"
    m__is_undone_entry || m__result undone path "$m_path" 'file as before'
    m__undone="$m__undone|$m__run_id:$m__entry_seq|"
  done
}

m__undo_path_held() {
  m_parent "$m_path"
  m__drop_temps "$m_dir/.muster-$m__run_id-$m__entry_seq"
  case $m__conflicts in
    *"|$m_path|"*)
      m__result conflict path "$m_path" 'left as it is, see above'
      return 0
      ;;
  esac
  m__print_for_undo
  if [ "$m_state" = "$m__pre" ]; then
    case $m_type in
      dir | file) touch -r "$m__receipt/saved/$m__entry_seq" "$m_path" ;;
      # An undo may have been cut when it had just removed the directory.
      absent) m__shelve_like ;;
    esac
    m__result kept path "$m_path" 'is as before'
    return 0
  fi
  if m__is_ours; then
    :
  elif m__is_a_writers; then
    m__undo_writers
    return 0
  elif [ "$m__force" = yes ]; then
    if ! m__keep_foreign; then
      m__result failed path "$m_path" "cannot keep the new content in $m__kept, so it stays"
      return 0
    fi
  else
    m__conflicts="$m__conflicts|$m_path|"
    m__result conflict path "$m_path" "somebody changed it since ($(m__what_differs)); --force overwrites it"
    if [ "$m__pre_type" = file ] && [ "$m_type" = file ] && m__is_its_own "$m_path" && m__is_text "$m_path"; then
      m__emit_diff "$m_path" "$m__receipt/saved/$m__entry_seq"
    fi
    return 0
  fi
  m__seq=$m__entry_seq
  if m__restore; then
    m__result undone path "$m_path" "$m__restored"
  else
    # What the entries before this one want is not possible then, and no work of others.
    m__conflicts="$m__conflicts|$m_path|"
  fi
}

# m__print_for_undo: m_print of m_path. Of a directory that goes, nobody asks whose it is, see m__is_ours, so no process either.
m__print_for_undo() {
  case $m__pre_type$m__post_type in
    absentdir)
      if [ -d "$m_path" ] && [ ! -h "$m_path" ]; then
        m_type=dir m_mode='?' m_uid='?' m_gid='?' m_links=1 m__extra=- m_state='dir|?|?|?|-'
        return 0
      fi
      ;;
  esac
  m_print "$m_path"
}

# m__is_its_own PATH: after m_look: where others may write, a file of other names (hard links) may be one that only root may read.
# The links of a directory are those of what is in it.
m__is_its_own() {
  [ "$m_type" = dir ] || [ "$m_links" -le 1 ] || ! m__is_lent "$1"
}

# m__access_back: of m_path, whose content stays: owner and mode as before. A file that another account has had goes back as
# another one, since that may still write to what it opened.
m__access_back() {
  if ! m__is_its_own "$m_path"; then
    m_names_words "$m_path" "$m_links"
    return 1
  fi
  if [ "$m_type:$m_links" = file:1 ] && [ "$m_uid" != "$m__pre_uid" ] && [ "$m_uid" != 0 ] && [ "$m_uid" != "$m_self_uid" ]; then
    m_put "$m_path" "$m_path" "$m__pre_mode" "$m__pre_uid" "$m__pre_gid" "$m_path"
  else
    chown -h "$m__pre_uid:$m__pre_gid" "$m_path" && m__chmod "$m__pre_mode" "$m_path"
  fi
}

# m__is_a_writers: what is in the file is not the run's business: it was put there once and for its writer (`--once`), or
# the run changed nothing but its owner and mode.
m__is_a_writers() {
  case $m__once_paths in *"|$m_path|"*) return 0 ;; esac
  m__only_access && [ "$m_type" = file ] &&
    m__one_of "$m_mode" "$m__pre_mode" "$m__post_mode" && m__one_of "$m_uid" "$m__pre_uid" "$m__post_uid" &&
    m__one_of "$m_gid" "$m__pre_gid" "$m__post_gid"
}

# m__only_access: the entry is about owner, group and mode of a file alone.
m__only_access() {
  [ "$m__pre_type$m__post_type" = filefile ] && [ "$m__pre_extra" = "$m__post_extra" ] && [ "$m__pre_extra" != '?' ]
}

m__undo_writers() {
  if [ -z "$m__keeps" ] && m__only_access; then
    case $m__once_paths in
      *"|$m_path|"*) m__result kept path "$m_path" 'its owner program changed it since, see below' ;;
      *)
        if m__seq=$m__entry_seq && m__access_back; then
          m__result undone path "$m_path" 'owner and mode as before; its content has changed since'
        else
          m__result failed path "$m_path" "cannot set owner and mode${m_hold_why:+: $m_hold_why}"
        fi
        ;;
    esac
  elif [ "$m_type" = file ] && [ "$m__extra" = "$m__post_extra" ] && rm -f "$m_path"; then
    m__result undone path "$m_path" removed
  elif m__keep_path "$m_path"; then
    m__say_kept "$m_path"
    # The run may have replaced an older one of the same writer.
    m__restored=removed
    m__seq=$m__entry_seq
    if m_print "$m_path" && m__restore; then
      m__result undone path "$m_path" "$m__restored, and its writer had changed it${m__kept_words:+; $m__kept_words}"
    fi
  else
    m__result failed path "$m_path" "cannot keep its content in $m__kept, so it stays"
  fi
}

# m__keep_foreign: with --force: what somebody else put in the place of m_path is kept, so nothing is lost. A directory
# where the run made one stays: m__remove judges what is in it.
m__keep_foreign() {
  m__find_kept
  case $m_type in
    file)
      # What it holds is the run's, or was saved by it.
      [ "$m__extra" != "$m__pre_extra" ] && [ "$m__extra" != "$m__post_extra" ] || [ "$m__pre_type" = dir ] || return 0
      if [ "$m__pre_type" != dir ] && [ "$m__extra" != '?' ]; then
        m__keep_copy "$m_path"
        return
      fi
      ;;
    dir) [ "$m__pre_type" != dir ] && [ "$m__post_type" != dir ] || return 0 ;;
  esac
  m__keep_path "$m_path" && m_print "$m_path"
}

# m__restore: makes m_path what it was. Says what it did in m__restored; false when a problem was reported. A tool may have been
# killed from outside, so a second time where that cannot do harm.
m__restore() {
  local m__saved m__reported
  m__saved=$m__receipt/saved/$m__entry_seq
  m__reported=
  m__restore_once && return 0
  if [ -z "$m__reported" ]; then
    m_print "$m_path"
    ! m__is_ours || ! m__restore_once || return 0
  fi
  [ -n "$m__reported" ] || m__result failed path "$m_path" "cannot restore it${m_hold_why:+: $m_hold_why}"
  return 1
}

m__restore_once() {
  m__restored="$m__pre_type as before"
  case $m__pre_type in
    absent) m__remove ;;
    file) m__restore_file ;;
    link)
      m__unescape "$m__pre_extra"
      m_put_link "$m__unescaped" "$m_path" && chown -h "$m__pre_uid:$m__pre_gid" "$m_path"
      ;;
    dir)
      [ -d "$m_path" ] || mkdir -m 0700 "$m_path"
      m__access_back && touch -r "$m__saved" "$m_path"
      ;;
    other) (cd / && pax -r -pe <"$m__saved") ;;
  esac
}

m__restore_file() {
  if [ "$m_type" = file ] && [ "$m__extra" = "$m__pre_extra" ]; then
    # The content is right: the file itself stays, and with it its other names.
    m__access_back && touch -r "$m__saved" "$m_path"
  else
    m__rejoin || m_put "$m__saved" "$m_path" "$m__pre_mode" "$m__pre_uid" "$m__pre_gid" "$m__saved"
  fi
}

# m__rejoin: the file had other names (hard links): if one of them still is what it was, m_path is a name of it again.
m__rejoin() {
  local m__inode m__where m__other m__own_status
  [ -f "$m__saved.inode" ] || return 1
  read -r m__inode <"$m__saved.inode"
  m_parent "$m_path"
  for m__where in "$m_dir" "$(df -P "$m_dir" | awk 'NR == 2 { print $6 }')"; do
    m__other=$(find "$m__where" -xdev -inum "$m__inode" -type f -print 2>/dev/null | head -n 1)
    [ -z "$m__other" ] || break
  done
  [ -n "$m__other" ] && m_hold "$m__other" || return 1
  m__rejoin_held
  m__own_status=$?
  m_let_go
  return "$m__own_status"
}

m__rejoin_held() {
  m_print "$m__other"
  [ "$m_state" = "$m__pre" ] && m__find_temp "$m_path" || return 1
  ln "$m__other" "$m__temp" && m__make_room "$m_path" && mv -f "$m__temp" "$m_path"
}

# m__remove: the run made m_path; nothing was there before.
m__remove() {
  m__restored=removed
  m__reported=
  case $m_type in
    absent)
      m__restored='is gone already'
      return 0
      ;;
    dir) ;;
    *)
      rm -f "$m_path"
      return
      ;;
  esac
  if [ -n "$m__transient$m__keeps" ] && m__holds_others && ! m__clear; then
    m__reported=1
    m__conflicts="$m__conflicts|$m_path|"
    m__result failed path "$m_path" "its content cannot be kept, so it stays: $(tail -n 1 "$m_work/keep.err")"
    return 1
  fi
  if ! is_there "$m_path" || rmdir "$m_path" 2>/dev/null || { [ "$m__force" = yes ] && m__keep_path "$m_path"; }; then
    m__shelve_like
    m__say_kept "$m_path"
    m__restored="removed${m__kept_words:+; $m__kept_words}"
    return 0
  fi
  m__reported=1
  m__conflicts="$m__conflicts|$m_path|"
  m__find_kept
  m__result conflict path "$m_path" "not removed, because it holds files that the run did not put there: $(ls -A "$m_path" | head -n 5 | tr '\n' ' '); --force moves it to $m__kept"
  return 1
}

# m__holds_others: the directory m_path holds more than what was reported and stays, and directories that go with it (m__going).
m__holds_others() {
  local m__found_name
  for m__found_name in "$m_path"/* "$m_path"/.[!.]* "$m_path"/..?*; do
    is_there "$m__found_name" || continue
    m__is_passed_over "$m__found_name" || return 0
  done
  return 1
}

# m__is_passed_over PATH: it, or something in it, was reported and stays, or it goes with the directory that it is in.
m__is_passed_over() {
  case $m__conflicts${m__going-} in *"|$1|"* | *"|$1/"*) return 0 ;; esac
  return 1
}

# m__shelve_like: where files from the directory m_path are kept, theirs gets the owner and mode that it had.
m__shelve_like() {
  m__find_kept
  [ ! -d "$m__kept$m_path" ] || [ "$m__post_type" != dir ] ||
    m__give_shelf "$m__kept$m_path" "$m__post_uid:$m__post_gid" "$m__post_mode"
}
