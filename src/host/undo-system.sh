# Taking back what is neither path nor package: accounts, services, commands and a step's own undo. Each is judged by
# what is there now, as in undo.sh.

m_undo_group() {
  m_gid_of "$1"
  if [ -z "$m_id" ]; then
    m_result kept group "$1" 'is gone'
  elif m_account_tool groupdel "$1"; then
    m_result undone group "$1" removed
  else
    m_result failed group "$1" 'groupdel failed'
  fi
}

m_undo_user() {
  m_passwd_entry "$1"
  if [ -z "$m_entry" ]; then
    m_result kept user "$1" 'is gone'
  elif m_account_tool userdel "$1"; then
    m_result undone user "$1" removed
  else
    m_result failed user "$1" 'userdel failed'
  fi
}

m_undo_usermod() {
  IFS=: read -r m_name m_pw m_has_uid m_has_gid m_has_gecos m_has_home m_has_shell <<EOF
$2
EOF
  if m_account_tool usermod -u "$m_has_uid" -g "$m_has_gid" -c "$m_has_gecos" -d "$m_has_home" -s "$m_has_shell" "$1"; then
    m_result undone user "$1" 'fields as before'
  else
    m_result failed user "$1" 'usermod failed'
  fi
}

# m_undo_service NAME SCRIPT BEFORE: what the run started stops now; what it stopped starts when the files are back.
m_undo_service() {
  # The entry that comes last here was the run's first, and says what there was before the run.
  m_replace "$m_stay_down" "|$1|" ''
  m_stay_down=$m_replaced
  [ "$3" = running ] || m_stay_down="$m_stay_down|$1|"
  if [ "$3" = running ]; then
    m_later="start|$1|$2|$m_entry_seq|$m_run_id|$m_entry_step$m_nl$m_later"
  elif [ ! -f "$2" ] || ! m_service_pid "$2"; then
    m_result kept service "$1" 'does not run'
  elif m_service_stop "$2" >/dev/null 2>&1; then
    m_result undone service "$1" stopped
  else
    m_result failed service "$1" 'does not stop'
  fi
}

# m_undo_command TITLE UNDO UNLESS
m_undo_command() {
  if [ -z "$2" ]; then
    m_result failed command "$1" 'it cannot be undone (--irreversible)'
  elif m_run_text "$2" </dev/null; then
    m_result undone command "$1" 'its undo ran'
  elif ! m_run_text "$3" </dev/null >/dev/null 2>&1; then
    # The driver died before the command did anything, or the undo did its work and complained.
    m_result kept command "$1" 'its undo failed, but nothing of it is there'
  else
    m_result failed command "$1" 'its undo failed'
  fi
}

# m_undo_hook STEP: a step's own `undo` function, for what no resource can journal.
m_undo_hook() {
  if sh "$m_receipt/saved/$m_entry_seq.hook" </dev/null; then
    m_result undone hook "$1" "the step's undo ran"
  else
    m_result failed hook "$1" "the step's undo failed"
  fi
}
