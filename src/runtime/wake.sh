# What the ticker and the follower do for each other and for the driver: whoever of them was stopped (SIGSTOP), and by whom ever,
# is let go on, because a run that stands still holds the lock and keeps what it has below /tmp for ever.

# m_wake NAME...: of these processes of the run.
m_wake() {
  for m_name do
    m_number=
    [ ! -f "$m_work/$m_name.pid" ] || read -r m_number <"$m_work/$m_name.pid" || :
    [ -n "$m_number" ] && kill -0 "$m_number" 2>/dev/null || continue
    case $(ps -o stat= -p "$m_number" 2>/dev/null) in
      T*)
        kill -s CONT "$m_number" 2>/dev/null &&
          printf 'muster: the %s of this run had been stopped (SIGSTOP); it goes on now\n' "$m_name" >>"$m_work/log/000.err"
        ;;
    esac
  done
}
