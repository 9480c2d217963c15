# The way to a path: which directory on it another account could change, and which links on it root may follow. A way on
# which all is root's costs one look a step: nobody else can change what was found there.

m_safe="$m_nl/$m_nl" m_safe_alone="$m_nl/$m_nl" m_safe_ways='' m_ways_alone=''
m_lent='' m_holds=0 m_foreign='' m_hold_why=''

# m_forget_ways: something that the run started may have given a directory away, or put a link in its place.
m_forget_ways() {
  m_safe="$m_nl/$m_nl" m_safe_alone="$m_nl/$m_nl" m_safe_ways='' m_ways_alone=''
}

m_find_self() {
  [ -n "${m_self_uid-}" ] || m_self_uid=$(id -u) m_self_gid=$(id -g)
}

# m_walk DIRECTORY: looks at the way to DIRECTORY, itself included. Sets m_foreign to the topmost directory on it that another
# account owns or may write (to nothing when there is none), m_real to where it leads by root's links, and m_missing to the
# first part of it that is not there. False, with m_hold_why, when a part of it is no directory, or a link that somebody else
# may have made.
m_walk() {
  m_foreign='' m_missing='' m_hold_why='' m_real=$1
  case $1 in
    *"$m_nl"*) ;;
    *) case $m_safe$m_safe_ways in *"$m_nl$1$m_nl"*) ! m_is_still_safe "$1" || return 0 ;; esac ;;
  esac
  m_find_self
  m_w_turns=0
  until m_walk_once "$m_real"; do
    [ -n "$m_w_through" ] || return 1
    m_w_turns=$((m_w_turns + 1))
    if [ "$m_w_turns" -gt 32 ]; then
      m_hold_why="the links on the way to $1 go round in a circle"
      return 1
    fi
    m_real=$m_w_through
  done
  [ -n "$m_foreign$m_missing" ] || m_note_way "$1"
}

# m_is_still_safe DIRECTORY: a raw command of a step may have given it away. Sets m_real. Starts no process.
m_is_still_safe() {
  if [ -d "$1" ] && { [ -O "$1" ] || [ "$m_self_uid" -ne 0 ]; }; then
    case $m_safe_ways in
      *"$m_nl$1$m_nl>"*)
        m_real=${m_safe_ways#*"$m_nl$1$m_nl>"}
        m_real=${m_real%%"$m_nl"*}
        ;;
    esac
    return 0
  fi
  m_forget_ways
  return 1
}

# m_note_way DIRECTORY: all on the way to it is ours. What is ours only while something is borrowed is forgotten with that.
m_note_way() {
  case $1 in *"$m_nl"*) return 0 ;; esac
  case $m_safe$m_safe_ways in *"$m_nl$1$m_nl"*) return 0 ;; esac
  m_safe_ways=${m_safe_ways:-$m_nl}$1$m_nl
  # A line that no path is: where the one before it leads.
  [ "$m_real" = "$1" ] || m_safe_ways="$m_safe_ways>$m_real$m_nl"
  [ -n "$m_lent" ] || [ "$m_holds" -gt 0 ] || m_ways_alone=$m_safe_ways
}

m_note_safe() {
  case $1 in *"$m_nl"*) return 0 ;; esac
  m_safe=$m_safe$1$m_nl
  [ -n "$m_lent" ] || [ "$m_holds" -gt 0 ] || m_safe_alone=$m_safe
}

