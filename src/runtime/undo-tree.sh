# Taking back that a tree went from its place: removed by the run, or moved by something that the run let loose. After undo.sh,
# in whose words.

# The tree is unpacked beside its place, so that it comes back whole or not at all.
m_undo_tree() {
  m_parent "$m_path"
  m_temp=$m_dir/.muster-$m_run_id-$m_entry_seq
  rm -rf "$m_temp.gone" "$m_temp.new"
  m_was=$m_temp.new/${m_path##*/}
  # The run may have been cut when the tree had just been moved, with all that was written in it to the end.
  [ ! -f "$m_temp/.muster.time" ] || [ ! -d "$m_temp/${m_path##*/}" ] || m_was=$m_temp/${m_path##*/}
  if [ "$m_was" != "$m_temp/${m_path##*/}" ] && ! m_unpack_tree; then
    m_verdict=failed
    m_restored="cannot unpack what was saved: $(tail -n 1 "$m_work/tar.err")"
  elif is_there "$m_path" && m_same_tree "$m_was" "$m_path"; then
    m_verdict=kept
    m_restored='is as before'
  elif is_there "$m_path" && [ "$m_force" != yes ]; then
    m_verdict=conflict
    m_restored='something else is there now; --force overwrites it'
    m_conflicts="$m_conflicts|$m_path|"
  else
    m_put_tree
  fi
  # Before the result is noted: nobody comes back for it then.
  rm -rf "$m_temp.new"
  case $m_verdict in undone | kept) rm -rf "$m_temp" ;; esac
  case $m_kind$m_verdict in movedundone | movedkept) m_take_copies ;; esac
  m_result "$m_verdict" tree "$m_path" "$m_restored"
}

# m_undo_moved: of m_path, which was not ours to move, and m_a3, to where it may be a link by now.
m_undo_moved() {
  if is_there "$m_path" && [ ! -h "$m_path" ]; then
    m_take_copies
    m_result kept moved "$m_path" 'is where it was'
    return 0
  fi
  if [ -h "$m_path" ]; then
    m_link_target "$m_path"
    if [ "$m_target" != "$m_a3" ]; then
      m_result kept moved "$m_path" "is a link to $m_target, which no run made"
      return 0
    fi
    rm -f "$m_path"
  fi
  m_escape "$m_a3"
  if [ -f "$m_a3" ] && [ ! -h "$m_a3" ] && ! grep -qF -- "|path|$m_escaped|" "$m_work/backwards" && mv "$m_a3" "$m_path"; then
    m_result undone moved "$m_path" 'moved back'
  else
    m_undo_tree
  fi
}

# m_take_copies: of m_path, which is there, what moved it may have left copies in m_a3: those go that were not there before and
# hold what is here. Whoever owns a directory that was made for them has it taken away first.
m_take_copies() {
  m_into=$m_receipt/saved/$m_entry_seq.into
  [ -f "$m_into" ] && [ -d "$m_path" ] && [ -d "$m_a3" ] && [ ! -h "$m_a3" ] || return 0
  m_names_below "$m_a3" >"$m_work/into.now"
  m_lines_only_in "$m_work/into.now" "$m_into" >"$m_work/into.new"
  [ -s "$m_work/into.new" ] || return 0
  # Outer ones first, by find's order.
  while IFS= read -r m_name; do
    m_copy=$m_a3/${m_name#./}
    [ ! -d "$m_copy" ] || [ -h "$m_copy" ] || m_borrow "$m_copy" || :
  done <"$m_work/into.new"
  # By now nobody else can change what is in those; what is in a directory that was there before is another entry's.
  sort -r "$m_work/into.new" | while IFS= read -r m_name; do
    m_copy=$m_a3/${m_name#./}
    m_parent "$m_copy"
    [ -O "$m_dir" ] && [ ! -h "$m_dir" ] && [ ! -h "$m_copy" ] || continue
    if [ -d "$m_copy" ]; then
      rmdir "$m_copy" 2>/dev/null || :
    elif [ -f "$m_copy" ] && [ -f "$m_path/$m_name" ] && [ ! -h "$m_path/$m_name" ] && cmp -s "$m_copy" "$m_path/$m_name"; then
      rm -f "$m_copy"
    fi
  done
  m_give_back
}

# m_unpack_tree: what was saved, as m_was. A directory that moves to another parent may get a new time, so that is noted.
m_unpack_tree() {
  mkdir -m 0700 "$m_temp.new" && (cd "$m_temp.new" && tar xpf "$m_receipt/saved/$m_entry_seq") 2>"$m_work/tar.err" &&
    touch -r "$m_was" "$m_temp.new/.muster.time"
}

# m_put_tree: the tree m_was goes to m_path; what is there is kept.
m_put_tree() {
  if is_there "$m_path" && ! m_keep_path "$m_path"; then
    m_verdict=failed
    m_restored="cannot keep what somebody put there in $m_kept, so it stays"
    return 0
  fi
  if mv "$m_was" "$m_path" && touch -r "${m_was%/*}/.muster.time" "$m_path"; then
    m_verdict=undone
    m_restored='tree as before'
  else
    m_verdict=failed
    m_restored='cannot put it in its place'
  fi
}

# m_same_tree A B: nobody can tell them apart: the same names, owners, modes, times and contents.
m_same_tree() {
  (cd "$1" && ls -lnRA .) 2>/dev/null | grep -v '^total ' >"$m_work/tree.a"
  (cd "$2" && ls -lnRA .) 2>/dev/null | grep -v '^total ' >"$m_work/tree.b"
  cmp -s "$m_work/tree.a" "$m_work/tree.b" && diff -r "$1" "$2" >/dev/null 2>&1
}
