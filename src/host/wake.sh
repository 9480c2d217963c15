# What the ticker and the follower do for each other and for the driver. If one of the three was stopped (SIGSTOP), no matter
# by whom, another one lets it continue. A stopped run would hold the lock, and keep what it has below /tmp, for ever. They
# sit in the run's directory, m__name, and reach what is in it from there: once it is gone, anybody may put something in its
# place.

# m__runs NAME: the process of this name is alive; sets m__pid to its number. From inside the directory.
m__runs() {
  m__pid=
  [ ! -f "$1.pid" ] || read -r m__pid <"$1.pid" || :
  [ -n "$m__pid" ] && kill -0 "$m__pid" 2>/dev/null
}

# m__drop_rest DIRECTORY: removes what of a run's directory only its driver needed, secrets first of all. What a follower needs
# stays: one may come back after the link broke.
m__drop_rest() {
  local m__file
  set -- "$1"/*
  for m__file do
    case ${m__file##*/} in
      run | runtime | log | done | *.pid | chunk | sizes | counted | ticks | measured) ;;
      *) set -- "$@" "$m__file" ;;
    esac
    shift
  done
  [ $# -eq 0 ] || rm -rf "$@"
}

# m__find_written MARK: sets m__written to the outputs of steps that hold something and were not last written to before MARK was: times
# may have no fractions. Every sh that descends from ash or ksh knows -nt. Starts no process.
m__find_written() {
  local m__one
  m__written=
  for m__one in log/*.out log/*.err; do
    # shellcheck disable=SC3013
    [ ! -s "$m__one" ] || [ "$1" -nt "$m__one" ] || m__written="$m__written $m__one"
  done
}

# m__wake NAME...: of these processes of the run.
m__wake() {
  local m__who m__pid
  for m__who do
    m__runs "$m__who" || continue
    # Its number may be somebody else's by now.
    case $(ps -ww -o stat= -o command= -p "$m__pid" 2>/dev/null) in
      T*"$m__name"*)
        kill -s CONT "$m__pid" 2>/dev/null &&
          printf 'muster: the %s of this run had been stopped (SIGSTOP); it continues now\n' "$m__who" >>log/000.err
        ;;
    esac
  done
}

# m_kill_tree PID: ends a process and all that is below it. From the top all of it is stopped first: a shell whose command died would go
# on with the next one, and say that it was killed; and what is stopped starts nothing more.
m_kill_tree() {
  local m__below m__tree
  m__below=$1 m__tree=
  while [ -n "$m__below" ] && [ ${#m__tree} -lt 9999 ]; do
    # shellcheck disable=SC2086
    kill -s STOP $m__below 2>/dev/null || :
    m__tree="$m__tree $m__below"
    m__below=$(ps -axo pid,ppid | awk -v above=" $m__below " 'index(above, " " $2 " ") { printf "%s ", $1 }')
  done
  # shellcheck disable=SC2086
  kill -s KILL $m__tree 2>/dev/null || :
}
