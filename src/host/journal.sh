# The undo record of a run: one entry a line, appended before the change it undoes, never rewritten.
# `SEQ|path|TARGET|STEP|TRANSIENT|PRE...|POST...|KEPT|.` and the like (the last dot says that the line is whole);
# undo.sh reads them backwards. Originals are in saved/SEQ.

# m_record KIND FIELD...: appends an entry; m_seq is its number from here on.
m_record() {
  m_record_hook
  m_seq=$((m_seq + 1))
  m_join "$m_seq" "$@"
  printf '%s|.\n' "$m_joined" >>"$m_receipt/journal" || fail "cannot write the journal in $m_receipt"
  m_sync
}

# A journal that a power cut loses undoes nothing: by choice (config `durable`) it is forced out to the disk.
m_sync() {
  [ "$m_durable" = no ] || sync
}

# m_record_hook: before a step's first change, its own `undo`, if it has one, with the vars that are no secrets.
m_record_hook() {
  [ -n "$m_hook" ] || return 0
  m_hook_file=$m_hook
  m_hook=
  {
    cat "$m_work/vars" "$m_hook_file"
    printf '\nundo\n'
  } >"$m_receipt/saved/$((m_seq + 1)).hook" || fail 'cannot save the undo of this step'
  m_record hook "$m_step"
}

# m_guard TEXT: from here on the host is worse off than before the run. When the step does not end well, whatever ends it,
# the run is taken back at once: TEXT, a sh text, ends what may be left running, and then the journal is undone.
m_guard() {
  printf '%s\n' "$1" >"$m_work/guarded"
}

# m_unguard: the host is as well off as before.
m_unguard() {
  rm -f "$m_work/guarded"
}

# m_keep_time DIRECTORY: remembers a directory's time stamp once a run, because adding a name changes it.
m_keep_time() {
  case $m_kept_times in *"|$1|"*) return 0 ;; esac
  m_kept_times="$m_kept_times|$1|"
  [ -d "$1" ] || return 0
  m_record time "$1"
  touch -r "$1" "$m_receipt/saved/$m_seq" 2>/dev/null || :
}

# m_journal_path TARGET POST-STATE [TRANSIENT [KEPT]]: saves what TARGET is now and records what it will be.
# POST-STATE is a fingerprint as of m_print, or `?` when it cannot be known before. TRANSIENT and KEPT are patterns of what
# others write in a directory; a file with a KEPT is its writer's once it is there.
m_journal_path() {
  m_record_hook
  m_record_program "$1"
  m_post=$2
  m_hold "$1" || fail "$1: $m_hold_why"
  m_parent "$1"
  m_keep_time "$m_dir"
  ! m_is_lent "$1" || m_may_save "$1"
  m_print "$1"
  m_save=$m_receipt/saved/$((m_seq + 1))
  # Saved before it is recorded: an entry without its original could not be undone.
  case $m_type in
    file)
      [ "$m_extra" != '?' ] || fail "$1: $m_hold_why"
      cp -p "$1" "$m_save" || fail "cannot save $1 to $m_save"
      # It has other names (hard links): an undo finds them by this.
      [ "$m_links" -eq 1 ] || ls -i "$1" | awk '{ print $1; exit }' >"$m_save.inode"
      ;;
    dir) touch -r "$1" "$m_save" || fail "cannot save the time of $1" ;;
    other) (cd / && pax -w -x ustar ".$1" >"$m_save") 2>/dev/null || fail "cannot save $1, which is a device, socket or pipe" ;;
  esac
  m_seq=$((m_seq + 1))
  m_escape "${4-}"
  m_journal_kept=$m_escaped
  m_join "$m_seq" path "$1" "$m_step" "${3-}"
  printf '%s\n' "$m_joined|$m_state|$m_post|$m_journal_kept|." >>"$m_receipt/journal" || fail "cannot write the journal in $m_receipt"
  m_let_go
  m_sync
  m_touched "$1"
}

# m_may_save PATH: it is where another account may have put it. What has other names may be a file that only root may read,
# and what has no end would fill the disk.
m_may_save() {
  m_look "$1"
  [ "$m_type" = file ] || return 0
  if [ "$m_links" -gt 1 ]; then
    m_names_words "$1" "$m_links"
    fail "$1: $m_hold_why"
  fi
  m_seen_here "$1" && [ "$m_w_size" -le "$m_read_large" ] || fail "$1: it has more than 256 MB and is where others may write; move it away"
}

# m_record_made PATH: PATH, which was not there before, was made by something that this run started, such as an rc script: an
# undo removes it, whatever is in it by then.
m_record_made() {
  m_look "$1"
  m_seq=$((m_seq + 1))
  m_join "$m_seq" path "$1" "$m_step" ''
  case $m_type in
    dir) m_post='dir|?|?|?|-' ;;
    *) m_post="$m_type|?|?|?|?" ;;
  esac
  printf '%s\n' "$m_joined|absent|-|-|-|-|$m_post||." >>"$m_receipt/journal" || fail "cannot write the journal in $m_receipt"
  m_sync
}

