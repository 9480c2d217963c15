# command TITLE --run SCRIPT --unless SCRIPT [--undo SCRIPT | --irreversible]
#
# For changes that no resource can declare. The scripts are sh texts, and each is run by its own sh.
#   --run            what to do
#   --unless         exits 0 if there is nothing to do; it runs before --run, and once more after it
#   --undo           undoes it
#   --irreversible   nothing can undo it: a plan shows it, an apply needs consent (--allow-irreversible)
# Undo: runs --undo.
# Example: command 'alias database' --run newaliases --unless 'test -f /etc/mail/aliases.db' --undo 'rm -f /etc/mail/aliases.db'
# Works on: NetBSD 1.5
command() {
  # This function hides the shell's own `command`; scripts that ask `command -v` still get their answer.
  case $1 in
    -*)
      (unset -f command && command ${1+"$@"})
      return
      ;;
  esac
  m_begin command "$1"
  shift
  m_options 'run= unless= undo= irreversible' ${1+"$@"}
  [ -n "$m_o_run" ] && [ -n "$m_o_unless" ] || fail "command '$m_target_name': give it --run and --unless"
  [ -n "$m_has_undo$m_o_irreversible" ] || fail "command '$m_target_name': give it --undo, or say --irreversible"
  [ -z "$m_o_irreversible" ] || m__irreversible=1
  if ! m__run_text "$m_o_unless" </dev/null >/dev/null 2>&1; then
    m_need 'would run'
    m__would_install
  fi
  m_settled && return 0
  # The title is only shown, and a rollback, which shows it, does not know the run's secrets.
  m__hide "$m_target_name"
  m_record_command "$m__hidden" "$m_o_undo" "$m_o_unless"
  m__run_text "$m_o_run" </dev/null || fail "command '$m_target_name' failed"
  m__run_text "$m_o_unless" </dev/null >/dev/null 2>&1 || m_stuck '--unless still reports that there is something to do'
  m_why='ran'
  m_changed
}
