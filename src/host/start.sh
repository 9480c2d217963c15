# Runs in the exec that the controller made: starts the driver apart from the channel, then becomes the follower.
# Usage: sh start.sh WORK-DIRECTORY
m_work=$1
. "$m_work/run"

# m__give_up WORDS: nothing was begun, and the reader hears why.
m__give_up() {
  printf '@%s fail cannot begin below /tmp: %s\n' "$m__nonce" "$1"
  cd / && rm -rf "$m_work"
  exit 73
}

[ -d "$m_work/log" ] || m__said=$(mkdir "$m_work/log" 2>&1) || m__give_up "$m__said"
# A log that has no room would lose what the run does, without a word.
printf '' >"$m_work/log/000.ev" && printf '%s\n' "$$" >"$m_work/driver.pid" ||
  m__give_up "$( (cat "$m_work/run" >"$m_work/driver.pid") 2>&1)"

# No output of the driver or of anything that it starts may hold the channel open: a daemon that inherited it
# would keep the controller waiting for ever (docs/netbsd.md).
/bin/sh "$m_work/runtime/driver.sh" "$m_work" </dev/null >>"$m_work/log/000.out" 2>>"$m_work/log/000.err" &
printf '%s\n' "$!" >"$m_work/driver.pid"
# As if it came back: a command line that names the directory as a word shows that it is at work.
exec /bin/sh runtime/follow.sh "$m_work" 000.ev=0
