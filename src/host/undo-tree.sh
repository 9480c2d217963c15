# Restores a tree that is gone from its place: the run removed it, or something that the run started moved it. It is read
# after undo.sh, and uses its words.

# The tree is unpacked beside its place, so that it comes back whole or not at all.
m__undo_tree() {
  if ! m_hold "$m_path"; then
    m__result failed tree "$m_path" "$m_hold_why"
    return 0
  fi
  m__undo_tree_held
  m_let_go
}

m__undo_tree_held() {
  local m__temp m__was
  m_parent "$m_path"
  m__temp=$m_dir/.muster-$m__run_id-$m__entry_seq
  m__remove_tree "$m__temp.gone" && m__remove_tree "$m__temp.new" || {
    m__result failed tree "$m_path" "$m_hold_why"
    return 0
  }
  m__was=$m__temp.new/${m_path##*/}
  # The run may have been cut when the tree had just been moved, with all that was written in it to the end.
  # Nobody else can make that one.
  { [ "$m_self_uid" -eq 0 ] && { [ -h "$m__temp" ] || [ ! -O "$m__temp" ]; }; } || [ ! -f "$m__temp/.muster.time" ] || [ ! -d "$m__temp/${m_path##*/}" ] || m__was=$m__temp/${m_path##*/}
  if [ "$m__was" != "$m__temp/${m_path##*/}" ] && ! m__unpack_tree; then
    m__verdict=failed
    m__restored="cannot unpack what was saved: $(tail -n 1 "$m_work/tar.err")"
  elif is_there "$m_path" && m__same_tree "$m__was" "$m_path"; then
    m__verdict=kept
    m__restored='is as before'
  elif is_there "$m_path" && [ "$m__force" != yes ]; then
    m__verdict=conflict
    m__restored='something else is there now; --force overwrites it'
    m__conflicts="$m__conflicts|$m_path|"
  else
    # What is there goes away as it is; and what was unpacked beside it may be another one after that.
    m__number_of "${m__was%/*}"
    m_let_go
    m_hold "$m_path" && m__is_number "${m__was%/*}" && m__put_tree || {
      m__verdict=failed
      m__restored=${m_hold_why:-$m__restored}
    }
  fi
  # Before the result is noted: nobody comes back for it then.
  m__remove_tree "$m__temp.new"
  case $m__verdict in undone | kept) m__remove_tree "$m__temp" ;; esac
  case $m__kind$m__verdict in movedundone | movedkept) m__take_copies ;; esac
  m__result "$m__verdict" tree "$m_path" "$m__restored"
}

# m__number_of DIRECTORY: sets m__numbered to what tells it from any other that has its name.
m__number_of() {
  m__numbered=
  ! m__seen_here "$1" || m__numbered="$m__w_inode $m__w_bits $m__w_uid"
}

# m__is_number DIRECTORY: it is still that one.
m__is_number() {
  m__seen_here "$1" && [ "$m__numbered" = "$m__w_inode $m__w_bits $m__w_uid" ] && return
  m_hold_why="somebody changed $1 meanwhile; roll back again"
  return 1
}

# m__undo_moved: of m_path, which was not ours to move, and m__a3, to where it may be a link by now.
m__undo_moved() {
  if ! m_hold "$m_path"; then
    m__result failed moved "$m_path" "$m_hold_why"
    return 0
  fi
  if m_hold "$m__a3"; then
    m__undo_moved_held
    m_let_go
  else
    m__result failed moved "$m_path" "$m_hold_why"
  fi
  m_let_go
}

m__undo_moved_held() {
  if is_there "$m_path" && [ ! -h "$m_path" ]; then
    m__take_copies
    m__result kept moved "$m_path" 'is still in its place'
    return 0
  fi
  if [ -h "$m_path" ]; then
    m_link_target "$m_path"
    if [ "$m_target" != "$m__a3" ]; then
      m__result kept moved "$m_path" "is a link to $m_target, which no run made"
      return 0
    fi
    rm -f "$m_path"
  fi
  m_escape "$m__a3"
  m_look "$m__a3"
  if [ "$m_type" = file ] && { [ "$m_links" -eq 1 ] || ! m__is_lent "$m__a3"; } && ! grep -qF -- "|path|$m_escaped|" "$m_work/backwards" && mv "$m__a3" "$m_path"; then
    m__result undone moved "$m_path" 'moved back'
  else
    m__undo_tree
  fi
}

