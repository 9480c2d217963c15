# Takes a run back: replays its journal backwards, then starts and restarts what ran before, then proves that every
# touched path is as it was. Each entry is judged by what is there now, so a rollback that was cut is simply run
# again. The receipt holds a copy that works at the host's console: sh /var/db/muster/runs/RUN-ID/undo.sh [--force]

# m_result STATUS KIND TARGET REASON: reports one entry.
m_result() {
  m_emit res "$1" "$2" "$3" "$4" 0 "$m_entry_step"
  case $1 in
    undone | kept) printf '%s\n' "$m_entry_seq" >>"$m_receipt/undone" ;;
    *)
      m_undo_bad=$((m_undo_bad + 1))
      [ "$2" != service ] || m_bad_services="$m_bad_services|$3|"
      ;;
  esac
}

# m_one_of VALUE A B: true when VALUE is one of the two, or one of them is not known.
m_one_of() {
  [ "$1" = "$2" ] || [ "$1" = "$3" ] || [ "$2" = '?' ] || [ "$3" = '?' ]
}

# m_is_ours: what is there now (m_type ... m_extra) is what the run left, or what it left half done.
m_is_ours() {
  [ "$m_type" != absent ] || return 0
  m_one_of "$m_type" "$m_pre_type" "$m_post_type" || return 1
  # Where nothing was, a directory goes, whoever owns it by now, and what others put in it decides: owner and mode of one that
  # is empty are nothing to lose. After a crash, an rc script may have made it where the run was about to.
  case $m_type$m_pre_type$m_post_type in dirabsentdir) return 0 ;; esac
  # A directory is made with this mode, by an apply and by an undo that was cut alike.
  case $m_type$m_mode$m_pre_type$m_post_type in dir0700absent* | dir0700*absent) return 0 ;; esac
  # chown takes set-id bits off, and a driver may have died before the chmod behind it.
  { m_one_of "$m_mode" "$m_pre_mode" "$m_post_mode" || m_one_of "$m_mode" "0${m_pre_mode#?}" "0${m_post_mode#?}"; } &&
    m_one_of "$m_uid" "$m_pre_uid" "$m_post_uid" && m_one_of "$m_gid" "$m_pre_gid" "$m_post_gid" &&
    m_one_of "$m_extra" "$m_pre_extra" "$m_post_extra"
}

# m_what_differs: in words, how what is there now differs from what the run left.
m_what_differs() {
  if [ "$m_type" != "$m_post_type" ]; then
    printf 'it is now a %s' "$m_type"
    return 0
  fi
  m_words=
  m_one_of "$m_extra" "$m_post_extra" "$m_post_extra" || m_words=' other content'
  m_one_of "$m_mode" "$m_post_mode" "$m_post_mode" || m_words="$m_words, mode $m_mode instead of $m_post_mode"
  m_one_of "$m_uid" "$m_post_uid" "$m_post_uid" || m_words="$m_words, uid $m_uid instead of $m_post_uid"
  m_one_of "$m_gid" "$m_post_gid" "$m_post_gid" || m_words="$m_words, gid $m_gid instead of $m_post_gid"
  m_words=${m_words#,}
  printf '%s' "${m_words# }"
}

m_undo_path() {
  m_reported=
  if m_hold "$m_path"; then
    m_undo_path_held
    m_let_go
  elif [ "$m_pre_type" = absent ]; then
    # A way on which somebody else has put a link leads to nothing of the run's.
    m_result kept path "$m_path" "is gone: $m_hold_why"
  else
    m_conflicts="$m_conflicts|$m_path|"
    m_result conflict path "$m_path" "$m_hold_why"
  fi
}

m_undo_path_held() {
  m_parent "$m_path"
  m_drop_temps "$m_dir/.muster-$m_run_id-$m_entry_seq"
  case $m_conflicts in
    *"|$m_path|"*)
      m_result conflict path "$m_path" 'left as it is, see above'
      return 0
      ;;
  esac
  m_print "$m_path"
  if [ "$m_state" = "$m_pre" ]; then
    case $m_type in
      dir | file) touch -r "$m_receipt/saved/$m_entry_seq" "$m_path" ;;
      # An undo may have been cut when it had just removed the directory.
      absent) m_shelve_like ;;
    esac
    m_result kept path "$m_path" 'is as before'
    return 0
  fi
  if m_is_ours; then
    :
  elif m_is_a_writers; then
    m_undo_writers
    return 0
  elif [ "$m_force" = yes ]; then
    if ! m_keep_foreign; then
      m_result failed path "$m_path" "cannot keep what somebody put there in $m_kept, so it stays"
      return 0
    fi
  else
    m_conflicts="$m_conflicts|$m_path|"
    m_result conflict path "$m_path" "somebody changed it since ($(m_what_differs)); --force overwrites it"
    if [ "$m_pre_type" = file ] && [ "$m_type" = file ] && m_is_its_own "$m_path" && m_is_text "$m_path"; then
      m_emit_diff "$m_path" "$m_receipt/saved/$m_entry_seq"
    fi
    return 0
  fi
  m_seq=$m_entry_seq
  if m_restore; then
    m_result undone path "$m_path" "$m_restored"
  else
    # What the entries before this one want is not possible then, and no work of others.
    m_conflicts="$m_conflicts|$m_path|"
  fi
}

