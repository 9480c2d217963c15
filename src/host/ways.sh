# The way to a path: which directory on it another account could change, and which links on it root may follow. A way on
# which all is root's costs one look a step: nobody else can change what was found there.

m__safe="$m_nl/$m_nl" m__safe_alone="$m_nl/$m_nl" m__safe_ways='' m__ways_alone=''
m__lent='' m__holds=0 m_foreign='' m_hold_why=''

# m__forget_ways: something that the run started may have given a directory away, or put a link in its place.
m__forget_ways() {
  m__safe="$m_nl/$m_nl" m__safe_alone="$m_nl/$m_nl" m__safe_ways='' m__ways_alone=''
}

m__find_self() {
  [ -n "${m_self_uid-}" ] || m_self_uid=$(id -u) m_self_gid=$(id -g)
}

# m_walk DIRECTORY: looks at the way to DIRECTORY, itself included. Sets m_foreign to the topmost directory on it that
# another account owns or may write, or to nothing. Sets m_real to the place to which root's links lead, and m_missing to the
# first part of it that is not there. False, with m_hold_why, when a part of it is no directory, or a link that somebody else
# may have made.
m_walk() {
  local m__w_turns
  m_foreign='' m_missing='' m_hold_why='' m_real=$1
  case $1 in
    *"$m_nl"*) ;;
    *) case $m__safe$m__safe_ways in *"$m_nl$1$m_nl"*) ! m__is_still_safe "$1" || return 0 ;; esac ;;
  esac
  m__find_self
  m__w_turns=0
  until m__walk_once "$m_real"; do
    [ -n "$m__w_through" ] || return 1
    m__w_turns=$((m__w_turns + 1))
    if [ "$m__w_turns" -gt 32 ]; then
      m_hold_why="the links on the way to $1 form a loop"
      return 1
    fi
    m_real=$m__w_through
  done
  [ -n "$m_foreign$m_missing" ] || m__note_way "$1"
}

# m__is_still_safe DIRECTORY: a raw command of a step may have given it away. Sets m_real. Starts no process.
m__is_still_safe() {
  if [ -d "$1" ] && { [ -O "$1" ] || [ "$m_self_uid" -ne 0 ]; }; then
    case $m__safe_ways in
      *"$m_nl$1$m_nl>"*)
        m_real=${m__safe_ways#*"$m_nl$1$m_nl>"}
        m_real=${m_real%%"$m_nl"*}
        ;;
    esac
    return 0
  fi
  m__forget_ways
  return 1
}

# m__note_way DIRECTORY: all on the way to it is ours. What is ours only while something is borrowed is forgotten with that.
m__note_way() {
  case $1 in *"$m_nl"*) return 0 ;; esac
  case $m__safe$m__safe_ways in *"$m_nl$1$m_nl"*) return 0 ;; esac
  m__safe_ways=${m__safe_ways:-$m_nl}$1$m_nl
  # A line that no path is: where the one before it leads.
  [ "$m_real" = "$1" ] || m__safe_ways="$m__safe_ways>$m_real$m_nl"
  ! m__nothing_is_lent || m__ways_alone=$m__safe_ways
}

