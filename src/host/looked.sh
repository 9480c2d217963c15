# Looking at many paths at once. One ls and one awk make a sh function that knows them all (looked.awk), and a look is that
# function, or else an ls. Nothing depends on what is in there: a path that is not costs a process.
#
# Plan and verify change nothing: what was seen holds for the run. In an apply it holds until the first change, which drops all
# of it, in whatever subshell it is made. A raw command of a step may change things too, and nobody hears of it. So what
# was told from here is looked at again before the first change and at the end of a step; if it is not so any more, the step
# begins again, and looks at everything by itself.

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

# m__look_around PATH: m__recall of one that nobody announced: where two in the same directory were missing, all that is in there is
# looked at. Not where others may have put any number of names.
m__look_around() {
  local m__around
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

# m__digests_of FILE...: prints a line for each, in the tool's own form.
m__digests_of() {
  case $m__digest_with in
    cksum-a) cksum -n -a SHA256 "$@" ;;
    sha256sum) sha256sum "$@" ;;
    openssl) openssl dgst -sha256 "$@" ;;
    *) cksum "$@" ;;
  esac
}

# m__recall_digest FILE: sets m__t_digest when the digest of FILE was made at once with others.
m__recall_digest() {
  [ "$m__looked" != 0 ] && m__looks_hold && "m__looked_$m__looked" "digest $1" && [ -f "$1" ] && [ ! -h "$1" ] || return 1
  [ -z "$m__confirms" ] || printf '%s\n' "$1" >>"$m_work/looks.digested"
}

# m__same_content FILE OTHER: they hold the same bytes. A checksum that anybody can forge proves nothing.
m__same_content() {
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
  [ $# -eq 0 ] || m_digest_ahead "$@"
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

# m__prime_looks: in the driver, before a step: looks at what the controller found in the playbook, unless what was seen holds, or
# the step has begun again.
m__prime_looks() {
  local m__path
  ! m__looks_hold && [ -z "$m__look_singly" ] || return 0
  m__begin_looks
  set --
  if [ -f "$m_work/hints" ]; then
    while IFS= read -r m__path; do
      set -- ${1+"$@"} "$m__path"
    done <"$m_work/hints"
  fi
  m_look_ahead ${1+"$@"}
  m__looked=0
}

# m__begin_looks: nothing is known yet, and as long as there is something in the first file, what comes to be known holds.
m__begin_looks() {
  m__looked=0
  while [ -f "$m_work/looked.$m__looks.1" ] || [ "$m__looks" = 0 ]; do
    m__looks=$((m__looks + 1))
  done
  printf 'm__looked_1() { return 1; }\nm__looked=1\n' >"$m_work/looked.$m__looks.1"
}

# m__begin_state: in the subshell of a step: what the driver and the steps before it saw is known. In an apply what is told from that is
# noted down, to be confirmed.
m__begin_state() {
  : >"$m_work/looks.told"
  : >"$m_work/looks.digested"
  m__read_looks
  [ "$m__mode_run" != apply ] || m__confirms=1
}
m__confirms=

# m__end_state: in an apply, before the step looks at what it declared: that is looked at anew.
m__end_state() {
  [ "$m__mode_run" = apply ] || return 0
  m__confirm_looks
  m__confirms=
  m__begin_looks
}

# m__read_looks: what is known by now: to the driver, to steps before this one, to subshells.
m__read_looks() {
  while [ -s "$m_work/looked.$m__looks.$((m__looked + 1))" ]; do
    . "$m_work/looked.$m__looks.$((m__looked + 1))"
  done
}

# m__drop_looks: something is about to change, so nothing that was seen holds any longer. In a plan nothing does.
m__drop_looks() {
  [ "$m__mode_run" = apply ] || return 0
  m__confirm_looks
  ! m__looks_hold || : >"$m_work/looked.$m__looks.1"
  m__looked=0
}

# m__confirm_looks: what was told is still so, or else the step begins again without it.
m__confirm_looks() {
  [ -n "$m__confirms" ] && m__looks_lie || return 0
  : >"$m_work/look.again"
  fail 'something changed what the step had looked at'
}

# m__looks_lie: something that was told is not so any more. Then nothing of it is told again.
m__looks_lie() {
  m__looks_hold || return 1
  m__read_looks
  m__confirm_with m__look_confirms "$m_work/looks.told" && m__confirm_with m__digest_confirms "$m_work/looks.digested" && return 1
  : >"$m_work/looked.$m__looks.1"
}

# m__confirm_with FUNCTION FILE: FUNCTION is true of the paths in FILE, of which there are none from here on.
m__confirm_with() {
  local m__path m__function m__list
  [ -s "$2" ] || return 0
  m__function=$1 m__list=$2
  set --
  while IFS= read -r m__path; do
    set -- ${1+"$@"} "$m__path"
  done <"$m__list"
  : >"$m__list"
  "$m__function" "$@"
}

m__look_confirms() {
  ls -ldn "$@" >"$m_work/looks.now" 2>/dev/null && m__is_as_told $#
}

# m__digest_confirms FILE...: their digests are what was told. The tool says them in the same form as before.
m__digest_confirms() {
  m__digests_of "$@" >"$m_work/looks.now" 2>/dev/null && ! grep -qvxF -f "$m_work/looks.digests.$m__looks" "$m_work/looks.now"
}

# m__is_as_told NUMBER: the lines in looks.now are that many, and say what was told. Of a directory's names nobody was told.
m__is_as_told() {
  local m__left m__path m__now_bits m__now_links m__now_uid m__now_gid m__now_bytes m__rest
  m__left=$1
  while read -r m__now_bits m__now_links m__now_uid m__now_gid m__now_bytes m__rest; do
    m__left=$((m__left - 1))
    m__path=/${m__rest#*" /"}
    case $m__now_bits in l*) m__path=${m__path%%" -> "*} ;; esac
    "m__looked_$m__looked" "$m__path" || return 1
    [ "$m__now_bits $m__now_uid $m__now_gid" = "$m__t_bits $m__t_uid $m__t_gid" ] || return 1
    case $m__now_bits in
      d*) ;;
      l*) [ "/${m__rest#*" /"}" = "$m__path -> $m__t_target" ] || return 1 ;;
      *) [ "$m__now_links" = "$m__t_links" ] || return 1 ;;
    esac
  done <"$m_work/looks.now"
  [ "$m__left" -eq 0 ]
}

# m__must_look_again: in the driver: the step ended because something changed what it had looked at, or failed when that was so. It
# begins again, and looks at each path by itself. A host that is worse off meanwhile waits for nothing.
m__must_look_again() {
  m__look_singly=
  if [ -f "$m_work/look.again" ]; then
    rm -f "$m_work/look.again"
  else
    [ "$m__status" -ne 0 ] && [ "$m__mode_run" = apply ] && m__looks_lie || {
      m__looked=0
      return 1
    }
  fi
  m__looked=0
  [ ! -f "$m_work/guarded" ] && [ ! -f "$m_work/cancelled" ] && [ ! -f "$m_work/timed-out" ] || return 1
  m__look_singly=1
}
m__look_singly=