# m_is_its_own PATH: after m_look: where others may write, a file of other names (hard links) may be one that only root may read.
# The links of a directory are those of what is in it.
m_is_its_own() {
  [ "$m_type" = dir ] || [ "$m_links" -le 1 ] || ! m_is_lent "$1"
}

# m_access_back: of m_path, whose content stays: owner and mode as before. A file that another account has had goes back as
# another one, since that may still write to what it opened.
m_access_back() {
  if ! m_is_its_own "$m_path"; then
    m_names_words "$m_path" "$m_links"
    return 1
  fi
  if [ "$m_type:$m_links" = file:1 ] && [ "$m_uid" != "$m_pre_uid" ] && [ "$m_uid" != 0 ] && [ "$m_uid" != "$m_self_uid" ]; then
    m_put "$m_path" "$m_path" "$m_pre_mode" "$m_pre_uid" "$m_pre_gid" "$m_path"
  else
    chown -h "$m_pre_uid:$m_pre_gid" "$m_path" && m_chmod "$m_pre_mode" "$m_path"
  fi
}

# m_is_a_writers: what is in the file is not the run's business: it was put there once and for its writer (`--once`), or
# the run changed nothing but its owner and mode.
m_is_a_writers() {
  case $m_once_paths in *"|$m_path|"*) return 0 ;; esac
  m_only_access && [ "$m_type" = file ] &&
    m_one_of "$m_mode" "$m_pre_mode" "$m_post_mode" && m_one_of "$m_uid" "$m_pre_uid" "$m_post_uid" &&
    m_one_of "$m_gid" "$m_pre_gid" "$m_post_gid"
}

# m_only_access: the entry is about owner, group and mode of a file alone.
m_only_access() {
  [ "$m_pre_type$m_post_type" = filefile ] && [ "$m_pre_extra" = "$m_post_extra" ] && [ "$m_pre_extra" != '?' ]
}

m_undo_writers() {
  if [ -z "$m_keeps" ] && m_only_access; then
    case $m_once_paths in
      *"|$m_path|"*) m_result kept path "$m_path" 'its writer changed it since, see below' ;;
      *)
        if m_seq=$m_entry_seq && m_access_back; then
          m_result undone path "$m_path" 'owner and mode as before; its content is another one since'
        else
          m_result failed path "$m_path" "cannot set owner and mode${m_hold_why:+: $m_hold_why}"
        fi
        ;;
    esac
  elif [ "$m_type" = file ] && [ "$m_extra" = "$m_post_extra" ] && rm -f "$m_path"; then
    m_result undone path "$m_path" removed
  elif m_keep_path "$m_path"; then
    m_say_kept "$m_path"
    # The run may have replaced an older one of the same writer.
    m_restored=removed
    m_seq=$m_entry_seq
    if m_print "$m_path" && m_restore; then
      m_result undone path "$m_path" "$m_restored, and its writer had changed it${m_kept_words:+; $m_kept_words}"
    fi
  else
    m_result failed path "$m_path" "cannot keep what is in it in $m_kept, so it stays"
  fi
}

# m_keep_foreign: with --force: what somebody else put in the place of m_path is kept, so nothing is lost. A directory
# where the run made one stays: m_remove judges what is in it.
m_keep_foreign() {
  m_find_kept
  case $m_type in
    file)
      # What it holds is the run's, or was saved by it.
      [ "$m_extra" != "$m_pre_extra" ] && [ "$m_extra" != "$m_post_extra" ] || [ "$m_pre_type" = dir ] || return 0
      if [ "$m_pre_type" != dir ] && [ "$m_extra" != '?' ]; then
        m_keep_copy "$m_path"
        return
      fi
      ;;
    dir) [ "$m_pre_type" != dir ] && [ "$m_post_type" != dir ] || return 0 ;;
  esac
  m_keep_path "$m_path" && m_print "$m_path"
}

