# The directory below /tmp in which a run works. boot.sh and undo.sh begin with this.

# m__make_private FILE: makes the directory, sets m_work to it, and stands in it. FILE in it has the number of this process.
# False, with the reason in m__no_place, if there cannot be one.
m__make_private() {
  local m__try m__here
  # An account that may rename what is in /tmp could replace what is run below.
  if [ -d /tmp/. ] && ! { [ -k /tmp/. ] && [ -O /tmp/. ]; }; then
    # Mode, links, owner.
    # shellcheck disable=SC2046
    set -- "$1" $(ls -ldn /tmp/.)
    case ${2-} in d????[!w]??[!w]* | d????????[tT]*) [ "$4" = 0 ] || [ -O /tmp/. ] || set -- "$1" ;; *) set -- "$1" ;; esac
    [ $# -gt 1 ] || {
      m__no_place='other users may replace what is in /tmp: it must be root'\''s, mode 1777'
      return 1
    }
  fi
  # On a full disk there is no room for the reason, so a variable keeps it. mktemp runs a second time because the first call
  # prints the name only. Only the reason of its message is kept, because the name in it is a random one.
  for m__try in 1 2 3; do
    m_work=$(mktemp -d /tmp/muster.XXXXXX 2>/dev/null) || m_work=$(mktemp -d /tmp/muster.XXXXXX 2>&1) || {
      m__no_place="cannot make a private directory below /tmp: ${m_work##*: }"
      return 1
    }
    # A run of an older version, or one with a wrong clock, may just have removed it as one of a dead run. Then anybody may have
    # put something in its place. So all is done from inside a directory that is ours.
    # A sh that knows -P, or needs no -P, has the real path in PWD, whatever links lead there; any other sh is asked by pwd
    # -P.
    cd -P "$m_work" 2>/dev/null && m__here=$PWD || { cd "$m_work" 2>/dev/null && m__here=$(pwd -P); } || continue
    [ -O . ] && case $m__here in */"${m_work##*/}") ;; *) false ;; esac || continue
    { printf '%s\n' "$$" >"$1"; } 2>/dev/null
    [ ! -f "$1" ] || return 0
  done
  m__no_place="a private directory below /tmp was removed three times, the last one was $m_work"
  return 1
}
