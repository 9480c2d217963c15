# Copies the run's logs to standard output as frames, from the offsets given, until the driver is done.
# A frame is `@NONCE NAME OFFSET LENGTH`, a newline, LENGTH bytes, a newline. Payloads cannot forge a frame: the
# reader counts bytes. The last frame is `@NONCE done` (the driver ended) or `@NONCE died` (it was killed).
# Usage: sh follow.sh WORK-DIRECTORY [NAME=OFFSET ...]
# The current directory is the work directory.
m__name=$1
shift
# The length of a variable is counted in bytes.
LC_ALL=C
export LC_ALL
. ./run
. ./runtime/wake.sh
trap '' HUP
# A broken link shows as a write that fails. The signal is caught and not ignored, or what we start would ignore it, too.
trap : PIPE
# The driver sends this signal to end our nap early, when the run is over (m__nap_well).
trap : CONT
# A follower that reconnects replaces the old one, which may hang in a write for ever, because nobody reads its link.
m__old=
[ ! -f follower.pid ] || read -r m__old <follower.pid || :
if [ -n "$m__old" ] && [ "$m__old" != "$$" ] && kill -0 "$m__old" 2>/dev/null; then
  case $(ps -ww -o command= -p "$m__old" 2>/dev/null) in *"/follow.sh $m__name"*) kill -s KILL "$m__old" 2>/dev/null ;; esac
fi
printf '%s\n' "$$" >follower.pid
m__new_tickers=0 m__had_ticker=''
m__nl='
'

for m__pair do
  m__one=${m__pair%%=*}
  eval "m__off_${m__one%.*}_${m__one#*.}=\${m__pair#*=}"
done
m__off_000_ev=${m__off_000_ev:-0}

# m__skip OFFSET: moves standard input, a log, to that offset.
m__skip() {
  [ "$1" -eq 0 ] || dd bs=1 skip="$(($1 - 1))" count=1 >/dev/null 2>&1
}

