# The first words that a host reads: the controller sends them on standard input to a bare `/bin/sh -s`. Once the host has
# said "ready", the bundle follows, a compressed tar that ends with end-of-file. The controller fills in @NONCE@.
# It is one function, so sh has read all of it before the tar follows on the same input. Its call is the last line: a sh that
# reads line by line would leave anything after it to tar.
muster_boot() {
  local m__newline m__try m__inside m__here m__said
  PATH=/sbin:/usr/sbin:/bin:/usr/bin:/usr/pkg/sbin:/usr/pkg/bin
  LC_ALL=C
  export PATH LC_ALL
  unset ENV CDPATH LANG flags
  umask 077
  trap '' HUP
  m__newline='
'
  # An account that may rename what is in /tmp could replace what is run below.
  if [ -d /tmp/. ] && ! { [ -k /tmp/. ] && [ -O /tmp/. ]; }; then
    # Mode, links, owner.
    # shellcheck disable=SC2046
    set -- $(ls -ldn /tmp/.)
    case $1 in d????[!w]??[!w]* | d????????[tT]*) [ "$3" = 0 ] || [ -O /tmp/. ] || set -- ;; *) set -- ;; esac
    [ $# -gt 0 ] || {
      printf '@%s fail other users may replace what is in /tmp: it must be root'\''s, mode 1777\n' '@NONCE@'
      exit 73
    }
  fi
  # On a full disk there is no room for the reason, so a variable keeps it. mktemp runs a second time because the first call
  # prints the name only. Only the reason of its message is kept, because the name in it is a random one.
  for m__try in 1 2 3; do
    m__inside=
    m_work=$(mktemp -d /tmp/muster.XXXXXX 2>/dev/null) || m_work=$(mktemp -d /tmp/muster.XXXXXX 2>&1) || {
      printf '@%s fail cannot make a private directory below /tmp: %s\n' '@NONCE@' "${m_work##*: }"
      exit 73
    }
    # Another run may just have removed this empty directory as one of a dead run. Then anybody may have put something in its
    # place. So all is done from inside a directory that is ours.
    # A sh that knows -P, or needs no -P, has the real path in PWD, whatever links lead there; any other sh is asked by pwd
    # -P.
    cd -P "$m_work" 2>/dev/null && m__here=$PWD || { cd "$m_work" 2>/dev/null && m__here=$(pwd -P); } || continue
    [ -O . ] && case $m__here in */"${m_work##*/}") ;; *) false ;; esac || continue
    m__inside=1
    # The number of the process that works here. This process becomes the follower later.
    { printf '%s\n' "$$" >follower.pid; } 2>/dev/null
    [ ! -f follower.pid ] || break
  done
  [ -n "$m__inside" ] || {
    printf '@%s fail a private directory below /tmp was removed three times, the last one was %s\n' '@NONCE@' "$m_work"
    exit 73
  }
  printf '@%s ready %s\n' '@NONCE@' "$m_work"
  m__said=$(tar xpzf - 2>&1) || {
    printf '@%s fail the bundle did not unpack below /tmp: %s\n' '@NONCE@' "${m__said%%"$m__newline"*}"
    rm -rf ./*
    cd / && rmdir "$m_work"
    exit 74
  }
  exec /bin/sh "$m_work/runtime/start.sh" "$m_work"
}
muster_boot
