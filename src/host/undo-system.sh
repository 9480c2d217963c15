# Undoes what is neither path nor package: accounts, services, commands and a step's own undo. Each is judged by what is
# there now, as in undo.sh.

m__undo_group() {
  m_gid_of "$1"
  if [ -z "$m_id" ]; then
    m__result kept group "$1" 'is gone'
  elif m__account_tool groupdel "$1"; then
    m__result undone group "$1" removed
  else
    m__result failed group "$1" 'groupdel failed'
  fi
}

m__undo_user() {
  m_passwd_entry "$1"
  if [ -z "$m_entry" ]; then
    m__result kept user "$1" 'is gone'
  elif m__account_tool userdel "$1"; then
    m__result undone user "$1" removed
  else
    m__result failed user "$1" 'userdel failed'
  fi
}

m__undo_usermod() {
  local m__name m__pw m__entry_uid m__entry_gid m__entry_gecos m__entry_home m__entry_shell
  IFS=: read -r m__name m__pw m__entry_uid m__entry_gid m__entry_gecos m__entry_home m__entry_shell <<EOF
$2
EOF
  if m__account_tool usermod -u "$m__entry_uid" -g "$m__entry_gid" -c "$m__entry_gecos" -d "$m__entry_home" -s "$m__entry_shell" "$1"; then
    m__result undone user "$1" 'fields as before'
  else
    m__result failed user "$1" 'usermod failed'
  fi
}

# m__undo_service NAME SCRIPT BEFORE: what the run started stops now; what it stopped starts when the files are back.
m__undo_service() {
  # The entry that comes last here was the run's first, and says what there was before the run.
  m_replace "$m__stay_down" "|$1|" ''
  m__stay_down=$m_replaced
  [ "$3" = running ] || m__stay_down="$m__stay_down|$1|"
  if [ "$3" = running ]; then
    m__later="start|$1|$2|$m__entry_seq|$m__run_id|$m__entry_step$m_nl$m__later"
  elif [ ! -f "$2" ] || ! m_service_pid "$2"; then
    m__result kept service "$1" 'does not run'
  elif m__service_stop "$2" >/dev/null 2>&1; then
    m__result undone service "$1" stopped
  else
    m__result failed service "$1" 'does not stop'
  fi
}

# m__undo_command TITLE UNDO UNLESS
m__undo_command() {
  if [ -z "$2" ]; then
    m__result failed command "$1" 'it cannot be undone (--irreversible)'
  elif m__run_text "$2" </dev/null; then
    m__result undone command "$1" 'its undo ran'
  elif ! m__run_text "$3" </dev/null >/dev/null 2>&1; then
    # The driver died before the command did anything, or the undo did its work and complained.
    m__result kept command "$1" 'its undo failed, but nothing of it is there'
  else
    m__result failed command "$1" 'its undo failed'
  fi
}

# m__undo_hook STEP: a step's own `undo` function, for what no resource can journal.
m__undo_hook() {
  if sh "$m__receipt/saved/$m__entry_seq.hook" </dev/null; then
    m__result undone hook "$1" "the step's undo ran"
  else
    m__result failed hook "$1" "the step's undo failed"
  fi
}
