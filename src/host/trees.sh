# Trees in which others own directories: taken from them from the top down, so that what is in them can be saved, compared or
# removed without somebody putting something else in its place. After held.sh, which also gives them back.

# m__freeze DIRECTORY: where its place is held: all directories in it are ours until m_let_go; m__frozen says whether some of them
# were not. False, with m_hold_why, when that cannot be had.
m__freeze() {
  m__frozen=
  m__find_self
  [ "$m_self_uid" -eq 0 ] || return 0
  m__has_foreign "$1" || return 0
  m__frozen=1
  m__find_real "$1"
  m__freeze_below "$m_real" || return 1
  ! m__has_foreign "$1" || {
    m_hold_why="directories in $1 belong to others, and root cannot take them over, because they are too deep or too many: $(sed 1q "$m_work/tree.foreign")"
    return 1
  }
}

# m__has_foreign DIRECTORY: some in it may be written by others. If none may, nobody could make one meanwhile.
m__has_foreign() {
  find "$1" -type d \( ! -user 0 -o -perm -0020 -o -perm -0002 \) -print >"$m_work/tree.foreign" 2>/dev/null || :
  [ -s "$m_work/tree.foreign" ]
}

m__freeze_below() {
  local m__w_child
  m_walk "$1" || return 1
  if [ -n "$m_foreign" ]; then
    [ "$m_foreign" = "$1" ] && m__borrow "$1" || {
      m_hold_why="$1 cannot be taken over from uid $m__w_uid"
      return 1
    }
  fi
  for m__w_child in "$1"/* "$1"/.[!.]* "$1"/..?*; do
    if [ -d "$m__w_child" ] && [ ! -h "$m__w_child" ]; then
      m__freeze_below "$m__w_child" || return 1
    fi
  done
}

# m__lent_below DIRECTORY: prints, of what is borrowed in it, `UID:GID|MODE|./PATH`, the path escaped.
m__lent_below() {
  local m__w_owner m__w_mode m__w_text m__w_rest
  m__find_real "$1"
  while IFS='|' read -r m__w_owner m__w_mode m__w_text m__w_rest; do
    m__unescape "$m__w_text"
    case $m__unescaped/ in
      "$m_real"/*)
        m_escape ".${m__unescaped#"$m_real"}"
        printf '%s|%s|%s\n' "$m__w_owner" "$m__w_mode" "$m_escaped"
        ;;
    esac
  done <"$m__receipt/borrowed"
}

# m__find_foreign_names DIRECTORY: into $m_work/tree.names: files in it that have names elsewhere, too.
m__find_foreign_names() {
  find "$1" -type f -links +1 -exec ls -din {} \; | awk '
    { inode = $1; links[inode] = $3; seen[inode]++; $1 = $2 = $3 = $4 = $5 = ""; name[inode] = $0 }
    END { for (inode in links) if (seen[inode] < links[inode]) print name[inode] }' >"$m_work/tree.names"
}

# m__unfreeze_copy DIRECTORY LIST: a copy, in a place where nobody else can write, of a tree that was saved frozen: its directories
# are whose they were.
m__unfreeze_copy() {
  local m__w_owner m__w_mode m__w_text
  [ -f "$2" ] || return 0
  while IFS='|' read -r m__w_owner m__w_mode m__w_text; do
    m__unescape "$m__w_text"
    [ -d "$1/$m__unescaped" ] && [ ! -h "$1/$m__unescaped" ] || continue
    chown "$m__w_owner" "$1/$m__unescaped" && m__chmod "$m__w_mode" "$1/$m__unescaped" || return 1
  done <"$2"
}

# m__remove_tree PATH: where its place is held: whatever it is, and nothing behind a link.
m__remove_tree() {
  is_there "$1" || return 0
  [ ! -d "$1" ] || [ -h "$1" ] || m__freeze "$1" || return 1
  rm -rf "$1"
}

# m__names_below DIRECTORY: prints the names of all that is in it, at whatever depth; nothing where there is no such directory.
m__names_below() {
  [ ! -d "$1" ] || [ -h "$1" ] || (cd "$1" && find . -print) 2>/dev/null || :
}

# m__hold_places LIST: until m__let_places_go, nobody else can change a name on the way to a path in the file LIST, one a line, as far
# as it is there. One look finds the directories that are root's alone. False, with m_hold_why.
m__hold_places() {
  local m__place m__places m__place_held
  m__find_self
  [ "$m_self_uid" -eq 0 ] || return 0
  m__places=$m_nl m__place_held=''
  set -- "$1"
  while IFS= read -r m__place; do
    m__place=${m__place%/*}
    # Those of one directory stand together, as a rule.
    [ "$m__place" != "$m__place_held" ] || continue
    m__place_held=$m__place
    case $m__places in *"$m_nl$m__place$m_nl"*) continue ;; esac
    m__places=$m__places$m__place$m_nl
    [ ! -d "$m__place" ] || set -- "$@" "$m__place"
  done <"$1"
  shift
  m__know_ways ${1+"$@"}
  for m__place_held do
    ! m__is_known_safe "$m__place_held" || continue
    m__hold_dir "$m__place_held" || return 1
    m__places_held=$((m__places_held + 1))
  done
}

m__let_places_go() {
  while [ "$m__places_held" -gt 0 ]; do
    m__places_held=$((m__places_held - 1))
    m_let_go
  done
}
