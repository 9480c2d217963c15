# Asking and telling rc.d services. Exit codes of rc.d say little (docs/netbsd.md): `restart` gives 0 whatever happened, a
# disabled service gives 1, so the words decide, and waiting decides the rest.

# m__service_script NAME: sets m__script to the service's rc script.
m__service_script() {
  m__script=${m_o_script:-}
  [ -n "$m__script" ] || m__script=/etc/rc.d/$1
}

# m_service_pid SCRIPT: true when the service runs; sets m_pid. `one` asks even when it is disabled in rc.conf; releases
# before 2.0 have no `one`, and there only an enabled service can be asked.
m_service_pid() {
  m_pid=
  if m__was_asked "$1" || m__is_known_service "$1"; then
    [ -n "$m_pid" ]
    return
  fi
  m__ask_service "$1" && m__note_answer "$1" "$m_pid" && return 0
  m__note_answer "$1" ''
  return 1
}

# m__was_asked SCRIPT: sets m_pid and m__answer to what the script said before. Answers are remembered in a plan, which
# changes nothing, and in the verify of a step, which begins without any. A function that waits for a change always asks
# anew.
m__was_asked() {
  local m__asked_pid m__asked_script m__said
  m__remembers_services && [ -f "$m_work/services.asked" ] || return 1
  while IFS='|' read -r m__asked_pid m__asked_script m__said; do
    [ "$m__asked_script" = "$1" ] || continue
    m_pid=$m__asked_pid
    m__unescape "$m__said"
    m__answer=$m__unescaped
    return 0
  done <"$m_work/services.asked"
  return 1
}

m__remembers_services() {
  [ -n "${m__verifies-}" ] || { [ "$m__looked" != 0 ] && in_plan; }
}

# m__note_answer SCRIPT PID: what the script said, for the next time.
m__note_answer() {
  case $1 in *[\|=]* | *"$m_nl"*) return 0 ;; esac
  [ -z "${m__known_services-}" ] || m__known_services="|$1=$2$m__known_services"
  m__remembers_services || return 0
  m_escape "$m__answer"
  printf '%s|%s|%s\n' "$2" "$1" "$m_escaped" >>"$m_work/services.asked"
}

# m__is_known_service SCRIPT: in a rollback: sets m_pid to what the script said before, if nothing was changed or started since, and a process
# that ran then still does.
m__is_known_service() {
  local m__known_pid
  case ${m__known_services-} in *"|$1="*) ;; *) return 1 ;; esac
  m__known_pid=${m__known_services#*"|$1="}
  m_pid=${m__known_pid%%'|'*}
  [ -n "$m_pid" ] || return 0
  [ "$m_pid" = '?' ] || ! kill -0 "$m_pid" 2>/dev/null || return 0
  m_pid=
  return 1
}

# m__forget_services [SCRIPT]: what the scripts said, or this one, may be so no more.
m__forget_services() {
  [ -n "${m__known_services-}" ] || return 0
  if [ $# -eq 0 ]; then
    m__known_services='|'
  else
    m__note_answer "$1" '?'
  fi
}

# m__lives PID: it does, and is not dead and waiting to be buried.
m__lives() {
  kill -0 "$1" 2>/dev/null || return 1
  case $(ps -o stat= -p "$1" 2>/dev/null) in '' | *Z*) return 1 ;; esac
}

# m__ask_service SCRIPT: as m_service_pid, by the script itself.
m__ask_service() {
  m__answer=$(unset flags; sh "$1" onestatus 2>/dev/null) || :
  case $m__answer in
    *'is running as pid'*) ;;
    *'is not running'*) return 1 ;;
    *) m__answer=$(unset flags; sh "$1" status 2>/dev/null) || : ;;
  esac
  case $m__answer in
    *'is running as pid'*)
      m_pid=${m__answer#*'is running as pid '}
      m_pid=${m_pid%%[!0-9]*}
      [ -n "$m_pid" ]
      ;;
    *) return 1 ;;
  esac
}

# m_await SECONDS COMMAND...: true as soon as COMMAND is; pid files and sockets come a moment after the daemon.
m_await() {
  local m__left m__naps m__looked m__verifies m__known_services
  # What it waits for was not so when it was looked at.
  m__looked=0 m__verifies='' m__known_services=''
  m__left=$(($1 * 20))
  m__naps=0
  shift
  while ! "$@"; do
    [ "$m__left" -gt 0 ] || return 1
    m__naps=$((m__naps + 1))
    # Short naps first: most daemons are up at once. But COMMAND may cost more processes than a nap, so the naps become longer.
    # A sleep that takes no fractions sleeps a whole second.
    if [ "$m__naps" -eq 1 ] && sleep 0.05 2>/dev/null; then
      m__left=$((m__left - 1))
    elif [ "$m__naps" -eq 2 ] && sleep 0.1 2>/dev/null; then
      m__left=$((m__left - 2))
    elif sleep 0.2 2>/dev/null; then
      m__left=$((m__left - 4))
    else
      sleep 1
      m__left=$((m__left - 20))
    fi
  done
}

m__service_is_down() {
  ! m_service_pid "$1"
}

# m__rc_script SCRIPT VERB: false when it says that it failed. Of one that was killed (over 128), what it had begun may go on:
# waiting decides, or there would be two daemons.
m__rc_script() {
  local m__rc_status
  m__rc_status=0
  (unset flags; sh "$1" "$2") </dev/null || m__rc_status=$?
  [ "$m__rc_status" -eq 0 ] || [ "$m__rc_status" -gt 128 ]
}

# m__syslogd_holds SOCKET: sockstat has a line of syslogd with this word.
m__syslogd_holds() {
  local m__user m__daemon m__rest
  sockstat -u >"$m_work/sockets.local" 2>/dev/null || :
  while read -r m__user m__daemon m__rest; do
    case "$m__daemon $m__rest " in 'syslogd '*" $1 "*) return 0 ;; esac
  done <"$m_work/sockets.local"
  return 1
}

# m__await_service SCRIPT: it runs, or does within 15 seconds. Sets m_pid.
m__await_service() {
  m_await 15 m_service_pid "$1" && m__note_answer "$1" "$m_pid"
}

# m__service_start SCRIPT, m__service_stop SCRIPT: true when it really runs, or is really gone, afterwards.
m__service_start() {
  m__forget_services "$1"
  m__rc_script "$1" start || return 1
  m__await_service "$1"
}
m__service_stop() {
  m__forget_services "$1"
  # forcestop, because a service that rc.conf has just disabled refuses to stop; 1 only says it was not running.
  (unset flags; sh "$1" forcestop) </dev/null || :
  m_await 30 m__service_is_down "$1"
}
m__service_restart() {
  m__forget_services "$1"
  m__rc_script "$1" restart || return 1
  # A daemon that dies at once is up for a moment: what counts is that it still is after that.
  m__await_service "$1" && sleep 1 || return 1
  m__lives "$m_pid" || {
    m__forget_services "$1"
    m_service_pid "$1"
  }
}
