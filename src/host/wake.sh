# What the ticker and the follower do for each other and for the driver: whoever of them was stopped (SIGSTOP), and by whom ever,
# is let go on, because a run that stands still holds the lock and keeps what it has below /tmp for ever. They sit in the run's
# directory, m__name, and reach what is in it from there: once it is gone, anybody may put something in its place.

# m__wake NAME...: of these processes of the run.
m__wake() {
  local m__who m__number
  for m__who do
    m__number=
    [ ! -f "$m__who.pid" ] || read -r m__number <"$m__who.pid" || :
    [ -n "$m__number" ] && kill -0 "$m__number" 2>/dev/null || continue
    # Its number may be somebody else's by now.
    case $(ps -ww -o stat= -o command= -p "$m__number" 2>/dev/null) in
      T*"$m__name"*)
        kill -s CONT "$m__number" 2>/dev/null &&
          printf 'muster: the %s of this run had been stopped (SIGSTOP); it goes on now\n' "$m__who" >>log/000.err
        ;;
    esac
  done
}
