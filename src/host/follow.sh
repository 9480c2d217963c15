# Copies the run's logs to standard output as frames, from the offsets given, until the driver is done.
# A frame is `@NONCE NAME OFFSET LENGTH`, a newline, LENGTH bytes, a newline. Payloads cannot forge a frame: the
# reader counts bytes. The last frame is `@NONCE done` (the driver ended) or `@NONCE died` (it was killed).
# Usage: sh follow.sh WORK-DIRECTORY [NAME=OFFSET ...]
# The current directory is the work directory.
m_name=$1
shift
. ./run
. ./runtime/wake.sh
trap '' HUP
# Whoever comes back takes the place of one that may stand in a write for ever, because nobody reads the link of then.
m_old=
[ ! -f follower.pid ] || read -r m_old <follower.pid || :
if [ -n "$m_old" ] && [ "$m_old" != "$$" ] && kill -0 "$m_old" 2>/dev/null; then
  case $(ps -ww -o command= -p "$m_old" 2>/dev/null) in *"/follow.sh $m_name"*) kill -s KILL "$m_old" 2>/dev/null ;; esac
fi
printf '%s\n' "$$" >follower.pid
m_new_tickers=0

for m_pair do
  m_one=${m_pair%%=*}
  eval "m_off_${m_one%.*}_${m_one#*.}=\${m_pair#*=}"
done

# Sends what NAME has beyond the last offset; what goes out is copied first, because the file may grow meanwhile.
m_send() {
  eval "m_off=\${m_off_${1%.*}_${1#*.}:-0}"
  # Output beyond the cap stays on the host: the reader is told how much there is.
  if [ "$m_off" -ge "$m_cap" ] && [ "${1#*.}" != ev ]; then
    return 0
  fi
  tail -c "+$((m_off + 1))" "log/$1" >chunk || return 0
  m_len=$(wc -c <chunk)
  m_len=$((m_len + 0))
  [ "$m_len" -gt 0 ] || return 0
  if [ "${1#*.}" != ev ] && [ $((m_off + m_len)) -gt "$m_cap" ]; then
    printf '@%s cut %s %s\n' "$m_nonce" "$1" "$((m_off + m_len))"
    m_len=$((m_cap - m_off))
    dd if=chunk of=chunk.cut bs="$m_len" count=1 2>/dev/null
    mv -f chunk.cut chunk
  fi
  printf '@%s %s %s %s\n' "$m_nonce" "$1" "$m_off" "$m_len" || exit 75
  cat chunk || exit 75
  printf '\n' || exit 75
  eval "m_off_${1%.*}_${1#*.}=$((m_off + m_len))"
}

# m_runs NAME: the process of NAME.pid is alive.
m_runs() {
  m_pid=
  [ ! -f "$1.pid" ] || read -r m_pid <"$1.pid" || :
  [ -n "$m_pid" ] && kill -0 "$m_pid" 2>/dev/null
}

m_round() {
  # One wc for all logs; its last line is a total.
  wc -c log/* >sizes
  while read -r m_size m_path; do
    m_one=${m_path##*/}
    case $m_one in [0-9]*.ev | [0-9]*.out | [0-9]*.err) ;; *) continue ;; esac
    eval "m_off=\${m_off_${m_one%.*}_${m_one#*.}:-0}"
    [ "$m_size" -le "$m_off" ] || m_send "$m_one"
  done <sizes
}

# m_watch_ticker: without one nothing has a time limit, and what a dead driver left running goes on. It was killed, for at
# its own end it takes its number away. Three times, so that one that cannot live is not begun for ever.
m_watch_ticker() {
  [ -f ticker.pid ] && [ "$m_new_tickers" -lt 3 ] && ! m_runs ticker && [ ! -f ./done ] || return 0
  read -r m_pid <driver.pid && [ -n "$m_pid" ] || return 0
  m_new_tickers=$((m_new_tickers + 1))
  /bin/sh runtime/ticker.sh "$m_name" "$m_pid" </dev/null >/dev/null 2>&1 &
  printf '%s\n' "$!" >ticker.pid
  printf 'muster: the ticker of this run had been killed; another one takes its place\n' >>log/000.err
}

# Short naps first, since most plans are done in a second; sleep takes fractions on every release we claim.
m_nap=0.05
m_rounds=0
while :; do
  m_end=
  m_watch_ticker
  if [ -f ./done ]; then
    m_end="done"
  elif ! m_runs driver; then
    # The ticker ends what a dead driver left running; the run is over when that is done.
    if [ -f ./done ]; then
      m_end="done"
    elif ! m_runs ticker; then
      m_end=died
    fi
  fi
  m_round
  if [ -n "$m_end" ]; then
    printf '@%s %s\n' "$m_nonce" "$m_end"
    break
  fi
  m_rounds=$((m_rounds + 1))
  case $m_rounds in
    40) m_nap=0.2 ;;
    200) m_nap=0.5 ;;
  esac
  if [ "$m_rounds" -ge 200 ] && [ $((m_rounds % 20)) -eq 0 ]; then
    m_wake driver ticker
  fi
  # A silent link may be a dead one: the reader hears something at least every few seconds.
  case $m_rounds in
    *0) printf '@%s beat\n' "$m_nonce" || exit 75 ;;
  esac
  sleep "$m_nap"
done
# A follower whose link is half open may come to its end after another one took over, which still reads.
m_pid=$$
[ ! -f follower.pid ] || read -r m_pid <follower.pid || :
if [ "$m_pid" = "$$" ]; then
  # A ticker that was stopped would stay so, for what it is found by is gone.
  ! m_runs ticker || kill -s CONT "$m_pid" 2>/dev/null || :
  # `run` goes first: by that the ticker knows that a run ended whose `done` is gone.
  cd / && rm -rf "$m_name/run" "$m_name"
fi
