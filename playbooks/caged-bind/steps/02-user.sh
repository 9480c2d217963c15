# Creating the "named" user: an account without system privileges, whose home is the cage.
# Not by `useradd -m`: it fills the cage with skeleton files, and since 1.6 the base system has the user anyway. An account that is
# there already stays as it is, also the article's, which has a shell; that is taken from it only when asked for.
state() {
  user "$run_user" --group =uid --home "$cage" --shell /sbin/nologin --comment 'caged named' --only-if-missing
  m_passwd_entry "$run_user"
  if [ "$nologin" = yes ] && [ -n "$m_entry" ]; then
    user "$run_user" --shell /sbin/nologin
  fi
}

verify() {
  m_passwd_entry "$run_user"
  m_uid_of "$run_user"
  uid=$m_id
  expect 'the user is there' test -n "$m_entry"
  expect 'the user is not root' test "${uid:-0}" != 0
  find_log_in "${m_entry##*:}"
  m_check 'the user cannot log in' "$log_in"
  observe user.uid "$uid"
  observe user.shell "${m_entry##*:}"
}

# find_log_in SHELL: sets log_in to how it can log in, to nothing where its shell is none, or, unless that was asked for, where no password
# would lead to it.
find_log_in() {
  log_in=
  case $1 in */nologin | */false) return 0 ;; esac
  [ "$nologin" = yes ] || ! awk -F: -v who="$run_user" '$1 == who { exit substr($2, 1, 1) != "*" }' /etc/master.passwd || return 0
  log_in="its shell is ${1:-/bin/sh}; set the var nologin to replace it"
}
