# Root never works by path inside a directory that another account can write. Such a directory is borrowed for a change: noted
# in the receipt, then root's and nobody else's to write, then looked at again; and only then the next one below it, since
# somebody may be at work in that. The topmost goes back last. Reading and searching stay as they were, for a daemon that lives
# meanwhile. After ways.sh, whose words these are.

# m_hold PATH: until m_let_go, nobody else can change what PATH names. False, with m_hold_why, when that cannot be had; then
# nothing is held.
m_hold() {
  m_w_parent=${1%/*}
  m_hold_dir "${m_w_parent:-/}"
}

# m_hold_dir DIRECTORY: likewise for all names in DIRECTORY, as far as it is there. Holds are counted: each wants its m_let_go.
# An ordinary user has nothing that another account could not do as well.
m_hold_dir() {
  m_holds=$((m_holds + 1))
  m_find_self
  m_hold_why=
  [ "$m_self_uid" -eq 0 ] || return 0
  m_w_last=
  while m_walk "$1"; do
    [ -n "$m_foreign" ] || return 0
    [ "$m_foreign" != "$m_w_last" ] && m_borrow "$m_foreign" || {
      m_hold_why="$m_foreign is uid $m_w_uid's or may be written by others, and cannot be taken from them for the moment that this needs; has it a flag that forbids it?"
      break
    }
    m_w_last=$m_foreign
  done
  m_w_said=$m_hold_why
  m_let_go
  m_hold_why=$m_w_said
  return 1
}

# m_borrow DIRECTORY: it is there, and nobody can put something else in its place.
m_borrow() {
  read -r m_w_inode m_w_bits m_w_links m_w_uid m_w_gid m_w_rest <<END_OF_LOOK
$(ls -ldin "$1" 2>/dev/null)
END_OF_LOOK
  case $m_w_bits in d*) ;; *) return 1 ;; esac
  m_w_mode=${m_mode-}
  m_octal "$m_w_bits"
  m_escape "$1"
  # Who only looks borrows nothing.
  [ -n "$m_receipt" ] || return 1
  m_w_line="$m_w_uid:$m_w_gid|$m_mode|$m_escaped|$m_w_inode"
  m_mode=$m_w_mode
  printf '%s\n' "$m_w_line" >>"$m_receipt/borrowed" || return 1
  case $1 in *"$m_nl"*) ;; *) m_lent=${m_lent:-$m_nl}$1$m_nl ;; esac
  [ "$m_w_uid" = "$m_self_uid" ] || chown "$m_self_uid" "$1" || return 1
  chmod u+rwx,go-w "$1"
}

# m_is_lent PATH: it is in a directory that is borrowed, at whatever depth, and by whatever links of root's PATH leads there.
m_is_lent() {
  [ -n "$m_lent" ] || return 1
  m_find_real "$1"
  m_is_lent_itself "$m_real"
}

# m_find_real PATH: sets m_real to what is borrowed under that name, if it is: to PATH without a link on the way to it.
m_find_real() {
  m_w_parent=${1%/*}
  m_walk "${m_w_parent:-/}" || m_real=$m_w_parent
  m_real=${m_real%/}/${1##*/}
}

