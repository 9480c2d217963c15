# Root never works by path inside a directory that another account can write. Such a directory is borrowed for a change: noted
# in the receipt, then root's and nobody else's to write, then looked at again; and only then the next one below it, since
# somebody may be at work in that. The topmost goes back last. Reading and searching stay as they were, for a daemon that lives
# meanwhile. After ways.sh, whose words these are.

# m_hold PATH: until m_let_go, nobody else can change what PATH names. False, with m_hold_why, when that cannot be had; then
# nothing is held.
m_hold() {
  local m__w_parent
  m__w_parent=${1%/*}
  m__hold_dir "${m__w_parent:-/}"
}

# m__hold_dir DIRECTORY: likewise for all names in DIRECTORY, as far as it is there. Holds are counted: each wants its m_let_go.
# An ordinary user has nothing that another account could not do as well.
m__hold_dir() {
  local m__w_last m__w_said
  m__look_anew
  m__holds=$((m__holds + 1))
  m__find_self
  m_hold_why=
  [ "$m_self_uid" -eq 0 ] || return 0
  m__w_last=
  while m_walk "$1"; do
    [ -n "$m_foreign" ] || return 0
    [ "$m_foreign" != "$m__w_last" ] && m__borrow "$m_foreign" || {
      m_hold_why="$m_foreign belongs to uid $m__w_uid or others may write it, and root cannot take it over even for a moment; check it for a flag that forbids this"
      break
    }
    m__w_last=$m_foreign
  done
  m__w_said=$m_hold_why
  m_let_go
  m_hold_why=$m__w_said
  return 1
}

# m__borrow DIRECTORY: it is there, and nobody can put something else in its place.
m__borrow() {
  local m__w_inode m__w_bits m__w_links m__w_gid m__w_rest m__w_mode m__w_line
  read -r m__w_inode m__w_bits m__w_links m__w_uid m__w_gid m__w_rest <<END_OF_LOOK
$(ls -ldin "$1" 2>/dev/null)
END_OF_LOOK
  case $m__w_bits in d*) ;; *) return 1 ;; esac
  m__w_mode=${m_mode-}
  m_octal "$m__w_bits"
  m_escape "$1"
  # A run that only looks borrows nothing.
  [ -n "$m__receipt" ] || return 1
  m__w_line="$m__w_uid:$m__w_gid|$m_mode|$m_escaped|$m__w_inode"
  m_mode=$m__w_mode
  printf '%s\n' "$m__w_line" >>"$m__receipt/borrowed" || return 1
  case $1 in *"$m_nl"*) ;; *) m__lent=${m__lent:-$m_nl}$1$m_nl ;; esac
  [ "$m__w_uid" = "$m_self_uid" ] || chown "$m_self_uid" "$1" || return 1
  chmod u+rwx,go-w "$1"
}

# m__is_lent PATH: it is in a directory that is borrowed, at whatever depth, and by whatever links of root's PATH leads there.
m__is_lent() {
  [ -n "$m__lent" ] || return 1
  m__find_real "$1"
  m__is_lent_itself "$m_real"
}

# m__find_real PATH: sets m_real to what is borrowed under that name, if it is: to PATH without a link on the way to it.
m__find_real() {
  local m__w_parent
  m__w_parent=${1%/*}
  m_walk "${m__w_parent:-/}" || m_real=$m__w_parent
  m_real=${m_real%/}/${1##*/}
}

