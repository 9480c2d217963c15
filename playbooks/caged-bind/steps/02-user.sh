# Creating the "named" user: an account without system privileges, whose home is the cage.
# Not by `useradd -m`: it fills the cage with skeleton files, and since 1.6 the base system has the user anyway. Who is
# there already is right as he is.
state() {
  user "$run_user" --group =uid --home "$cage" --shell /sbin/nologin --comment 'caged named' --only-if-missing
}

verify() {
  m_passwd_entry "$run_user"
  uid=$(id -u "$run_user" 2>/dev/null)
  expect 'the user is there' test -n "$m_entry"
  expect 'the user is not root' test "${uid:-0}" != 0
  expect 'the user cannot log in' test "${m_entry##*:}" = /sbin/nologin
  observe user.uid "$uid"
  observe user.shell "${m_entry##*:}"
}
