# Nothing is changed here: a setting that would lock out the user that runs this stops the run, in a plan too.
state() {
  user=$(login_user)
  if [ "$permit_root_login" = no ] && [ "$user" = root ]; then
    fail 'permit_root_login is no, but muster logs in as root here: log in as another user, with `become`'
  fi
  is_allowed "$user" || fail "allow_users does not have $user, the user that muster logs in as"
  if [ "$password_authentication" = no ] || { [ "$user" = root ] && [ "$(root_login)" = without-password ]; }; then
    has_keys "$user" || fail "$user has no authorized key, so without passwords there is no way in"
  fi
}

verify() {
  observe login.user "$(login_user)"
  expect 'the user that is logged in can log in with a key' has_keys "$(login_user)"
}