# m__is_lent_itself PATH: the same of one without links on the way.
m__is_lent_itself() {
  local m__w_above
  [ -n "$m__lent" ] || return 1
  m__w_above=$1
  while [ -n "$m__w_above" ]; do
    m__w_above=${m__w_above%/*}
    case $m__lent in *"$m_nl${m__w_above:-/}$m_nl"*) return 0 ;; esac
  done
  return 1
}

m_let_go() {
  local m__w_said
  m__holds=$((m__holds - 1))
  [ "$m__holds" -le 0 ] || return 0
  m__holds=0
  # Not by m__lent: a subshell may have borrowed.
  [ -z "$m__receipt" ] || [ ! -f "$m__receipt/borrowed" ] || {
    m__w_said=$m_hold_why
    m__give_back
    m_hold_why=$m__w_said
  }
}

# m__give_later DIRECTORY UID:GID MODE: a new one, which is ours until what is borrowed goes back.
m__give_later() {
  m__find_real "$1"
  m_escape "$m_real"
  printf '%s\n' "$2|$3|$m_escaped|-" >>"$m__receipt/borrowed"
}

# m__give_back: gives every directory that this receipt's run has borrowed back to its owner, the innermost first. The file
# `given` has a dot for each one that is done. So if this is cut, the next process does the others, and at most one of them
# twice.
m__give_back() {
  local m__w_given m__line
  m__holds=0
  if [ -f "$m__receipt/borrowed" ]; then
    # What is found safe from here on is so only while it is borrowed, maybe by a run that died.
    m__lent=${m__lent:-$m_nl}
    m__w_given=
    [ ! -f "$m__receipt/given" ] || read -r m__w_given <"$m__receipt/given" || :
    m__sort_borrowed
    while IFS= read -r m__line <&8; do
      case $m__w_given in
        .*) m__w_given=${m__w_given#.} ;;
        *)
          m__give_back_one "$m__line" 8<&-
          printf . >>"$m__receipt/given"
          ;;
      esac
    done 8<"$m__w_sorted"
    # The list goes last: a number without a list would be of the next one.
    rm -f "$m__receipt/given" "$m__receipt/borrowed"
  fi
  m__lent='' m__safe=$m__safe_alone m__safe_ways=$m__ways_alone
}

# m__sort_borrowed: sets m__w_sorted to a file with the list, the innermost first. One line needs no process.
m__sort_borrowed() {
  local m__line
  m__w_sorted=$m__receipt/borrowed
  { read -r m__line && read -r m__line; } <"$m__w_sorted" || return 0
  ! LC_ALL=C sort -t'|' -k 3,3 -r "$m__w_sorted" >"$m_work/borrowed" || m__w_sorted=$m_work/borrowed
}

# m__give_back_one LINE: nothing but the same directory, on a way that is still ours: another one is nobody's to give.
m__give_back_one() {
  local m__w_was m__w_mode m__w_back m__w_number m__w_inode m__w_bits m__w_links m__w_uid m__w_gid m__w_rest m__w_mode_had
  local m__w_is m__w_parent m__w_try
  IFS='|' read -r m__w_was m__w_mode m__w_back m__w_number <<END_OF_LINE
$1
END_OF_LINE
  m__unescape "$m__w_back"
  m__w_back=$m__unescaped
  [ -d "$m__w_back" ] && [ ! -h "$m__w_back" ] || return 0
  read -r m__w_inode m__w_bits m__w_links m__w_uid m__w_gid m__w_rest <<END_OF_LOOK
$(ls -ldin "$m__w_back" 2>/dev/null)
END_OF_LOOK
  case $m__w_number in
    '' | -) ;;
    *) [ "$m__w_inode" = "$m__w_number" ] || return 0 ;;
  esac
  m__w_mode_had=${m_mode-}
  m_octal "$m__w_bits"
  m__w_is="$m__w_uid:$m__w_gid $m_mode"
  m_mode=$m__w_mode_had
  m__w_parent=${m__w_back%/*}
  if [ "$m_self_uid" -ne 0 ] || { m_walk "${m__w_parent:-/}" && [ -z "$m_foreign" ]; }; then
    # A tool may have been killed from outside, so a second time.
    for m__w_try in 1 2; do
      chown "$m__w_was" "$m__w_back" && m__chmod "$m__w_mode" "$m__w_back" && return 0
    done
  fi
  # A directory with a flag that forbids chown was never borrowed.
  [ "$m__w_is" != "$m__w_was $m__w_mode" ] || return 0
  notice "$m__w_back was not given back to uid ${m__w_was%:*} (mode $m__w_mode); do that by hand, if it is still its directory"
}

# m__give_back_of_dead: the same for a borrower that was killed. The receipt notes it for m__look_again_at_lent, which
# another process may call.
m__give_back_of_dead() {
  cat "$m__receipt/borrowed" >>"$m__receipt/lent"
  m__give_back
}

# m__give_back_all: before anything is undone, gives back what dead runs have borrowed, and removes what they left half made.
# Otherwise the undo of its directory would take that for somebody's work. Needs the lock.
m__give_back_all() {
  local m__w_receipt m__w_list
  m__w_receipt=$m__receipt
  for m__w_list in "$m__state_dir"/runs/*/borrowed; do
    [ -f "$m__w_list" ] || continue
    m__receipt=${m__w_list%/borrowed}
    m__give_back_of_dead
  done
  for m__w_list in "$m__state_dir"/runs/*/temps; do
    [ -s "$m__w_list" ] || continue
    m__receipt=${m__w_list%/temps}
    m__drop_noted_temps
  done
  m__receipt=$m__w_receipt
  m__forget_ways
}

# m__look_again_at_lent: at the end of a rollback. When a step was killed, a chown that it had begun may be done when the directory
# was given back already. What the runs themselves changed is not judged here.
m__look_again_at_lent() {
  local m__line m__w_path m__w_list
  for m__w_list in "$m__state_dir"/runs/*/lent; do
    [ -f "$m__w_list" ] || continue
    while IFS= read -r m__line <&8; do
      m__w_path=${m__line#*"|"}
      m__w_path=${m__w_path#*"|"}
      m__w_path=${m__w_path%"|"*}
      cut -d'|' -f2,3 "$m_work/backwards" | grep -qxF "path|$m__w_path" || m__give_back_one "$m__line" 8<&-
    done 8<"$m__w_list"
    rm -f "$m__w_list"
  done
}

# m__return_lent: before a rollback, which may find nothing to undo: a run that was cut may have borrowed before its first entry.
m__return_lent() {
  local m__w_list
  for m__w_list in "$m__state_dir"/runs/*/borrowed; do
    [ -f "$m__w_list" ] || continue
    m__take_lock
    m__give_back_all
    m__drop_lock
    return 0
  done
}

# m_in_own DIRECTORY COMMAND...: for playbooks: the command, in whose time nobody else can change a name in DIRECTORY. It may
# `return`, and must not `exit`.
m_in_own() {
  local m__own_status
  m__hold_dir "$1" || fail "$m_hold_why"
  shift
  m__own_status=0
  "$@" || m__own_status=$?
  m_let_go
  return "$m__own_status"
}

# m_begin_change PATH: from here to m_let_go nobody else can change what PATH names, and it is what m_see saw.
m_begin_change() {
  local m__seen
  m_hold "$1" || fail "$m__resource $1: $m_hold_why"
  [ -n "$m__lent" ] || return 0
  m__seen="$m_type $m_mode $m_uid $m_gid $m_links"
  m_look "$1"
  [ "$m__seen" = "$m_type $m_mode $m_uid $m_gid $m_links" ] ||
    fail "$m__resource $1: somebody changed it while the run looked (it was $m__seen); run again"
}

#  --- changes of one path, safe from others that write beside it ----------------------------------------------------

# m_set_access PATH UID GID MODE: of something that is no link. A file of other names (hard links) may be anybody's.
m_set_access() {
  local m__own_status
  m_hold "$1" || return 1
  m__access_held "$@"
  m__own_status=$?
  m_let_go
  return "$m__own_status"
}

m__access_held() {
  local m__w_bits m__w_links m__w_rest
  if [ -d "$1" ] && [ ! -h "$1" ]; then
    chown "$2:$3" "$1" && m__chmod "$4" "$1"
    return
  fi
  read -r m__w_bits m__w_links m__w_rest <<END_OF_LOOK
$(ls -ldn "$1" 2>/dev/null)
END_OF_LOOK
  case $m__w_bits:$m__w_links in
    l*) m_hold_why="$1 has become a symbolic link" ;;
    -*:1 | [!-l]*)
      chown -h "$2:$3" "$1" && m__chmod "$4" "$1"
      return
      ;;
    -*) m_names_words "$1" "$m__w_links" ;;
  esac
  return 1
}

# m_names_words FILE LINKS: sets m_hold_why.
m_names_words() {
  m_hold_why="$1 is one of $(($2)) names (hard links) of a file, so another account may own it: find the others (find / -xdev -inum NUMBER, with the number that ls -i shows), and remove those that should not exist"
}

# m_unlink PATH: no directory, and nothing behind a link.
m_unlink() {
  local m__own_status
  m_hold "$1" || return 1
  rm -f "$1"
  m__own_status=$?
  m_let_go
  return "$m__own_status"
}

# m_make_directory PATH UID GID MODE: a new one; what has its name already stays, and is a failure.
m_make_directory() {
  local m__own_status
  m_hold "$1" || return 1
  mkdir -m 0700 "$1" && chown "$2:$3" "$1" && m__chmod "$4" "$1"
  m__own_status=$?
  m_let_go
  return "$m__own_status"
}

# m__note_temp PATH: something half made is about to be there. An undo of the run, or a run that goes on with it, finds it by
# this note.
m__note_temp() {
  [ -z "$m__receipt" ] || printf '%s\n' "$1" >>"$m__receipt/temps"
}

# m__drop_noted_temps: what the run in m__receipt left half made. Nothing is started for what is not there.
m__drop_noted_temps() {
  local m__noted
  [ -s "$m__receipt/temps" ] || return 0
  while IFS= read -r m__noted <&9; do
    case $m__noted in /*) is_there "$m__noted" || continue ;; *) continue ;; esac
    m_hold "$m__noted" || continue
    m__drop_temps "$m__noted"
    m_let_go
  done 9<"$m__receipt/temps"
  : >"$m__receipt/temps"
}

# m__drop_temps PATH-OF-TEMP: what a driver that was killed left half made.
m__drop_temps() {
  local m__one_temp m__try
  m__one_temp=$1
  for m__try in 1 2 3 4 5 6 7 8; do
    if [ -d "$m__one_temp" ] && [ ! -h "$m__one_temp" ]; then
      # See m__make_new_files, which makes none where others may write.
      [ ! -O "$m__one_temp" ] || m__is_lent "$m__one_temp" || {
        rm -f "$m__one_temp"/*
        rmdir "$m__one_temp"
      } 2>/dev/null || :
    else
      ! is_there "$m__one_temp" || rm -f "$m__one_temp"
    fi
    m__one_temp=${m__one_temp}x
  done
}