# m_journal_tree DIRECTORY: saves a whole tree that is about to be removed.
m_journal_tree() {
  m_hold "$1" || fail "$1: $m_hold_why"
  m_parent "$1"
  m_keep_time "$m_dir"
  m_save=$m_receipt/saved/$((m_seq + 1))
  m_freeze_to_save "$1"
  # tar and not pax: it keeps hard links and modes on every release, and undo needs no more.
  (cd "$m_dir" && tar cpf "$m_save" "./${1##*/}") 2>"$m_work/tar.err" || fail "cannot save the tree $1: $(tail -n 1 "$m_work/tar.err")"
  m_record tree "$1" "$m_step"
  m_let_go
  m_touched "$1"
}

# m_freeze_to_save DIRECTORY: nobody else changes the tree while it is saved as m_save. Whose its directories are is saved too.
m_freeze_to_save() {
  m_freeze "$1" || fail "$1: $m_hold_why"
  [ -n "$m_frozen" ] || return 0
  m_lent_below "$1" >"$m_save.dirs"
  m_find_foreign_names "$1"
  [ ! -s "$m_work/tree.names" ] || fail "$1: files in it have other names elsewhere (hard links), so they may be anybody's; leave them one name: $(head -n 3 "$m_work/tree.names" | tr '\n' ' ')"
}

# m_record_moved PATH INTO: from here on something else, such as an rc script at a boot, may move PATH to INTO and leave a link
# to that, or copy what is in it to INTO and stop half way. An undo brings back what is saved here, and takes from INTO what was
# not there yet.
m_record_moved() {
  is_there "$1" && [ ! -h "$1" ] || return 0
  m_hold "$1" || fail "$1: $m_hold_why"
  m_parent "$1"
  m_keep_time "$m_dir"
  m_save=$m_receipt/saved/$((m_seq + 1))
  [ ! -d "$1" ] || m_freeze_to_save "$1"
  (cd "$m_dir" && tar cpf "$m_save" "./${1##*/}") 2>"$m_work/tar.err" || fail "cannot save $1: $(tail -n 1 "$m_work/tar.err")"
  m_names_below "$2" >"$m_save.into"
  m_record moved "$1" "$m_step" "$2"
  m_let_go
}

# m_take_tree_away: after m_journal_tree, of m_path: out of its place at once, since half a tree would look like
# somebody's work to an undo. Then what was written in it since it was saved is saved too, and it goes.
m_take_tree_away() {
  m_parent "$m_path"
  m_temp=$m_dir/.muster-$m_run_id-$m_seq
  m_save=$m_receipt/saved/$m_seq
  m_hold_why=
  # What has these names was put there to be in the way.
  m_remove_tree "$m_temp" && m_remove_tree "$m_temp.gone" && m_freeze "$m_path" || return 1
  mkdir -m 0700 "$m_temp" && touch -r "$m_path" "$m_temp/.muster.time" && mv "$m_path" "$m_temp/" &&
    touch -r "$m_temp/.muster.time" "$m_temp/${m_path##*/}" || return 1
  (cd "$m_temp" && tar cpf "$m_save.late" "./${m_path##*/}") 2>"$m_work/tar.err" || return 1
  if cmp -s "$m_save" "$m_save.late"; then
    rm -f "$m_save.late"
  else
    mv -f "$m_save.late" "$m_save" || return 1
    m_sync
  fi
  mv "$m_temp" "$m_temp.gone" && rm -rf "$m_temp.gone"
}

# m_touched TOKEN: something changed that a service may have to hear of. Kept on the host as well, until a run of the
# whole playbook ends well, so that a restart is not forgotten when the driver dies between change and restart, or when
# only the steps before it were asked for.
m_touched() {
  m_escape "$1"
  m_note_change changed "$m_escaped"
  # A part of as_one is a change of the whole too, so that a service can watch the whole.
  if [ -n "$m_group" ]; then
    m_escape "$m_group_target"
    m_note_change changed "$m_escaped"
  fi
}

m_note_change() {
  printf '%s %s\n' "$1" "$2" >>"$m_work/changed"
  [ "$m_mode_run" != apply ] || printf '%s %s\n' "$1" "$2" >>"$m_state_dir/pending.$m_playbook"
}

# m_is_touched SERVICE TOKEN: true when TOKEN changed after SERVICE's last restart, in this run or in one that died.
m_is_touched() {
  m_escape "$2"
  m_found=1
  for m_list in "$m_state_dir"/pending.* "$m_work/changed"; do
    [ -f "$m_list" ] || continue
    m_seen=1
    while IFS= read -r m_line; do
      case $m_line in
        "changed $m_escaped") m_seen=0 ;;
        "restarted $1") m_seen=1 ;;
      esac
    done <"$m_list"
    [ "$m_seen" -ne 0 ] || m_found=0
  done
  return "$m_found"
}
