# Looking at many paths at once. One ls and one awk make a sh function that knows them all (looked.awk), and a look is that
# function, or else an ls. Nothing depends on what is in there: a path that is not costs a process.
#
# Plan and verify change nothing: what was seen holds for the run. In an apply it holds until the first change, which drops all
# of it, in whatever subshell it is made, and it is confirmed (confirm.sh).

# m__looked_0 PATH: the end of the chain: nothing is known.
m__looked_0() {
  return 1
}

# m__looks_hold: what was seen at once is still to be believed. Starts no process.
m__looks_hold() {
  [ -s "$m_work/looked.$m__looks.1" ]
}

# m__recall PATH: sets m__t_type, m__t_bits, m__t_mode, m__t_links, m__t_uid, m__t_gid, m__t_bytes and m__t_target when PATH was
# seen at once with others, and is of the same kind still.
m__recall() {
  [ "$m__looked" != 0 ] && m__looks_hold && "m__looked_$m__looked" "$1" || return 1
  case $m__t_type in
    link) [ -h "$1" ] ;;
    dir) [ -d "$1" ] && [ ! -h "$1" ] ;;
    file) [ -f "$1" ] && [ ! -h "$1" ] ;;
    *) [ ! -f "$1" ] && [ ! -d "$1" ] && [ ! -h "$1" ] ;;
  esac || return 1
  [ -z "$m__confirms" ] || printf '%s\n' "$1" >>"$m_work/looks.told"
}

