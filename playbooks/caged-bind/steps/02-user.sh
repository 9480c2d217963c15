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
  uid=$(id -u "$run_user" 2>/dev/null)
  expect 'the user is there' test -n "$m_entry"
  expect 'the user is not root' test "${uid:-0}" != 0
  expect 'the user cannot log in' cannot_log_in "${m_entry##*:}"
  observe user.uid "$uid"
  observe user.shell "${m_entry##*:}"
}

# cannot_log_in SHELL: it is no shell, or, unless that was asked for, there is no password that would lead to it.
cannot_log_in() {
  case $1 in */nologin | */false) return 0 ;; esac
  printf 'its shell is %s; the var nologin takes it away' "${1:-/bin/sh}"
  [ "$nologin" != yes ] && awk -F: -v who="$run_user" '$1 == who { exit substr($2, 1, 1) != "*" }' /etc/master.passwd
}