# m__know_made DIRECTORY: it was made a moment ago, where only we can change a name, and is ours alone.
m__know_made() {
  local m__w_parent
  m__w_parent=${1%/*}
  m_walk "${m__w_parent:-/}" && [ -z "$m_foreign$m_missing" ] && [ "$m_real" = "${m__w_parent:-/}" ] || return 0
  m_real=$1
  m__note_safe "$1"
  m__note_way "$1"
}

# m__know_ways DIRECTORY...: one look at all of them and at the directories on the way to them: m_walk of those that are ours alone starts
# no process after it. Those behind a link, or with odd names, are left to m_walk.
m__know_ways() {
  local m__w_path m__w_ahead m__w_first
  m__find_self
  m__w_ahead=$m_nl m__w_first=1
  for m__w_path do
    [ -z "$m__w_first" ] || set --
    m__w_first=
    case $m__w_path in *[!\ -~]* | *' ' | *' -> '* | [!/]*) continue ;; esac
    while [ -n "$m__w_path" ] && [ ! -h "$m__w_path" ]; do
      case $m__safe$m__w_ahead in *"$m_nl$m__w_path$m_nl"*) break ;; esac
      m__w_ahead=$m__w_ahead$m__w_path$m_nl
      [ ! -d "$m__w_path" ] || set -- ${1+"$@"} "$m__w_path"
      m__w_path=${m__w_path%/*}
    done
    [ $# -lt 200 ] || {
      m__know_directories "$@"
      set --
    }
  done
  [ -n "$m__w_first" ] || [ $# -eq 0 ] || m__know_directories "$@"
}

# m__know_directories DIRECTORY...: ls says what is above before what is below it.
m__know_directories() {
  local m__w_bits m__w_links m__w_uid m__w_gid m__w_rest m__w_above m__w_open
  ls -ldn "$@" >"$m_work/ways.seen" 2>/dev/null || :
  # Somebody may have put a link there meanwhile, whose text looks like such lines.
  while read -r m__w_bits m__w_rest; do
    case $m__w_bits in d*) ;; *) return 0 ;; esac
  done <"$m_work/ways.seen"
  while read -r m__w_bits m__w_links m__w_uid m__w_gid m__w_rest; do
    m__w_rest=/${m__w_rest#*" /"}
    m__w_above=${m__w_rest%/*}
    ! m__is_known_safe "${m__w_above:-/}" || {
      m_foreign='' m__w_open=''
      m__judge_directory "$m__w_rest"
    }
  done <"$m_work/ways.seen"
  m_foreign=
}

# m__is_known_safe DIRECTORY: it was ours alone, by whatever way, when it was looked at.
m__is_known_safe() {
  case $m__safe in *"$m_nl$1$m_nl"*) m__is_still_safe "$1" ;; *) return 1 ;; esac
}

m__note_safe() {
  case $1 in *"$m_nl"*) return 0 ;; esac
  m__safe=$m__safe$1$m_nl
  ! m__nothing_is_lent || m__safe_alone=$m__safe
}

# m__nothing_is_lent: also not by a subshell of ours. Starts no process.
m__nothing_is_lent() {
  [ -z "$m__lent" ] && { [ -z "$m__receipt" ] || [ ! -f "$m__receipt/borrowed" ]; }
}

# m__walk_once PATH: as m_walk, as far as the first link, which makes it false; sets m__w_through to PATH with that link's text in
# the link's place, or to nothing when it may not be followed.
m__walk_once() {
  local m__w_from m__w_path m__w_left m__w_open m__w_rest
  m__w_from=$1 m__w_through='' m__w_path='' m__w_left=${1#/}
  set --
  while [ -n "$m__w_left" ]; do
    m__w_path=$m__w_path/${m__w_left%%/*}
    case $m__w_left in */*) m__w_left=${m__w_left#*/} ;; *) m__w_left= ;; esac
    case $m__w_from:$m__safe in
      *"$m_nl"*:*) set -- ${1+"$@"} "$m__w_path" ;;
      *"$m_nl$m__w_path$m_nl"*) set -- ;;
      *) set -- ${1+"$@"} "$m__w_path" ;;
    esac
  done
  [ $# -gt 0 ] || return 0
  m__w_open=
  m__way_lines "$@"
  # What follows the first that is not ours alone makes nothing safe: it may be another one by now, or a link's text that looks
  # like such a line.
  while read -r m__w_bits m__w_links m__w_uid m__w_gid m__w_rest; do
    case $m__w_bits in
      '') break ;;
      d*) [ -n "$m_foreign" ] || m__judge_directory "$1" ;;
      l*)
        m__judge_link "$1"
        return 1
        ;;
      *)
        m_hold_why="$1 is no directory"
        return 1
        ;;
    esac
    shift
  done <<END_OF_WAY
