# Accounts: the tools that change them, and what is kept to prove an undo.

# m__account_tool COMMAND...: runs an account command; another one may hold the lock on /etc/group for a moment.
m__account_tool() {
  local m__try
  m__known_user=
  for m__try in 1 2 3; do
    if "$@" </dev/null; then
      return 0
    fi
    [ "$m__try" = 3 ] || sleep 1
  done
  return 1
}

# m__save_accounts: keeps the account files, to prove after an undo that they are as before.
m__save_accounts() {
  local m__file
  for m__file in group master.passwd passwd; do
    if [ -f "/etc/$m__file" ] && [ ! -f "$m__receipt/saved/etc.$m__file" ]; then
      cp -p "/etc/$m__file" "$m__receipt/saved/etc.$m__file" || fail "cannot save /etc/$m__file"
    fi
  done
  m__keep_time /etc
}

# m_passwd_entry NAME: sets m_entry to the account's line in /etc/passwd, or to nothing.
m_passwd_entry() {
  local m__line
  m_entry=
  while IFS= read -r m__line; do
    case $m__line in "$1:"*) m_entry=$m__line ;; esac
  done </etc/passwd
}