# m__send_events: what is new in the event log, which is standard input. A few lines at a time are read without a process, and
# many of them by one.
m__send_events() {
  local m__line m__sending m__lines m__len m__rest
  m__sending='' m__lines=0
  while [ "$m__lines" -lt 50 ]; do
    m__line=
    IFS= read -r m__line || break
    m__sending=$m__sending$m__line$m__nl
    m__lines=$((m__lines + 1))
  done
  # What is in the midst of being written has no newline yet.
  [ "$m__lines" -eq 50 ] || m__sending=$m__sending$m__line
  if [ -n "$m__sending" ]; then
    printf '@%s 000.ev %s %s\n%s\n' "$m__nonce" "$m__off_000_ev" "${#m__sending}" "$m__sending" || m__lose_link
    m__off_000_ev=$((m__off_000_ev + ${#m__sending}))
  fi
  [ "$m__lines" -eq 50 ] || return 0
  wc -c log/000.ev >sizes
  read -r m__len m__rest <sizes
  m__len=$((m__len - m__off_000_ev))
  while [ "$m__len" -gt 0 ]; do
    m__rest=$m__len
    [ "$m__rest" -le 1048576 ] || m__rest=1048576
    m__send_bytes 000.ev "$m__off_000_ev" "$m__rest"
    m__off_000_ev=$((m__off_000_ev + m__rest))
    m__len=$((m__len - m__rest))
  done
}

# m__send_bytes NAME OFFSET LENGTH: a frame of that much of standard input.
m__send_bytes() {
  printf '@%s %s %s %s\n' "$m__nonce" "$1" "$2" "$3" && dd bs="$3" count=1 2>/dev/null && printf '\n' || m__lose_link
}

# m__send_output NAME SIZE: what an output log has beyond the last offset, now that its size is SIZE.
m__send_output() {
  local m__off m__len m__from m__at
  eval "m__off=\${m__off_${1%.*}_${1#*.}:-0}"
  # Output beyond the cap stays on the host. The reader gets the full size in a `cut` line.
  [ "$m__off" -lt "$2" ] && [ "$m__off" -lt "$m__cap" ] || return 0
  m__len=$(($2 - m__off))
  m__from=log/$1 m__at=$m__off
  if [ "$2" -gt "$m__cap" ]; then
    m__len=$((m__cap - m__off))
    # Copied first: one that is so long may be emptied by the ticker just now.
    { m__skip "$m__off" && dd bs="$m__len" count=1 of=chunk 2>/dev/null; } <"log/$1"
    [ $(($(wc -c <chunk))) -eq "$m__len" ] || return 0
    m__from=chunk m__at=0
    printf '@%s cut %s %s\n' "$m__nonce" "$1" "$2" || m__lose_link
  fi
  { m__skip "$m__at" && m__send_bytes "$1" "$m__off" "$m__len"; } <"$m__from"
  eval "m__off_${1%.*}_${1#*.}=$((m__off + m__len))"
}

# m__send_outputs MARK: sends what is new of all outputs. Most steps print nothing, and then no process is started. Nor is
# one started for outputs that nothing was written to since the last count.
m__send_outputs() {
  local m__one m__size
  m__find_written "$1"
  # shellcheck disable=SC2086
  set -- $m__written
  [ $# -gt 0 ] || return 0
  printf . >counted
  # One wc for all logs; its last line may be a total.
  wc -c "$@" >sizes
  while read -r m__size m__one; do
    [ "$m__one" = total ] || m__send_output "${m__one##*/}" "$m__size"
  done <sizes
}

# m__lose_link: nobody reads any more. The ticker, not the follower, ends a run without a reader.
m__lose_link() {
  m__watch_ticker at-once
  exit 75
}

# m__watch_ticker [at-once]: starts a ticker if there is none. Without it nothing has a time limit, and what a dead driver
# left running goes on. A run without steps begins without a ticker, because most are over before it would look for the first
# time. A ticker that was killed left its number here, because it removes the number at its own end. It is replaced three
# times at most, so one that cannot live is not started for ever.
m__watch_ticker() {
  local m__pid
  [ ! -f ticker.pid ] || m__had_ticker=1
  [ "$m__new_tickers" -lt 3 ] && [ ! -f ./done ] && ! m__runs ticker || return 0
  if [ -n "$m__had_ticker" ]; then
    [ -f ticker.pid ] || return 0
    m__new_tickers=$((m__new_tickers + 1))
    printf 'muster: the ticker of this run was killed; another one replaces it\n' >>log/000.err
  elif [ "$m__rounds" -lt 4 ] && [ $# -eq 0 ]; then
    return 0
  fi
  read -r m__pid <driver.pid && [ -n "$m__pid" ] || return 0
  m__had_ticker=1
  /bin/sh runtime/ticker.sh "$m__name" "$m__pid" </dev/null >/dev/null 2>&1 &
  printf '%s\n' "$!" >ticker.pid
}

exec <log/000.ev
m__skip "$m__off_000_ev"
# m__nap_well: sleeps for m__nap, or until the driver says by a signal that the run is over. One that comes before the nap begins is lost,
# and some shells wait on all the same: then the nap is slept to its end. The channel must not stay open for it.
m__nap_well() {
  sleep "$m__nap" >/dev/null 2>&1 &
  wait "$!" || kill "$!" 2>/dev/null
}

# Short naps first, since a command is done at once; the driver ends the last nap early. sleep takes fractions on every release we claim.
m__nap=0.1
m__rounds=0
while :; do
  m__end=
  m__watch_ticker
  if [ -f ./done ]; then
    m__end="done"
  elif ! m__runs driver; then
    # The ticker ends what a dead driver left running; the run is over when that is done.
    m__watch_ticker at-once
    if [ -f ./done ]; then
      m__end="done"
    elif ! m__runs ticker; then
      m__end=died
    fi
  fi
  m__send_events
  # Now and then, and at the end, whatever the clock says.
  case $m__end$m__rounds in
    [a-z]* | *[05]0) m__send_outputs '' ;;
    *) m__send_outputs counted ;;
  esac
  if [ -n "$m__end" ]; then
    printf '@%s %s\n' "$m__nonce" "$m__end"
    break
  fi
  m__rounds=$((m__rounds + 1))
  case $m__rounds in
    2) m__nap=0.3 ;;
    6) m__nap=0.5 ;;
  esac
  if [ "$m__rounds" -ge 80 ] && [ $((m__rounds % 20)) -eq 0 ]; then
    m__wake driver ticker
  fi
  # A silent link may be a dead one: the reader hears something at least every few seconds.
  case $m__rounds in
    *0) printf '@%s beat\n' "$m__nonce" || m__lose_link ;;
  esac
  m__nap_well
done
# A follower whose link is half open may come to its end after another one took over, which still reads.
m__pid=$$
[ ! -f follower.pid ] || read -r m__pid <follower.pid || :
if [ "$m__pid" = "$$" ]; then
  # A ticker that was stopped would stay so, for what it is found by is gone.
  ! m__runs ticker || kill -s CONT "$m__pid" 2>/dev/null || :
  # `run` goes first: by that the ticker knows that a run ended whose `done` is gone.
  cd / && exec rm -rf "$m__name/run" "$m__name"
fi
