# Reading what lies where another account may write. Whoever may write there can put a link in the place of a file, a pipe that
# nobody writes to, or a file without end: so it is read with the rights of that account, so many bytes, and so long.

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

# as_reader FILE COMMAND...: COMMAND as root where root alone can have made FILE what it is, and as our user elsewhere.
as_reader() {
  reader_file=$1
  shift
  if is_roots "${reader_file%/*}"; then
    exec "$@"
  fi
  as_named "$@"
}

# read_pid FILE: sets pid_read to the process that a pid file names, or to nothing, and then pid_why to what is wrong with it.
# It is named's word, so it may be anything: nothing but a number is taken from it.
read_pid() {
  pid_read='' pid_why='' pid_from=$1
  m_look "$1"
  if [ "$m_type$m_uid" = link0 ]; then
    # The rc script's own, from outside into the cage.
    m_link_target "$1"
    case $m_target in "$cage"/*) pid_from=$m_target && m_look "$m_target" ;; esac
  fi
  case $m_type$m_links in
    file1) ;;
    absent*) pid_why='nothing: it is not there' ;;
    file*) pid_why='a file with other names (hard links)' ;;
    link*) pid_why='a link to something else' ;;
    *) pid_why='no plain file' ;;
  esac
  [ -z "$pid_why" ] || return 0
  within 3 as_reader "$pid_from" dd if="$pid_from" bs=16 count=1 || {
    pid_why='what gives no answer'
    return 0
  }
  IFS= read -r pid_read <"$m_work/within.out" || :
  case $pid_read in
    '' | *[!0-9]* | ???????????*) pid_read='' pid_why='no number' ;;
  esac
}

# last_words_of FILE: prints the end of a log in the cage.
last_words_of() {
  m_look "$1"
  [ "$m_type$m_links" = file1 ] && within 3 as_reader "$1" tail -c 4096 "$1" || return 0
  tail -n 5 "$m_work/within.out"
}

# same_content ONE OTHER: two files are the same, read with the rights of our user.
same_content() {
  within 60 as_named cmp "$1" "$2" && [ ! -s "$m_work/within.out" ] && [ ! -s "$m_work/within.err" ]
}
