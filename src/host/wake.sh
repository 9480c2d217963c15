# What the ticker and the follower do for each other and for the driver: whoever of them was stopped (SIGSTOP), and by whom ever,
# is let go on, because a run that stands still holds the lock and keeps what it has below /tmp for ever. They sit in the run's
# directory, m_name, and reach what is in it from there: once it is gone, anybody may put something in its place.

# m_wake NAME...: of these processes of the run.
m_wake() {
  for m_who do
    m_number=
    [ ! -f "$m_who.pid" ] || read -r m_number <"$m_who.pid" || :
    [ -n "$m_number" ] && kill -0 "$m_number" 2>/dev/null || continue
    # Its number may be somebody else's by now.
    case $(ps -ww -o stat= -o command= -p "$m_number" 2>/dev/null) in
      T*"$m_name"*)
        kill -s CONT "$m_number" 2>/dev/null &&
          printf 'muster: the %s of this run had been stopped (SIGSTOP); it goes on now\n' "$m_who" >>log/000.err
        ;;
    esac
  done
}