# m_is_lent_itself PATH: the same of one without links on the way.
m_is_lent_itself() {
  [ -n "$m_lent" ] || return 1
  m_w_above=$1
  while [ -n "$m_w_above" ]; do
    m_w_above=${m_w_above%/*}
    case $m_lent in *"$m_nl${m_w_above:-/}$m_nl"*) return 0 ;; esac
  done
  return 1
}

m_let_go() {
  m_holds=$((m_holds - 1))
  [ "$m_holds" -le 0 ] || return 0
  m_holds=0
  # Not by m_lent: a subshell may have borrowed.
  [ -z "$m_receipt" ] || [ ! -f "$m_receipt/borrowed" ] || {
    m_w_said=$m_hold_why
    m_give_back
    m_hold_why=$m_w_said
  }
}

# m_give_later DIRECTORY UID:GID MODE: a new one, which is ours until what is borrowed goes back.
m_give_later() {
  m_find_real "$1"
  m_escape "$m_real"
  printf '%s\n' "$2|$3|$m_escaped|-" >>"$m_receipt/borrowed"
}

# m_give_back: every directory that this receipt's run has borrowed is whose it was, what is in one before that one. How many of
# the sorted list are done stands beside it: whoever comes after a cut does the others, and maybe one more.
m_give_back() {
  m_holds=0
  if [ -f "$m_receipt/borrowed" ]; then
    # What is found safe from here on is so only while it is borrowed, maybe by a run that died.
    m_lent=${m_lent:-$m_nl}
    m_w_given=
    [ ! -f "$m_receipt/given" ] || read -r m_w_given <"$m_receipt/given" || :
    m_sort_borrowed
    while IFS= read -r m_line <&8; do
      case $m_w_given in
        .*) m_w_given=${m_w_given#.} ;;
        *)
          m_give_back_one "$m_line" 8<&-
          printf . >>"$m_receipt/given"
          ;;
      esac
    done 8<"$m_w_sorted"
    # The list goes last: a number without a list would be of the next one.
    rm -f "$m_receipt/given" "$m_receipt/borrowed"
  fi
  m_lent='' m_safe=$m_safe_alone m_safe_ways=$m_ways_alone
}

# m_sort_borrowed: sets m_w_sorted to a file with the list, the innermost first. One line needs no process.
m_sort_borrowed() {
  m_w_sorted=$m_receipt/borrowed
  { read -r m_line && read -r m_line; } <"$m_w_sorted" || return 0
  ! LC_ALL=C sort -t'|' -k 3,3 -r "$m_w_sorted" >"$m_work/borrowed" || m_w_sorted=$m_work/borrowed
}

# m_give_back_one LINE: nothing but the same directory, on a way that is still ours: another one is nobody's to give.
m_give_back_one() {
  IFS='|' read -r m_w_was m_w_mode m_w_back m_w_number <<END_OF_LINE
$1
END_OF_LINE
  m_unescape "$m_w_back"
  m_w_back=$m_unescaped
  [ -d "$m_w_back" ] && [ ! -h "$m_w_back" ] || return 0
  read -r m_w_inode m_w_bits m_w_links m_w_uid m_w_gid m_w_rest <<END_OF_LOOK
$(ls -ldin "$m_w_back" 2>/dev/null)
END_OF_LOOK
  case $m_w_number in
    '' | -) ;;
    *) [ "$m_w_inode" = "$m_w_number" ] || return 0 ;;
  esac
  m_w_mode_had=${m_mode-}
  m_octal "$m_w_bits"
  m_w_is="$m_w_uid:$m_w_gid $m_mode"
  m_mode=$m_w_mode_had
  m_w_parent=${m_w_back%/*}
  if [ "$m_self_uid" -ne 0 ] || { m_walk "${m_w_parent:-/}" && [ -z "$m_foreign" ]; }; then
    # A tool may have been killed from outside, so a second time.
    for m_w_try in 1 2; do
      chown "$m_w_was" "$m_w_back" && m_chmod "$m_w_mode" "$m_w_back" && return 0
    done
  fi
  # Where a flag forbids it, it never was borrowed.
  [ "$m_w_is" != "$m_w_was $m_w_mode" ] || return 0
  notice "$m_w_back is not given back to uid ${m_w_was%:*} (mode $m_w_mode); do that by hand, if it is still its directory"
}

# m_give_back_all: what runs that died have borrowed. With the lock.
m_give_back_all() {
  m_w_receipt=$m_receipt
  for m_w_list in "$m_state_dir"/runs/*/borrowed; do
    [ -f "$m_w_list" ] || continue
    m_receipt=${m_w_list%/borrowed}
    m_give_back
  done
  m_receipt=$m_w_receipt
  m_forget_ways
}

# m_return_lent: before a rollback, which may find nothing to undo: a run that was cut may have borrowed before its first entry.
m_return_lent() {
  for m_w_list in "$m_state_dir"/runs/*/borrowed; do
    [ -f "$m_w_list" ] || continue
    m_take_lock
    m_give_back_all
    m_drop_lock
    return 0
  done
}

# m_in_own DIRECTORY COMMAND...: for playbooks: the command, in whose time nobody else can change a name in DIRECTORY. It may
# `return`, and must not `exit`.
m_in_own() {
  m_hold_dir "$1" || fail "$m_hold_why"
  shift
  m_own_status=0
  "$@" || m_own_status=$?
  m_let_go
  return "$m_own_status"
}

# m_begin_change PATH: from here to m_let_go nobody else can change what PATH names, and it is what m_see saw.
m_begin_change() {
  m_hold "$1" || fail "$m_resource $1: $m_hold_why"
  [ -n "$m_lent" ] || return 0
  m_seen="$m_type $m_mode $m_uid $m_gid $m_links"
  m_look "$1"
  [ "$m_seen" = "$m_type $m_mode $m_uid $m_gid $m_links" ] ||
    fail "$m_resource $1: somebody changed it while the run looked (it was $m_seen); run again"
}

# --- what is done to one path, whoever may write beside it ----------------------------------------------------------

# m_set_access PATH UID GID MODE: of something that is no link. A file of other names (hard links) may be anybody's.
m_set_access() {
  m_hold "$1" || return 1
  m_access_held "$@"
  m_own_status=$?
  m_let_go
  return "$m_own_status"
}

m_access_held() {
  if [ -d "$1" ] && [ ! -h "$1" ]; then
    chown "$2:$3" "$1" && m_chmod "$4" "$1"
    return
  fi
  read -r m_w_bits m_w_links m_w_rest <<END_OF_LOOK
$(ls -ldn "$1" 2>/dev/null)
END_OF_LOOK
  case $m_w_bits:$m_w_links in
    l*) m_hold_why="$1 is a symbolic link by now" ;;
    -*:1 | [!-l]*)
      chown -h "$2:$3" "$1" && m_chmod "$4" "$1"
      return
      ;;
    -*) m_names_words "$1" "$m_w_links" ;;
  esac
  return 1
}

# m_names_words FILE LINKS: sets m_hold_why.
m_names_words() {
  m_hold_why="$1 is one of $(($2)) names (hard links) of a file, which may be anybody's: find the others (find / -xdev -inum NUMBER, with the number that ls -i says), and remove those that should not be"
}

# m_unlink PATH: no directory, and nothing behind a link.
m_unlink() {
  m_hold "$1" || return 1
  rm -f "$1"
  m_own_status=$?
  m_let_go
  return "$m_own_status"
}

# m_make_directory PATH UID GID MODE: a new one; what has its name already stays, and is a failure.
m_make_directory() {
  m_hold "$1" || return 1
  mkdir -m 0700 "$1" && chown "$2:$3" "$1" && m_chmod "$4" "$1"
  m_own_status=$?
  m_let_go
  return "$m_own_status"
}
