# The undo record of a run: one entry a line, appended before the change it undoes, never rewritten.
# `SEQ|path|TARGET|STEP|TRANSIENT|PRE...|POST...|KEPT|.` and the like (the last dot says that the line is whole);
# undo.sh reads them backwards. Originals are in saved/SEQ.

# m__record KIND FIELD...: appends an entry; m__seq is its number from here on. It is on the disk when this returns.
m__record() {
  m__note "$@"
  m__sync
}

# m__note KIND FIELD...: the same, when what it undoes comes only behind an entry that is recorded: one sync is for all of them.
m__note() {
  m__record_hook
  m__seq=$((m__seq + 1))
  m__join "$m__seq" "$@"
  printf '%s|.\n' "$m__joined" >>"$m__receipt/journal" || fail "cannot write the journal in $m__receipt"
}

# m_record_command TITLE UNDO [UNLESS]: an undo runs UNDO, a sh text, by a plain `sh`. When that fails and UNLESS, another one, fails
# too, nothing was there to undo.
m_record_command() {
  m__record command "$1" "$m_step" "$2" "${3-false}"
}

# m_record_service NAME SCRIPT STATE: NAME, whose rc.d script is SCRIPT, was `running` or `stopped`, and is about to be the other.
m_record_service() {
  m__record service "$1" "$m_step" "$2" "$3"
}

# A journal that a power cut loses undoes nothing: by choice (config `durable`) it is forced out to the disk.
m__sync() {
  [ "$m__durable" = no ] || [ -n "$m__sync_later" ] || sync
}
m__sync_later=

# m_with_one_sync COMMAND...: for playbooks: COMMAND records, and changes nothing. One sync is for all of its entries.
m_with_one_sync() {
  local m__seq_before
  m__seq_before=$m__seq
  m__sync_later=1
  "$@"
  m__sync_later=
  [ "$m__seq" = "$m__seq_before" ] || m__sync
}

# m__record_hook: before a step's first change, its own `undo`, if it has one, with the vars that are no secrets.
m__record_hook() {
  local m__hook_file
  m__look_anew
  [ -n "$m__hook" ] || return 0
  m__hook_file=$m__hook
  m__hook=
  {
    cat "$m_work/vars" "$m__hook_file"
    printf '\nundo\n'
  } >"$m__receipt/saved/$((m__seq + 1)).hook" || fail 'cannot save the undo of this step'
  m__record hook "$m_step"
}

# m_guard TEXT: from here on the host is worse off than before the run. If the step does not end well, for whatever reason,
# the run is rolled back at once: TEXT, a sh text, ends what may still be running, and then the journal is undone. A step
# that begins again does not run TEXT. So unless TEXT is `:`, all looks are confirmed before it counts.
m_guard() {
  [ "$1" = : ] || m__look_anew
  printf '%s\n' "$1" >"$m_work/guarded"
}

# m_unguard: the host is as well off as before.
m_unguard() {
  : >"$m_work/guarded"
}

# m__resume_journal: at the beginning of a step. Sets m__seq to the number of the last entry. Sets m__kept_times to the
# directories (`|PATH|`) whose time stamp is saved already, and to those that the run made, which had none. Sets
# m__known_switches to the switches that are recorded (`=SERVICE|VARIABLE|`). A step that ended well left all of that to the
# next one.
m__resume_journal() {
  if [ -s "$m_work/journal.state" ]; then
    {
      read -r m__seq
      IFS= read -r m__kept_times
      IFS= read -r m__known_switches
    } <"$m_work/journal.state"
    : >"$m_work/journal.state"
    return 0
  fi
  {
    read -r m__seq
    IFS= read -r m__kept_times || :
    IFS= read -r m__known_switches || :
  } <<EOF
$(awk -F'|' '
    $2 == "time" || $2 == "path" && $6 == "absent" && $11 == "dir" { known = known "|" $3 "|" }
    $2 == "switch" { switches = switches "=" $3 "|" $7 "|" }
    END { print NR; print known; print switches }' "$m__receipt/journal")
EOF
}

# m__leave_journal: at the good end of a step: what m__resume_journal sets.
m__leave_journal() {
  [ -s "${m__receipt:+$m__receipt/journal}" ] || return 0
  case $m__kept_times$m__known_switches in *"$m_nl"*) return 0 ;; esac
  printf '%s\n' "$m__seq" "$m__kept_times" "$m__known_switches" >"$m_work/journal.state"
}

