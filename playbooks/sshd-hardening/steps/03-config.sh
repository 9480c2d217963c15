# The settings. A keyboard-interactive login asks for the password too where there is PAM, so it follows
# PasswordAuthentication; older releases look at the first of its two names, newer ones take both for the same.
state() {
  sshd_setting PubkeyAuthentication yes
  sshd_setting PermitRootLogin "$(root_login)"
  sshd_setting PasswordAuthentication "$password_authentication"
  sshd_setting ChallengeResponseAuthentication "$password_authentication"
  sshd_setting KbdInteractiveAuthentication "$password_authentication"
  sshd_setting PermitEmptyPasswords no
  sshd_setting MaxAuthTries "$max_auth_tries"
  sshd_setting LoginGraceTime "$login_grace_time"
  sshd_setting X11Forwarding no
  if [ -n "$allow_users" ]; then
    sshd_setting AllowUsers "$(printf '%s' "$allow_users" | tr '\n' ' ')"
  fi
  if [ -n "$banner_text" ]; then
    sshd_setting Banner "$banner_file"
  fi
}

verify() {
  expect 'sshd accepts its configuration' /usr/sbin/sshd -t -f "$config_file"
  sshd_ask
  expect_sshd 'sshd takes keys' pubkeyauthentication yes
  expect_sshd 'root may log in as declared' permitrootlogin "$permit_root_login"
  expect_sshd 'passwords are enough as declared' passwordauthentication "$password_authentication"
  expect_sshd 'keyboard-interactive logins are as declared' kbdinteractiveauthentication "$password_authentication"
  expect_sshd 'nobody logs in with an empty password' permitemptypasswords no
  expect_sshd 'so many attempts' maxauthtries "$max_auth_tries"
  expect_sshd 'the seconds to log in are as declared' logingracetime "$login_grace_time"
  if [ -n "$allow_users" ]; then
    expect_sshd 'only the declared users may log in' allowusers "$allow_users"
  fi
  observe sshd.allow-users "$(sshd_says allowusers)"
  observe sshd.protocol "$(sshd_says protocol)"
  observe sshd.ciphers "$(sshd_says ciphers)"
  observe sshd.macs "$(sshd_says macs)"
}
