# Accounts: the tools that change them, and what is kept to prove an undo.

# m_account_tool COMMAND...: runs an account command; another one may hold the lock on /etc/group for a moment.
m_account_tool() {
  m_known_user=
  for m_try in 1 2 3; do
    if "$@" </dev/null; then
      return 0
    fi
    [ "$m_try" = 3 ] || sleep 1
  done
  return 1
}

# m_save_accounts: keeps the account files, to prove after an undo that they are as before.
m_save_accounts() {
  for m_file in group master.passwd passwd; do
    if [ -f "/etc/$m_file" ] && [ ! -f "$m_receipt/saved/etc.$m_file" ]; then
      cp -p "/etc/$m_file" "$m_receipt/saved/etc.$m_file" || fail "cannot save /etc/$m_file"
    fi
  done
  m_keep_time /etc
}

# m_passwd_entry NAME: sets m_entry to the account's line in /etc/passwd, or to nothing.
m_passwd_entry() {
  m_entry=
  while IFS= read -r m_line; do
    case $m_line in "$1:"*) m_entry=$m_line ;; esac
  done </etc/passwd
}
