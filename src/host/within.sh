# Programs that must not take longer than a time: one that reads what another account wrote may never come to its end.

# m_within SECONDS PROGRAM [ARG...]: runs a program. Returns its status, which is not 0 if it is not done in time: then it is ended, with
# all that is below it, and m_late is `yes`. The ticker counts, so no process is started for that, and the program may have a second or
# two more. One at a time.
m_within() {
  local m__status m__late_pid m__rest
  m_late='' m__status=0
  # In the foreground: `wait` does not tell a status on every release. $$ is the program's number, too.
  # shellcheck disable=SC2016
  sh -c 'echo "$$ $2" >"$1/watched"
    shift 2
    exec "$@"' sh "$m_work" "$@" || m__status=$?
  read -r m__late_pid m__rest <"$m_work/watched" || m__late_pid=
  : >"$m_work/watched"
  # Its number is in it: the ticker may write a moment after the program ended by itself.
  if [ -f "$m_work/late" ] && read -r m__rest <"$m_work/late" && [ "$m__rest" = "$m__late_pid" ]; then m_late=yes; fi
  [ -z "$m_late" ] || [ "$m__status" -ne 0 ] || m__status=1
  return "$m__status"
}
