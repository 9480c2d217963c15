# Nothing is changed here: what would lock out whoever runs this stops the run, in a plan too.
state() {
  user=$(login_user)
  if [ "$permit_root_login" = no ] && [ "$user" = root ]; then
    fail 'permit_root_login is no, and muster logs in as root here: log in as somebody else, with `become`'
  fi
  is_allowed "$user" || fail "allow_users does not have $user, as whom muster logs in"
  if [ "$password_authentication" = no ] || { [ "$user" = root ] && [ "$(root_login)" = without-password ]; }; then
    has_keys "$user" || fail "$user has no authorized key, so without passwords there is no way in"
  fi
}

verify() {
  observe login.user "$(login_user)"
  expect 'keys let the user in that is logged in' has_keys "$(login_user)"
}