# m__take_copies: what moved m_path, which is there, may have left copies of its content in m__a3. Those are removed that
# were not there before and that hold the same as in m_path. Meanwhile nobody but root owns a directory in there. Both places
# must be held.
m__take_copies() {
  local m__into m__name m__copy
  m__into=$m__receipt/saved/$m__entry_seq.into
  [ -f "$m__into" ] && [ -d "$m_path" ] && [ -d "$m__a3" ] && [ ! -h "$m__a3" ] || return 0
  m__names_below "$m__a3" >"$m_work/into.now"
  m__lines_only_in "$m_work/into.now" "$m__into" >"$m_work/into.new"
  [ -s "$m_work/into.new" ] && m__freeze "$m__a3" && m__freeze "$m_path" || return 0
  # What is innermost comes first.
  sort -r "$m_work/into.new" | while IFS= read -r m__name; do
    # A name with a line end in it may look like any line.
    case $m__name/ in */../*) continue ;; ./*) ;; *) continue ;; esac
    m__copy=$m__a3/${m__name#./}
    if [ -d "$m__copy" ] && [ ! -h "$m__copy" ]; then
      rmdir "$m__copy" 2>/dev/null || :
    elif [ -f "$m__copy" ] && [ ! -h "$m__copy" ] && [ -f "$m_path/$m__name" ] && [ ! -h "$m_path/$m__name" ] && cmp -s "$m__copy" "$m_path/$m__name"; then
      rm -f "$m__copy"
    fi
  done
}

# m__unpack_tree: what was saved, as m__was. A directory that moves to another parent may get a new time, so that is noted.
m__unpack_tree() {
  mkdir -m 0700 "$m__temp.new" && (cd "$m__temp.new" && tar xpf "$m__receipt/saved/$m__entry_seq") 2>"$m_work/tar.err" &&
    touch -r "$m__was" "$m__temp.new/.muster.time"
}

# m__put_tree: the tree m__was goes to m_path; what is there is kept.
m__put_tree() {
  if is_there "$m_path" && ! m__keep_path "$m_path"; then
    m__verdict=failed
    m__restored="cannot keep the new content in $m__kept, so it stays"
    return 0
  fi
  if m__unfreeze_copy "$m__was" "$m__receipt/saved/$m__entry_seq.dirs" && mv "$m__was" "$m_path" && touch -r "${m__was%/*}/.muster.time" "$m_path"; then
    m__verdict=undone
    m__restored='tree as before'
  else
    m__verdict=failed
    m__restored='cannot put it in its place'
  fi
  return 0
}

# m__same_tree A B: nobody can tell them apart: the same names, owners, modes, times and contents. What is at B is taken from
# others for that, as A was when it was saved.
m__same_tree() {
  local m__saved_dirs
  m__saved_dirs=$m__receipt/saved/$m__entry_seq.dirs
  if [ -d "$2" ] && [ ! -h "$2" ]; then
    m__freeze "$2" || return 1
    : >"$m_work/tree.lent"
    [ -z "$m__frozen" ] || m__lent_below "$2" >"$m_work/tree.lent"
    if [ -f "$m__saved_dirs" ]; then
      sort "$m__saved_dirs" >"$m_work/tree.a"
      sort "$m_work/tree.lent" | cmp -s - "$m_work/tree.a" || return 1
    elif [ -n "$m__frozen" ]; then
      return 1
    fi
  fi
  (cd "$1" && ls -lnRA .) 2>/dev/null | grep -v '^total ' >"$m_work/tree.a"
  (cd "$2" && ls -lnRA .) 2>/dev/null | grep -v '^total ' >"$m_work/tree.b"
  cmp -s "$m_work/tree.a" "$m_work/tree.b" || return 1
  if [ -h "$1" ] || [ ! -d "$1" ]; then
    [ -h "$1" ] || [ ! -f "$1" ] || cmp -s "$1" "$2"
    return
  fi
  # By the plain files of A alone; diff -r would follow links.
  [ -z "$(cd "$1" && find . -type f ! -exec sh -c 'cmp -s "$1" "$0/$1"' "$2" {} \; -print | sed 1q)" ]
}