# m_restore: makes m_path what it was. Says what it did in m_restored; false when a problem was reported. A tool may have been
# killed from outside, so a second time where that cannot do harm.
m_restore() {
  m_saved=$m_receipt/saved/$m_entry_seq
  m_reported=
  m_restore_once && return 0
  if [ -z "$m_reported" ]; then
    m_print "$m_path"
    ! m_is_ours || ! m_restore_once || return 0
  fi
  [ -n "$m_reported" ] || m_result failed path "$m_path" "cannot bring it back${m_hold_why:+: $m_hold_why}"
  return 1
}

m_restore_once() {
  m_restored="$m_pre_type as before"
  case $m_pre_type in
    absent) m_remove ;;
    file) m_restore_file ;;
    link)
      m_unescape "$m_pre_extra"
      m_put_link "$m_unescaped" "$m_path" && chown -h "$m_pre_uid:$m_pre_gid" "$m_path"
      ;;
    dir)
      [ -d "$m_path" ] || mkdir -m 0700 "$m_path"
      m_access_back && touch -r "$m_saved" "$m_path"
      ;;
    other) (cd / && pax -r -pe <"$m_saved") ;;
  esac
}

m_restore_file() {
  if [ "$m_type" = file ] && [ "$m_extra" = "$m_pre_extra" ]; then
    # The content is right: the file itself stays, and with it its other names.
    m_access_back && touch -r "$m_saved" "$m_path"
  else
    m_rejoin || m_put "$m_saved" "$m_path" "$m_pre_mode" "$m_pre_uid" "$m_pre_gid" "$m_saved"
  fi
}

# m_rejoin: the file had other names (hard links): if one of them still is what it was, m_path is a name of it again.
m_rejoin() {
  [ -f "$m_saved.inode" ] || return 1
  read -r m_inode <"$m_saved.inode"
  m_parent "$m_path"
  for m_where in "$m_dir" "$(df -P "$m_dir" | awk 'NR == 2 { print $6 }')"; do
    m_other=$(find "$m_where" -xdev -inum "$m_inode" -type f -print 2>/dev/null | head -n 1)
    [ -z "$m_other" ] || break
  done
  [ -n "$m_other" ] && m_hold "$m_other" || return 1
  m_rejoin_held
  m_own_status=$?
  m_let_go
  return "$m_own_status"
}

m_rejoin_held() {
  m_print "$m_other"
  [ "$m_state" = "$m_pre" ] && m_find_temp "$m_path" || return 1
  ln "$m_other" "$m_temp" && m_make_room "$m_path" && mv -f "$m_temp" "$m_path"
}

# m_remove: the run made m_path; nothing was there before.
m_remove() {
  m_restored=removed
  m_reported=
  case $m_type in
    absent)
      m_restored='is gone already'
      return 0
      ;;
    dir) ;;
    *)
      rm -f "$m_path"
      return
      ;;
  esac
  if [ -n "$m_transient$m_keeps" ] && ! rmdir "$m_path" 2>/dev/null && ! m_clear; then
    m_reported=1
    m_conflicts="$m_conflicts|$m_path|"
    m_result failed path "$m_path" "what is in it cannot be kept, so it stays: $(tail -n 1 "$m_work/keep.err")"
    return 1
  fi
  if ! is_there "$m_path" || rmdir "$m_path" 2>/dev/null || { [ "$m_force" = yes ] && m_keep_path "$m_path"; }; then
    m_shelve_like
    m_say_kept "$m_path"
    m_restored="removed${m_kept_words:+; $m_kept_words}"
    return 0
  fi
  m_reported=1
  m_conflicts="$m_conflicts|$m_path|"
  m_find_kept
  m_result conflict path "$m_path" "not removed, it holds what the run did not put there: $(ls -A "$m_path" | head -n 5 | tr '\n' ' '); --force moves it to $m_kept"
  return 1
}

# m_shelve_like: where files from the directory m_path are kept, theirs has the owner and mode that it had.
m_shelve_like() {
  m_find_kept
  [ ! -d "$m_kept$m_path" ] || [ "$m_post_type" != dir ] ||
    m_give_later "$m_kept$m_path" "$m_post_uid:$m_post_gid" "$m_post_mode"
}
