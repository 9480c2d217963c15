# Undoes what a run made at places that were empty before, many entries at once. It is read after undo.sh, and uses its
# words.

# m__undo_bunch LIST: LIST has entries that follow each other. Of them, everything goes at once that is exactly as the run
# left it, in directories in which only root can change a name. That takes one look, one digest of all files and one rm, and
# one rmdir for all directories. Between the two, any other name in them is judged entry by entry. Directories that stay are
# judged after it, and so is what a cut leaves.
m__undo_bunch() {
  local m__list m__line m__going
  m__list=$1
  m__find_self
  : >"$m_work/bunch.names"
  : >"$m_work/bunch.links"
  : >"$m_work/bunch.files"
  : >"$m_work/bunch.dirs"
  m__going=
  set --
  while IFS= read -r m__line; do
    m__load "$m__line"
    set -- ${1+"$@"} "${m_path%/*}"
  done <"$m__list"
  m__know_ways "$@"
  while IFS= read -r m__line <&9; do
    m__load "$m__line"
    [ "$m__post_type" != dir ] || m__is_undone_entry || m__going="$m__going|$m_path|"
    m__may_go_at_once || continue
    case $m__post_type in
      dir) printf '%s\n' "$m__line" >>"$m_work/bunch.dirs" ;;
      link) printf '%s\n' "$m__line" >>"$m_work/bunch.links" ;;
      *) printf '%s\n' "$m__line" >>"$m_work/bunch.names" ;;
    esac
    [ "$m__post_type" != file ] || printf '%s\n' "$m_path" >>"$m_work/bunch.files"
  done 9<"$m__list"
  m__names_go
  while IFS= read -r m__line <&9; do
    m__load "$m__line"
    [ "$m__post_type" != dir ] && ! m__is_undone_entry || continue
    m__undo_entry 9<&-
    m__undone="$m__undone|$m__run_id:$m__entry_seq|"
  done 9<"$m__list"
  m__directories_go
  # One that is borrowed may be gone by now.
  m__undo_let_go
}

# m__may_go_at_once: of the entry that is loaded.
m__may_go_at_once() {
  ! m__is_undone_entry || return 1
  case $m_path$m__post_extra in *[!\ -~]* | *\\* | *' -> '*) return 1 ;; esac
  case $m_path in *' ') return 1 ;; esac
  case $m__conflicts in *"|$m_path|"*) return 1 ;; esac
  m_parent "$m_path"
  # All were looked at together; only a way behind a link has not been.
  m__is_known_safe "$m_dir" || m__is_behind_link "$m_dir" && m_walk "$m_dir" && [ -z "$m_foreign$m_missing" ] || return 1
  m__drop_temps "$m_dir/.muster-$m__run_id-$m__entry_seq"
  if [ -h "$m_path" ]; then
    [ "$m__post_type" = link ]
  elif [ -d "$m_path" ]; then
    [ "$m__post_type" = dir ]
  elif [ -f "$m_path" ]; then
    # What another account may write could be written to between the look and the removal, which are further apart here.
    case $m__post_type:$m__post_uid:$m__post_mode in file:"$m_self_uid":??[0145][0145]) ;; *) return 1 ;; esac
  else
    [ -e "$m_path" ] && [ "$m__post_type" = other ]
  fi
}

