# Reading what lies where named may write. It can put a link in the place of a file, a pipe that nobody writes to, or a file
# without end: so root reads there by m_read, or a program does with named's own rights, and for so long.

# within SECONDS COMMAND...: what it prints goes into $m_work/within.out and within.err; false when it is not done in time,
# and it is ended then. COMMAND is a program behind `exec`, or as_named.
within() {
  within_end=$(($(date +%s) + $1 + 1))
  within_naps=0
  shift
  rm -f "$m_work/within.done"
  : >"$m_work/within.out"
  : >"$m_work/within.err"
  {
    { "$@"; } </dev/null >"$m_work/within.out" 2>"$m_work/within.err" &
    within_pid=$!
    printf '%s\n' "$within_pid" >"$m_work/within.pid"
    wait "$within_pid" || :
    : >"$m_work/within.done"
  } &
  until [ -f "$m_work/within.done" ]; do
    within_naps=$((within_naps + 1))
    if [ "$within_naps" -le 20 ] && sleep 0.005 2>/dev/null; then
      continue
    elif [ "$(date +%s)" -ge "$within_end" ]; then
      read -r within_pid <"$m_work/within.pid" && kill -9 "$within_pid" 2>/dev/null || :
      return 1
    fi
    sleep 0.05 2>/dev/null || sleep 1
  done
}

# as_named COMMAND...: with the rights of our user, and of no group but its own. Takes the place of this shell.
as_named() {
  exec chroot -u "$run_user" -g "$run_group" -G "$run_group" / "$@"
}

# read_pid FILE: sets pid_read to the process that a pid file names, or to nothing, and then pid_why to what is wrong with it.
# It is named's word, so it may be anything: nothing but a number is taken from it.
read_pid() {
  pid_read='' pid_why='' pid_from=$1
  m_look "$1"
  if [ "$m_type" = absent ]; then
    pid_why=nothing
    return 0
  elif [ "$m_type$m_uid" = link0 ]; then
    # The rc script's own leads from outside into the cage, and nowhere else.
    m_link_target "$1"
    [ "$m_target" != "$cage$pid_file" ] || pid_from=$m_target
  fi
  if ! m_read "$pid_from" "$m_work/pid.read" 16; then
    pid_why="what cannot be a pid file ($m_read_why)"
    return 0
  fi
  IFS= read -r pid_read <"$m_work/pid.read" || :
  case $pid_read in
    '' | *[!0-9]* | ???????????*) pid_read='' pid_why='what is no number' ;;
  esac
}

# last_words_of FILE: prints the end of a log in the cage.
last_words_of() {
  [ -f "$1" ] && [ ! -h "$1" ] && within 3 as_named tail -c 4096 "$1" || return 0
  tail -n 5 "$m_work/within.out"
}
