# Copies the run's logs to standard output as frames, from the offsets given, until the driver is done.
# A frame is `@NONCE NAME OFFSET LENGTH`, a newline, LENGTH bytes, a newline. Payloads cannot forge a frame: the
# reader counts bytes. The last frame is `@NONCE done` (the driver ended) or `@NONCE died` (it was killed).
# Usage: sh follow.sh WORK-DIRECTORY [NAME=OFFSET ...]
# The current directory is the work directory.
m__name=$1
shift
. ./run
. ./runtime/wake.sh
trap '' HUP
# Whoever comes back takes the place of one that may stand in a write for ever, because nobody reads the link of then.
m__old=
[ ! -f follower.pid ] || read -r m__old <follower.pid || :
if [ -n "$m__old" ] && [ "$m__old" != "$$" ] && kill -0 "$m__old" 2>/dev/null; then
  case $(ps -ww -o command= -p "$m__old" 2>/dev/null) in *"/follow.sh $m__name"*) kill -s KILL "$m__old" 2>/dev/null ;; esac
fi
printf '%s\n' "$$" >follower.pid
m__new_tickers=0

for m__pair do
  m__one=${m__pair%%=*}
  eval "m__off_${m__one%.*}_${m__one#*.}=\${m__pair#*=}"
done

# Sends what NAME has beyond the last offset; what goes out is copied first, because the file may grow meanwhile.
m__send() {
  local m__off m__len
  eval "m__off=\${m__off_${1%.*}_${1#*.}:-0}"
  # Output beyond the cap stays on the host: the reader is told how much there is.
  if [ "$m__off" -ge "$m__cap" ] && [ "${1#*.}" != ev ]; then
    return 0
  fi
  tail -c "+$((m__off + 1))" "log/$1" >chunk || return 0
  m__len=$(wc -c <chunk)
  m__len=$((m__len + 0))
  [ "$m__len" -gt 0 ] || return 0
  if [ "${1#*.}" != ev ] && [ $((m__off + m__len)) -gt "$m__cap" ]; then
    printf '@%s cut %s %s\n' "$m__nonce" "$1" "$((m__off + m__len))"
    m__len=$((m__cap - m__off))
    dd if=chunk of=chunk.cut bs="$m__len" count=1 2>/dev/null
    mv -f chunk.cut chunk
  fi
  printf '@%s %s %s %s\n' "$m__nonce" "$1" "$m__off" "$m__len" || exit 75
  cat chunk || exit 75
  printf '\n' || exit 75
  eval "m__off_${1%.*}_${1#*.}=$((m__off + m__len))"
}

# m__runs NAME: the process of NAME.pid is alive.
m__runs() {
  m__pid=
  [ ! -f "$1.pid" ] || read -r m__pid <"$1.pid" || :
  [ -n "$m__pid" ] && kill -0 "$m__pid" 2>/dev/null
}

m__round() {
  local m__size m__log_path m__one m__off
  # One wc for all logs; its last line is a total.
  wc -c log/* >sizes
  while read -r m__size m__log_path; do
    m__one=${m__log_path##*/}
    case $m__one in [0-9]*.ev | [0-9]*.out | [0-9]*.err) ;; *) continue ;; esac
    eval "m__off=\${m__off_${m__one%.*}_${m__one#*.}:-0}"
    [ "$m__size" -le "$m__off" ] || m__send "$m__one"
  done <sizes
}

# m__watch_ticker: without one nothing has a time limit, and what a dead driver left running goes on. It was killed, for at
# its own end it takes its number away. Three times, so that one that cannot live is not begun for ever.
m__watch_ticker() {
  local m__pid
  [ -f ticker.pid ] && [ "$m__new_tickers" -lt 3 ] && ! m__runs ticker && [ ! -f ./done ] || return 0
  read -r m__pid <driver.pid && [ -n "$m__pid" ] || return 0
  m__new_tickers=$((m__new_tickers + 1))
  /bin/sh runtime/ticker.sh "$m__name" "$m__pid" </dev/null >/dev/null 2>&1 &
  printf '%s\n' "$!" >ticker.pid
  printf 'muster: the ticker of this run had been killed; another one takes its place\n' >>log/000.err
}

# Short naps first, since most plans are done in a second; sleep takes fractions on every release we claim.
m__nap=0.05
m__rounds=0
while :; do
  m__end=
  m__watch_ticker
  if [ -f ./done ]; then
    m__end="done"
  elif ! m__runs driver; then
    # The ticker ends what a dead driver left running; the run is over when that is done.
    if [ -f ./done ]; then
      m__end="done"
    elif ! m__runs ticker; then
      m__end=died
    fi
  fi
  m__round
  if [ -n "$m__end" ]; then
    printf '@%s %s\n' "$m__nonce" "$m__end"
    break
  fi
  m__rounds=$((m__rounds + 1))
  case $m__rounds in
    40) m__nap=0.2 ;;
    200) m__nap=0.5 ;;
  esac
  if [ "$m__rounds" -ge 200 ] && [ $((m__rounds % 20)) -eq 0 ]; then
    m__wake driver ticker
  fi
  # A silent link may be a dead one: the reader hears something at least every few seconds.
  case $m__rounds in
    *0) printf '@%s beat\n' "$m__nonce" || exit 75 ;;
  esac
  sleep "$m__nap"
done
# A follower whose link is half open may come to its end after another one took over, which still reads.
m__pid=$$
[ ! -f follower.pid ] || read -r m__pid <follower.pid || :
if [ "$m__pid" = "$$" ]; then
  # A ticker that was stopped would stay so, for what it is found by is gone.
  ! m__runs ticker || kill -s CONT "$m__pid" 2>/dev/null || :
  # `run` goes first: by that the ticker knows that a run ended whose `done` is gone.
  cd / && rm -rf "$m__name/run" "$m__name"
fi