# m_look_ahead PATH...: looks at all of them at once, and at the directories on the way to them. After it m_look, m_see, m_walk and
# m_link_target of these start no process. Changes nothing else, and does nothing once the step has changed something.
m_look_ahead() {
  local m__path m__above m__aboves m__links m__first
  m__looks_hold || return 0
  m__read_looks
  if m__hints_are_due; then
    m__hints=
    while IFS= read -r m__path; do
      set -- ${1+"$@"} "$m__path"
    done <"$m_work/hints"
  fi
  m__aboves=$m_nl m__links='' m__first=1
  for m__path do
    [ -z "$m__first" ] || set --
    m__first=
    case $m__path in
      *[!\ -~]* | *\'* | *' -> '* | *' ' | [!/]* | '') continue ;;
    esac
    m__above=$m__path
    while :; do
      if "m__looked_$m__looked" "${m__above:-/}"; then
        :
      elif [ -h "$m__above" ]; then
        m__links=$m__links$m__above$m_nl
      elif [ -e "${m__above:-/}" ]; then
        set -- ${1+"$@"} "${m__above:-/}"
      fi
      [ -n "$m__above" ] || break
      m__above=${m__above%/*}
      case $m__aboves in *"$m_nl$m__above$m_nl"*) break ;; esac
      m__aboves=$m__aboves$m__above$m_nl
    done
    [ $# -lt 300 ] || {
      m__look_at_once "$m__links" "$@"
      m__links=
      set --
    }
  done
  [ -z "$m__first" ] || set --
  [ -z "$m__links" ] && [ $# -eq 0 ] || m__look_at_once "$m__links" ${1+"$@"}
}

# m__hints_are_due: nothing was looked at yet, and the controller knows what will be.
m__hints_are_due() {
  [ "$m__looked" = 1 ] && [ -s "$m__hints" ]
}

# m__look_around PATH: m__recall of one that nobody announced: where two in the same directory were missing, all that is in there is
# looked at. Not where others may have put any number of names.
m__look_around() {
  local m__around
  if m__hints_are_due; then
    m_look_ahead "$1"
    ! m__recall "$1" || return 0
  fi
  m__around=${1%/*}
  m__is_second "$m__around" || return 1
  [ -O "$m__around" ] && [ ! -k "$m__around" ] || return 1
  set -- "$1" "$m__around"/*
  [ $# -le 500 ] || return 1
  m_look_ahead "$@"
  m__recall "$1"
}

# m__is_second WHAT: true when it is asked for the second time.
m__is_second() {
  case $m__asked_for in
    *"$m_nl=$1$m_nl"*) return 1 ;;
    *"$m_nl$1$m_nl"*) m__asked_for="$m__asked_for=$1$m_nl" ;;
    *)
      m__asked_for=$m__asked_for$1$m_nl
      return 1
      ;;
  esac
}
m__asked_for=$m_nl

# m__look_at_once LINKS PATH...: LINKS are paths, one a line; PATHs are no links, or were none a moment ago.
m__look_at_once() {
  local m__link m__links_left
  m__links_left=$1
  shift
  : >"$m_work/looks.plain"
  : >"$m_work/looks.links"
  [ $# -eq 0 ] || ls -ldn "$@" >"$m_work/looks.plain" 2>/dev/null || :
  set --
  while [ -n "$m__links_left" ]; do
    m__link=${m__links_left%%"$m_nl"*}
    m__links_left=${m__links_left#*"$m_nl"}
    set -- ${1+"$@"} "$m__link"
  done
  [ $# -eq 0 ] || ls -ldn "$@" >"$m_work/looks.links" 2>/dev/null || :
  m__know looked -v links=$# -v plain="$m_work/looks.plain" "$m_work/looks.plain" "$m_work/looks.links"
}

# m_digest_ahead FILE...: makes digests of all of them at once. After it m_digest of these starts no process, and whether two of them
# are equal is known. Of a file that another account may swap meanwhile, of a link and of what has odd names nothing is made.
m_digest_ahead() {
  local m__path m__first m__above
  m__looks_hold || return 0
  m_look_ahead "$@"
  m__first=1
  for m__path do
    [ -z "$m__first" ] || set --
    m__first=
    case $m__path in *[!\ -~]* | *[\'\\]* | *' -> '* | *' ' | [!/]* | '') continue ;; esac
    [ -f "$m__path" ] && [ ! -h "$m__path" ] && ! "m__looked_$m__looked" "digest $m__path" || continue
    m__above=${m__path%/*}
    [ "$m_self_uid" -ne 0 ] || { m_walk "${m__above:-/}" && [ -z "$m_foreign" ]; } || continue
    # As large as that it may be one that is mostly holes.
    m__recall "$m__path" && case $m__t_bytes in ??????????*) false ;; esac && set -- ${1+"$@"} "$m__path"
  done
  [ -z "$m__first" ] && [ $# -gt 0 ] || return 0
  m__digests_of "$@" >>"$m_work/looks.digests.$m__looks" 2>/dev/null || :
  m__know digested -v tool="$m__digest_with" "$m_work/looks.digests.$m__looks"
}

# m__recall_digest FILE: sets m__t_digest when the digest of FILE was made at once with others.
m__recall_digest() {
  [ "$m__looked" != 0 ] && m__looks_hold && "m__looked_$m__looked" "digest $1" && [ -f "$1" ] && [ ! -h "$1" ] || return 1
  [ -z "$m__confirms" ] || printf '%s\n' "$1" >>"$m_work/looks.digested"
}

# m_same_content FILE OTHER: they hold the same bytes. A checksum that anybody can forge proves nothing.
m_same_content() {
  local m__one
  [ "$1" != "$2" ] || return 0
  if [ "$m__looked" != 0 ] && [ "$m__digest_with" != cksum ]; then
    m__digests_known "$1" "$2" || ! m__is_second "${1%/*} ${2%/*}" || m__digest_around "${1%/*}" "${2%/*}"
    if m__digests_known "$1" "$2"; then
      [ "$m__one" = "$m__t_digest" ]
      return
    fi
  fi
  cmp -s "$1" "$2"
}

# m__digests_known FILE OTHER: sets m__one and m__t_digest to them.
m__digests_known() {
  m__recall_digest "$1" || return 1
  m__one=$m__t_digest
  m__recall_digest "$2"
}

# m__digest_around DIRECTORY OTHER: m_digest_ahead of all files that have the same name and size in both of them. Large ones are
# compared one by one: that is faster.
m__digest_around() {
  local m__path m__twin m__twins m__size m__first
  m__twins=$2
  set -- "$1"/*
  [ $# -le 500 ] || return 0
  m__first=1
  for m__path do
    [ -z "$m__first" ] || set --
    m__first=
    m__twin=$m__twins/${m__path##*/}
    [ -f "$m__path" ] && [ -f "$m__twin" ] && "m__looked_$m__looked" "$m__path" || continue
    m__size=$m__t_bytes
    [ "$m__size" -le 1048576 ] && "m__looked_$m__looked" "$m__twin" && [ "$m__size" = "$m__t_bytes" ] || continue
    set -- ${1+"$@"} "$m__path" "$m__twin"
  done
  # Few are compared one by one: to make digests costs two processes, and two more where it is to be confirmed.
  [ $# -le 8 ] || m_digest_ahead "$@"
}

# m__know PROGRAM ARGUMENT...: what PROGRAM.awk makes of its arguments is known from here on, and to later steps.
m__know() {
  local m__known m__program
  m__known=$m_work/looked.$m__looks.$((m__looked + 1)) m__program=$1
  shift
  if awk -v number="$((m__looked + 1))" -v before="$m__looked" -f "$m_work/runtime/$m__program.awk" "$@" >"$m__known"; then
    . "$m__known"
  else
    : >"$m__known"
  fi
}

# m__prime_looks: in the driver, before a step: unless what was seen holds, or the step has begun again, its first look is also at what
# the controller found in the playbook.
m__prime_looks() {
  ! m__looks_hold && [ -z "$m__look_singly" ] || return 0
  m__begin_looks
  m__looked=0
  m__hints=$m_work/hints
}
m__hints=

# m__begin_looks: nothing is known yet, and as long as there is something in the first file, what comes to be known holds.
m__begin_looks() {
  m__looked=0
  while [ -f "$m_work/looked.$m__looks.1" ] || [ "$m__looks" = 0 ]; do
    m__looks=$((m__looks + 1))
  done
  printf 'm__looked_1() { return 1; }\nm__looked=1\n' >"$m_work/looked.$m__looks.1"
}

# m__read_looks: what is known by now: to the driver, to steps before this one, to subshells.
m__read_looks() {
  while [ -s "$m_work/looked.$m__looks.$((m__looked + 1))" ]; do
    . "$m_work/looked.$m__looks.$((m__looked + 1))"
  done
}