# m__is_behind_link DIRECTORY: see m__know_ways.
m__is_behind_link() {
  local m__above
  m__above=$1
  while [ -n "$m__above" ]; do
    [ ! -h "$m__above" ] || return 0
    m__above=${m__above%/*}
  done
  return 1
}

# m__names_go: of what is no directory, all that is what the run left.
m__names_go() {
  local m__line
  set --
  m__find_names_as_left
  while IFS= read -r m__line; do
    set -- ${1+"$@"} "$m__line"
  done <"$m_work/bunch.as_left"
  [ $# -gt 0 ] || return 0
  rm -f "$@" || :
  m__say_gone "$m_work/bunch.names"
  m__say_gone "$m_work/bunch.links"
}

# m__find_names_as_left: into $m_work/bunch.as_left, those of $m_work/bunch.names and bunch.links that are what the run left, in their
# order: files, pipes and devices, then links.
m__find_names_as_left() {
  : >"$m_work/bunch.as_left"
  m__find_files_as_left
  m__find_links_as_left
}

m__find_files_as_left() {
  local m__line m__rest
  set --
  while IFS= read -r m__line; do
    m__load "$m__line"
    set -- ${1+"$@"} "$m_path"
  done <"$m_work/bunch.names"
  [ $# -gt 0 ] && ls -ldn "$@" >"$m_work/bunch.seen" 2>/dev/null && m__read_bunch || return 0
  set --
  while IFS= read -r m__line; do
    set -- ${1+"$@"} "$m__line"
  done <"$m_work/bunch.files"
  : >"$m_work/bunch.digests"
  [ $# -eq 0 ] || m__digests_of "$@" >"$m_work/bunch.digests" 2>/dev/null || return 0
  while IFS= read -r m__line <&9; do
    m__load "$m__line"
    m_digest_value=$m__post_extra
    if [ "$m__post_type" = file ]; then
      IFS= read -r m__rest <&8
      m__digest_in "$m__rest"
    fi
    case $m__bunch_seen in
      *"$m_nl$m_path|$m__post_type|$m__post_mode|$m__post_uid|$m__post_gid$m_nl"*)
        [ "$m_digest_value" != "$m__post_extra" ] || printf '%s\n' "$m_path" >>"$m_work/bunch.as_left"
        ;;
    esac
  done 9<"$m_work/bunch.names" 8<"$m_work/bunch.digests"
}

# m__read_bunch: sets m__bunch_seen to what ls said, a line each. False where a file is so large that it may be mostly holes, see m__is_hollow.
m__read_bunch() {
  local m__bits m__links m__uid m__gid m__size m__rest
  m__bunch_seen=$m_nl
  while read -r m__bits m__links m__uid m__gid m__size m__rest; do
    m_octal "$m__bits"
    m__rest=/${m__rest#*" /"}
    case $m__bits in
      -*)
        case $m__size in ??????????*) return 1 ;; esac
        m__bunch_seen="$m__bunch_seen$m__rest|file|$m_mode|$m__uid|$m__gid$m_nl"
        ;;
      [ld]*) ;;
      *) m__bunch_seen="$m__bunch_seen$m__rest|other|$m_mode|$m__uid|$m__gid$m_nl" ;;
    esac
  done <"$m_work/bunch.seen"
}

m__find_links_as_left() {
  local m__line m__rest m__uid
  set --
  while IFS= read -r m__line; do
    m__load "$m__line"
    set -- ${1+"$@"} "$m_path"
  done <"$m_work/bunch.links"
  [ $# -gt 0 ] && ls -ldn "$@" >"$m_work/bunch.seen" 2>/dev/null && m__list_bunch_links $# || return 0
  while IFS= read -r m__line; do
    m__load "$m__line"
    m__rest=${m__bunch_seen#*"$m_nl$m_path -> $m__post_extra|"}
    [ "$m__rest" != "$m__bunch_seen" ] || continue
    m__uid=${m__rest%%'|'*}
    m__rest=${m__rest#*'|'}
    m__one_of "$m__uid" "$m__post_uid" "$m__post_uid" && m__one_of "${m__rest%%"$m_nl"*}" "$m__post_gid" "$m__post_gid" || continue
    printf '%s\n' "$m_path" >>"$m_work/bunch.as_left"
  done <"$m_work/bunch.links"
}

# m__list_bunch_links NUMBER: sets m__bunch_seen to what ls said of so many links, `PATH -> TARGET|UID|GID` a line. False unless it has a line
# for each: the text of one may have a line end in it, and behind that what looks like another line of ls.
m__list_bunch_links() {
  local m__bits m__links m__uid m__gid m__rest m__count
  m__bunch_seen=$m_nl
  m__count=0
  while read -r m__bits m__links m__uid m__gid m__rest; do
    case $m__bits in l*) ;; *) return 1 ;; esac
    m__count=$((m__count + 1))
    m__bunch_seen="$m__bunch_seen/${m__rest#*" /"}|$m__uid|$m__gid$m_nl"
  done <"$m_work/bunch.seen"
  [ "$m__count" -eq "$1" ]
}

# m__directories_go: of the directories, those that are empty but for each other, once what others put in them is cleared away; the
# innermost come first.
m__directories_go() {
  local m__line
  while IFS= read -r m__line <&9; do
    m__load "$m__line"
    [ -z "$m__transient$m__keeps" ] || ! m__holds_others || m__clear 9<&- || :
  done 9<"$m_work/bunch.dirs"
  set --
  while IFS= read -r m__line; do
    m__load "$m__line"
    set -- ${1+"$@"} "$m_path"
  done <"$m_work/bunch.dirs"
  [ $# -gt 0 ] || return 0
  rmdir "$@" 2>/dev/null || :
  m__say_gone "$m_work/bunch.dirs"
}

# m__say_gone LIST: which of its entries are about what is not there any more.
m__say_gone() {
  local m__line m__restored
  while IFS= read -r m__line <&9; do
    m__load "$m__line"
    ! is_there "$m_path" || continue
    m__restored=removed
    if [ "$m__post_type" = dir ]; then
      m__shelve_like
      m__say_kept "$m_path"
      m__restored="removed${m__kept_words:+; $m__kept_words}"
    fi
    m__result undone path "$m_path" "$m__restored"
    m__undone="$m__undone|$m__run_id:$m__entry_seq|"
  done 9<"$1"
}
