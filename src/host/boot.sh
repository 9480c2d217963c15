# The first words that a host reads: the controller sends them on standard input to a bare `/bin/sh -s`. Once the host has
# said "ready", the bundle follows, a compressed tar that ends with end-of-file. The controller fills in @NONCE@.
# With private.sh before it, it is functions and one call, so sh has read all of it before the tar follows on the same input.
# The call is the last line: a sh that reads line by line would leave anything after it to tar.
muster_boot() {
  local m__newline m__said
  PATH=/sbin:/usr/sbin:/bin:/usr/bin:/usr/pkg/sbin:/usr/pkg/bin
  LC_ALL=C
  export PATH LC_ALL
  unset ENV CDPATH LANG flags
  umask 077
  trap '' HUP
  m__newline='
'
  # Its number in follower.pid: this process becomes the follower later.
  m__make_private follower.pid || {
    printf '@%s fail %s\n' '@NONCE@' "$m__no_place"
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
