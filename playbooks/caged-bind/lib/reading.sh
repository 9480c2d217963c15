# Reading what lies where named may write. It can put a link in the place of a file, a pipe that nobody writes to, or a file
# without end: so root reads there by m_read, or a program does with named's own rights, and for so long.

# within SECONDS COMMAND...: runs a program; what it prints goes into $m_work/within.out and within.err. False when it fails, and
# when it is not done in time: then it is ended, and within_status is `late`. It reads the file within_in, and prints into
# the file of the private directory that within_name says, if these are set.
within() {
  : "${within_name:=within.out}"
  # What it is to print into: a program that ran by named's rights, or what one that was ended left, may still have that open.
  if [ -f "$m_work/within.theirs" ]; then
    rm -f "$m_work/within.theirs" "$m_work/within.err" "$m_work/within.out" "$m_work/$within_name"
  fi
  [ "$2" != chroot ] || : >"$m_work/within.theirs"
  within_status=0
  m_within "$@" <"${within_in:-/dev/null}" >"$m_work/$within_name" 2>"$m_work/within.err" || within_status=$?
  within_in='' within_name=
  [ -z "$m_late" ] || {
    : >"$m_work/within.theirs"
    within_status=late
  }
  [ "$within_status" = 0 ]
}

# within_named SECONDS COMMAND...: the same with the rights of our user, and of no group but its own.
within_named() {
  within_seconds=$1
  shift
  within "$within_seconds" chroot -u "$run_user" -g "$run_group" -G "$run_group" / "$@"
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
    pid_why="a text that cannot be a pid file ($m_read_why)"
    return 0
  fi
  IFS= read -r pid_read <"$m_work/pid.read" || :
  case $pid_read in
    '' | *[!0-9]* | ???????????*) pid_read='' pid_why='a text that is no number' ;;
  esac
}

# text_of FILE: prints what is in a small plain file, nothing when there is none: where it is, named may have put it.
text_of() {
  [ ! -f "$1" ] || ! m_readable "$1" 1048576 || cat "$m_opened_file"
}

# same_as FILE OTHER: OTHER, which named may have put there, holds the same.
same_as() {
  [ -f "$2" ] && m_readable "$2" "$m_copy_most" && m_same_content "$1" "$m_opened_file"
}

# find_printed COMMAND...: sets printed to the few lines that a function prints, and printed_status. Starts no process for that.
find_printed() {
  printed='' printed_status=0
  "$@" >"$m_work/printed" || printed_status=$?
  while IFS= read -r printed_line || [ -n "$printed_line" ]; do
    printed=$printed${printed:+$m_nl}$printed_line
  done <"$m_work/printed"
}

# find_masked FILE: sets masked_text to what is in it, for an observation, which masks what it is given. Of a short one that only root
# writes, and of whose name nothing follows, no process is needed; of another one masked is asked.
find_masked() {
  masked_text=
  [ -f "$1" ] || return 0
  case $1 in *.conf) ;; *) false ;; esac && m_readable "$1" && [ "$m_opened_file" = "$1" ] && short_text "$1" || {
    masked_text=$(masked "$1")
    return 0
  }
  while :; do
    case $masked_text in *"$m_nl") masked_text=${masked_text%"$m_nl"} ;; *) return 0 ;; esac
  done
}

# short_text FILE: sets masked_text to all of it; false when it is long.
short_text() {
  while IFS= read -r line || [ -n "$line" ]; do
    masked_text=$masked_text$line$m_nl
    [ ${#masked_text} -le 8192 ] || return 1
  done <"$1"
}

# last_words_of FILE: prints the end of a log in the cage.
last_words_of() {
  [ -f "$1" ] && [ ! -h "$1" ] && within_named 3 tail -c 4096 "$1" || return 0
  tail -n 5 "$m_work/within.out"
}

# differing_names ONE OTHER NAMES: of the names in the file NAMES, prints those of which the file below ONE is not the same as the one below
# OTHER, or cannot be compared by named itself.
differing_names() {
  [ -s "$3" ] || return 0
  within_in=$3
  # shellcheck disable=SC2016
  if within_named 600 sh -c 'while IFS= read -r name; do cmp -s "$1/$name" "$2/$name" </dev/null || printf "%s\n" "$name"; done' sh "$1" "$2"; then
    awk -v said="$m_work/within.out" 'BEGIN { while ((getline line < said) > 0) differs[line] = 1 } $0 in differs' "$3"
  else
    cat "$3"
  fi
}
