# The first words that a host hears: sent on standard input to a bare `/bin/sh -s`, followed, once the host has
# said "ready", by the bundle, a compressed tar that ends with end-of-file. @NONCE@ is filled in by the controller.
# It is one function so that sh has read all of it before the tar follows on the same input, and its call is the last
# line: a sh that reads line by line would leave anything behind it to tar.
muster_boot() {
  local m__newline m__try m__inside m__said
  PATH=/sbin:/usr/sbin:/bin:/usr/bin:/usr/pkg/sbin:/usr/pkg/bin
  LC_ALL=C
  export PATH LC_ALL
  unset ENV CDPATH LANG flags
  umask 077
  trap '' HUP
  m__newline='
'
  # Who may rename what is in there could put something else in the place of what is run below.
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
  # Why it failed is kept in a variable: on a disk that is full there is no room for it. A second try, because the first
  # one gives the name only. Of what mktemp says the reason alone: the name in it is a random one.
  for m__try in 1 2 3; do
    m__inside=
    m_work=$(mktemp -d /tmp/muster.XXXXXX 2>/dev/null) || m_work=$(mktemp -d /tmp/muster.XXXXXX 2>&1) || {
      printf '@%s fail cannot make a private directory below /tmp: %s\n' '@NONCE@' "${m_work##*: }"
      exit 73
    }
    # Another run may just have taken an empty directory for one of a dead run. Then it is gone, and anybody may have put
    # something in its place. So all is done from inside a directory that is ours.
    cd "$m_work" 2>/dev/null && [ -O . ] && case $(pwd -P) in */"${m_work##*/}") ;; *) false ;; esac || continue
    m__inside=1
    # Who works here: what becomes of this process is the follower.
    { printf '%s\n' "$$" >follower.pid; } 2>/dev/null
    [ ! -f follower.pid ] || break
  done
  [ -n "$m__inside" ] || {
    printf '@%s fail a private directory below /tmp was taken away three times, the last one was %s\n' '@NONCE@' "$m_work"
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