$m__w_lines
END_OF_WAY
  m_missing=${1-}
  m_foreign=${m_foreign:-$m__w_open}
}

# m__way_lines PATH...: sets m__w_lines to a line of ls for each.
m__way_lines() {
  local m__w_word
  m__w_lines=
  if [ "$m__looked" != 0 ]; then
    for m__w_word do
      [ -e "$m__w_word" ] || [ -h "$m__w_word" ] || return 0
      m__recall "$m__w_word" || { m_look_ahead "$m__w_from" && m__recall "$m__w_word"; } || break
      m__w_lines="$m__w_lines$m__t_bits $m__t_links $m__t_uid $m__t_gid$m_nl"
      shift
    done
  fi
  [ $# -gt 0 ] || return 0
  case $m__w_from in
    # A name of two lines must not be taken for two names.
    *"$m_nl"*) m__w_lines=$m__w_lines$(for m__w_word do ls -ldn "$m__w_word" 2>/dev/null | sed 1q; done) ;;
    # Not by a function: a shell starts a process more for that.
    *) m__w_lines=$m__w_lines$(ls -ldn "$@" 2>/dev/null) ;;
  esac
}

# m__judge_directory PATH: by m__w_bits and m__w_uid: it is safe, or m_foreign, or m__w_open: where names are sticky, root's own
# directories stay, and nothing else does.
m__judge_directory() {
  local m__w_whose
  m__w_whose=other
  case $m__w_uid in 0 | "$m_self_uid") m__w_whose=ours ;; esac
  if [ "$m__w_whose" = other ] && [ -n "$m__w_open" ]; then
    m_foreign=$m__w_open
    return 0
  fi
  m__w_open=
  case $m__w_whose$m__w_bits in
    ours?????w???[tT]* | ours????????w[tT]*) m__w_open=$1 ;;
    other* | ours?????w* | ours????????w*) m_foreign=$1 ;;
    *) m__note_safe "$1" ;;
  esac
}

# m__judge_link PATH: sets m__w_through when it is one of root's, where nobody else can make any.
m__judge_link() {
  local m__w_place m__w_had m__w_text
  m__w_place=
  # One of root's may have been moved there.
  ! m__is_lent_itself "$1" || m__w_place=lent
  [ -z "$m_foreign" ] || m__w_place=lent
  case $m__w_place$m__w_uid:$m__w_open:$m__w_links in
    0::* | "$m_self_uid"::* | 0:*:1 | "$m_self_uid":*:1) ;;
    *)
      m_hold_why="$1 is a symbolic link that another account may have put there (uid $m__w_uid), and root does not follow it; remove it"
      return 0
      ;;
  esac
  m__w_had=${m_target-}
  m_link_target "$1"
  m__w_text=$m_target
  m_target=$m__w_had
  case $m__w_text in
    /*) m_plain "$m__w_text${m__w_from#"$1"}" ;;
    *) m_plain "${1%/*}/$m__w_text${m__w_from#"$1"}" ;;
  esac
  m__w_through=$m_plain_path
  case $m__w_text in
    *"$m_nl"* | *[!./]*/..*) m__w_through='' ;;
  esac
  [ -n "$m__w_through" ] || m_hold_why="$1 is a link to $m__w_text; make it lead to a path without .."
}

# m_plain PATH: sets m_plain_path to it without parts that are . or .., of which the latter follow directories only.
m_plain() {
  local m__w_left m__w_part
  m_plain_path='' m__w_left=$1
  while [ -n "$m__w_left" ]; do
    m__w_part=${m__w_left%%/*}
    case $m__w_left in */*) m__w_left=${m__w_left#*/} ;; *) m__w_left= ;; esac
    case $m__w_part in
      '' | .) ;;
      ..) m_plain_path=${m_plain_path%/*} ;;
      *) m_plain_path=$m_plain_path/$m__w_part ;;
    esac
  done
  m_plain_path=${m_plain_path:-/}
}
