# Runs in the exec that the controller made: starts the driver apart from the channel, then becomes the follower.
# Usage: sh start.sh WORK-DIRECTORY
m_work=$1
. "$m_work/run"

mkdir "$m_work/log" || exit 73
: >"$m_work/log/000.ev"

# No output of the driver or of anything that it starts may hold the channel open: a daemon that inherited it
# would keep the controller waiting for ever (transcript 15).
/bin/sh "$m_work/runtime/driver.sh" "$m_work" </dev/null >>"$m_work/log/000.out" 2>>"$m_work/log/000.err" &
printf '%s\n' "$!" >"$m_work/driver.pid"

exec /bin/sh "$m_work/runtime/follow.sh" "$m_work"
