# What the ticker and the follower do for each other and for the driver: whoever of them was stopped (SIGSTOP), and by whom ever,
# is let go on, because a run that stands still holds the lock and keeps what it has below /tmp for ever. They sit in the run's
# directory, m__name, and reach what is in it from there: once it is gone, anybody may put something in its place.

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
      run | runtime | log | done | *.pid | chunk | sizes | ticks) ;;
      *) set -- "$@" "$m__file" ;;
    esac
    shift
  done
  [ $# -eq 0 ] || rm -rf "$@"
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
          printf 'muster: the %s of this run had been stopped (SIGSTOP); it goes on now\n' "$m__who" >>log/000.err
        ;;
    esac
  done
}