# m__keep_time DIRECTORY: remembers a directory's time stamp once a run, because adding a name changes it. An entry about a name in
# it follows. A name with an escape in it is saved once a step.
m__keep_time() {
  case $m__kept_times in *"|$1|"*) return 0 ;; esac
  m__kept_times="$m__kept_times|$1|"
  [ -d "$1" ] || return 0
  m__note time "$1"
  touch -r "$1" "$m__receipt/saved/$m__seq" 2>/dev/null || :
}

# m_journal_path TARGET POST-STATE [TRANSIENT [KEPT]]: saves what TARGET is now and records what it will be.
# POST-STATE is a fingerprint as of m_print, or `?` when it cannot be known before. TRANSIENT and KEPT are patterns of what
# others write in a directory; a file with a KEPT is its writer's once it is there.
m_journal_path() {
  local m__post m__save m__journal_kept
  m__record_hook
  m__record_program "$1"
  m__post=$2
  m_hold "$1" || fail "$1: $m_hold_why"
  m_parent "$1"
  m__keep_time "$m_dir"
  ! m__is_lent "$1" || m__may_save "$1"
  m_print "$1"
  m__save=$m__receipt/saved/$((m__seq + 1))
  # Saved before it is recorded: an entry without its original could not be undone.
  case $m_type in
    file)
      [ "$m__extra" != '?' ] || fail "$1: $m_hold_why"
      cp -p "$1" "$m__save" || fail "cannot save $1 to $m__save"
      # It has other names (hard links): an undo finds them by this.
      [ "$m_links" -eq 1 ] || ls -i "$1" | awk '{ print $1; exit }' >"$m__save.inode"
      ;;
    dir) touch -r "$1" "$m__save" || fail "cannot save the time of $1" ;;
    other) (cd / && pax -w -x ustar ".$1" >"$m__save") 2>/dev/null || fail "cannot save $1, which is a device, socket or pipe" ;;
  esac
  m__seq=$((m__seq + 1))
  m_escape "${4-}"
  m__journal_kept=$m_escaped
  m__join "$m__seq" path "$1" "$m_step" "${3-}"
  printf '%s\n' "$m__joined|$m_state|$m__post|$m__journal_kept|." >>"$m__receipt/journal" || fail "cannot write the journal in $m__receipt"
  case $m_type:$m__post in absent:dir*) m__kept_times="$m__kept_times|$1|" ;; esac
  m_let_go
  m__sync
  m_touched "$1"
}

# m__may_save PATH: it is where another account may have put it. What has other names may be a file that only root may read,
# and what has no end would fill the disk.
m__may_save() {
  m_look "$1"
  [ "$m_type" = file ] || return 0
  if [ "$m_links" -gt 1 ]; then
    m_names_words "$1" "$m_links"
    fail "$1: $m_hold_why"
  fi
  m__seen_here "$1" && [ "$m__w_size" -le "$m__read_large" ] || fail "$1: it has more than 256 MB, and others may write its directory; move it away"
}

# m_record_made PATH: PATH, which was not there before, was made by something that this run started, such as an rc script: an
# undo removes it, whatever is in it by then.
m_record_made() {
  local m__post
  m__look_anew
  m_look "$1"
  m__seq=$((m__seq + 1))
  m__join "$m__seq" path "$1" "$m_step" ''
  case $m_type in
    dir) m__post='dir|?|?|?|-' ;;
    *) m__post="$m_type|?|?|?|?" ;;
  esac
  printf '%s\n' "$m__joined|absent|-|-|-|-|$m__post||." >>"$m__receipt/journal" || fail "cannot write the journal in $m__receipt"
  m__sync
}

# m_made PATH: PATH is there since this run, which recorded that it was not there before.
m_made() {
  m_escape "$1"
  printf '%s\n' "$m_escaped" >"$m_work/made"
  awk -F'|' -v wanted="$m_work/made" 'BEGIN { getline path <wanted } $2 == "path" && $3 == path && $6 == "absent" { found = 1 }
    END { exit !found }' "$m__receipt/journal"
}

# m_journal_tree DIRECTORY: saves a whole tree that is about to be removed.
m_journal_tree() {
  local m__save
  m_hold "$1" || fail "$1: $m_hold_why"
  m_parent "$1"
  m__keep_time "$m_dir"
  m__save=$m__receipt/saved/$((m__seq + 1))
  m__freeze_to_save "$1"
  # tar and not pax: it keeps hard links and modes on every release, and undo needs no more.
  (cd "$m_dir" && tar cpf "$m__save" "./${1##*/}") 2>"$m_work/tar.err" || fail "cannot save the tree $1: $(tail -n 1 "$m_work/tar.err")"
  m__record tree "$1" "$m_step"
  m_let_go
  m_touched "$1"
}