# m_walk_once PATH: as m_walk, as far as the first link, which makes it false; sets m_w_through to PATH with that link's text in
# the link's place, or to nothing when it may not be followed.
m_walk_once() {
  m_w_from=$1 m_w_through='' m_w_path='' m_w_left=${1#/}
  set --
  while [ -n "$m_w_left" ]; do
    m_w_path=$m_w_path/${m_w_left%%/*}
    case $m_w_left in */*) m_w_left=${m_w_left#*/} ;; *) m_w_left= ;; esac
    case $m_w_from:$m_safe in
      *"$m_nl"*:*) set -- ${1+"$@"} "$m_w_path" ;;
      *"$m_nl$m_w_path$m_nl"*) set -- ;;
      *) set -- ${1+"$@"} "$m_w_path" ;;
    esac
  done
  [ $# -gt 0 ] || return 0
  m_w_open=
  # What follows the first that is not ours alone makes nothing safe: it may be another one by now, or a link's text that looks
  # like such a line.
  while read -r m_w_bits m_w_links m_w_uid m_w_gid m_w_rest; do
    case $m_w_bits in
      '') break ;;
      d*) [ -n "$m_foreign" ] || m_judge_directory "$1" ;;
      l*)
        m_judge_link "$1"
        return 1
        ;;
      *)
        m_hold_why="$1 is no directory"
        return 1
        ;;
    esac
    shift
  done <<END_OF_WAY
$(m_list_way "$@")
END_OF_WAY
  m_missing=${1-}
  m_foreign=${m_foreign:-$m_w_open}
}

# m_list_way PATH...: a line of ls for each; a name of two lines must not be taken for two names.
m_list_way() {
  case $m_w_from in
    *"$m_nl"*) for m_w_word do ls -ldn "$m_w_word" 2>/dev/null | sed 1q; done ;;
    *) ls -ldn "$@" 2>/dev/null ;;
  esac
}

# m_judge_directory PATH: by m_w_bits and m_w_uid: it is safe, or m_foreign, or m_w_open: where names are sticky, root's own
# directories stay, and nothing else does.
m_judge_directory() {
  m_w_whose=other
  case $m_w_uid in 0 | "$m_self_uid") m_w_whose=ours ;; esac
  if [ "$m_w_whose" = other ] && [ -n "$m_w_open" ]; then
    m_foreign=$m_w_open
    return 0
  fi
  m_w_open=
  case $m_w_whose$m_w_bits in
    ours?????w???[tT]* | ours????????w[tT]*) m_w_open=$1 ;;
    other* | ours?????w* | ours????????w*) m_foreign=$1 ;;
    *) m_note_safe "$1" ;;
  esac
}

# m_judge_link PATH: sets m_w_through when it is one of root's, where nobody else can make any.
m_judge_link() {
  m_w_place=
  # One of root's may have been moved there.
  ! m_is_lent_itself "$1" || m_w_place=lent
  [ -z "$m_foreign" ] || m_w_place=lent
  case $m_w_place$m_w_uid:$m_w_open:$m_w_links in
    0::* | "$m_self_uid"::* | 0:*:1 | "$m_self_uid":*:1) ;;
    *)
      m_hold_why="$1 is a symbolic link that another account may have put there (uid $m_w_uid), and root does not follow it; remove it"
      return 0
      ;;
  esac
  m_w_had=${m_target-}
  m_link_target "$1"
  m_w_text=$m_target
  m_target=$m_w_had
  case $m_w_text in
    /*) m_plain "$m_w_text${m_w_from#"$1"}" ;;
    *) m_plain "${1%/*}/$m_w_text${m_w_from#"$1"}" ;;
  esac
  case $m_w_text in
    *"$m_nl"* | *[!./]*/..*) m_w_through='' ;;
  esac
  [ -n "$m_w_through" ] || m_hold_why="$1 is a link to $m_w_text; let it lead to a path without .. in it"
}

# m_plain PATH: sets m_w_through to it without parts that are . or .., of which the latter follow directories only.
m_plain() {
  m_w_through='' m_w_left=$1
  while [ -n "$m_w_left" ]; do
    m_w_part=${m_w_left%%/*}
    case $m_w_left in */*) m_w_left=${m_w_left#*/} ;; *) m_w_left= ;; esac
    case $m_w_part in
      '' | .) ;;
      ..) m_w_through=${m_w_through%/*} ;;
      *) m_w_through=$m_w_through/$m_w_part ;;
    esac
  done
  m_w_through=${m_w_through:-/}
}