# m__freeze_to_save DIRECTORY: nobody else changes the tree while it is saved as m__save. Whose its directories are is saved too.
m__freeze_to_save() {
  m__freeze "$1" || fail "$1: $m_hold_why"
  [ -n "$m__frozen" ] || return 0
  m__lent_below "$1" >"$m__save.dirs"
  m__find_foreign_names "$1"
  [ ! -s "$m_work/tree.names" ] || fail "$1: files in it have other names elsewhere (hard links), so another account may own them; leave them one name: $(head -n 3 "$m_work/tree.names" | tr '\n' ' ')"
}

# m_record_moved PATH INTO: from here on something else, such as an rc script at a boot, may move PATH to INTO and leave a link
# to that, or copy what is in it to INTO and stop half way. An undo brings back what is saved here, and takes from INTO what was
# not there yet.
m_record_moved() {
  local m__save
  is_there "$1" && [ ! -h "$1" ] || return 0
  m_hold "$1" || fail "$1: $m_hold_why"
  m_parent "$1"
  m__keep_time "$m_dir"
  m__save=$m__receipt/saved/$((m__seq + 1))
  [ ! -d "$1" ] || m__freeze_to_save "$1"
  (cd "$m_dir" && tar cpf "$m__save" "./${1##*/}") 2>"$m_work/tar.err" || fail "cannot save $1: $(tail -n 1 "$m_work/tar.err")"
  m__names_below "$2" >"$m__save.into"
  m__record moved "$1" "$m_step" "$2"
  m_let_go
}

# m__take_tree_away: after m_journal_tree, of m_path: out of its place at once, since half a tree would look like
# somebody's work to an undo. Then what was written in it since it was saved is saved too, and it goes.
m__take_tree_away() {
  local m__temp m__save
  m_parent "$m_path"
  m__temp=$m_dir/.muster-$m__run_id-$m__seq
  m__save=$m__receipt/saved/$m__seq
  m_hold_why=
  # What has these names was put there to be in the way.
  m__remove_tree "$m__temp" && m__remove_tree "$m__temp.gone" && m__freeze "$m_path" || return 1
  mkdir -m 0700 "$m__temp" && touch -r "$m_path" "$m__temp/.muster.time" && mv "$m_path" "$m__temp/" &&
    touch -r "$m__temp/.muster.time" "$m__temp/${m_path##*/}" || return 1
  (cd "$m__temp" && tar cpf "$m__save.late" "./${m_path##*/}") 2>"$m_work/tar.err" || return 1
  if cmp -s "$m__save" "$m__save.late"; then
    rm -f "$m__save.late"
  else
    mv -f "$m__save.late" "$m__save" || return 1
    m__sync
  fi
  mv "$m__temp" "$m__temp.gone" && rm -rf "$m__temp.gone"
}

# m_touched TOKEN: something changed that a service may have to hear of. Kept on the host as well, until a run of the
# whole playbook ends well, so that a restart is not forgotten when the driver dies between change and restart, or when
# only the steps before it were asked for.
m_touched() {
  m_escape "$1"
  m__note_change changed "$m_escaped"
  # A part of as_one is a change of the whole too, so that a service can watch the whole.
  if [ -n "$m__group" ]; then
    m_escape "$m__group_target"
    m__note_change changed "$m_escaped"
  fi
}

# m_restarted SERVICE: by other hands than `restart`: what it owed SERVICE is paid.
m_restarted() {
  m__note_change restarted "$1"
}

m__note_change() {
  printf '%s %s\n' "$1" "$2" >>"$m_work/changed"
  [ "$m__mode_run" != apply ] || printf '%s %s\n' "$1" "$2" >>"$m__state_dir/pending.$m__playbook"
}

# m_is_touched SERVICE TOKEN: true when TOKEN changed after SERVICE's last restart, in this run or in one that died.
m_is_touched() {
  local m__found m__list m__seen m__line
  m_escape "$2"
  m__found=1
  for m__list in "$m__state_dir"/pending.* "$m_work/changed"; do
    [ -f "$m__list" ] || continue
    m__seen=1
    while IFS= read -r m__line; do
      case $m__line in
        "changed $m_escaped") m__seen=0 ;;
        "restarted $1") m__seen=1 ;;
      esac
    done <"$m__list"
    [ "$m__seen" -ne 0 ] || m__found=0
  done
  return "$m__found"
}
