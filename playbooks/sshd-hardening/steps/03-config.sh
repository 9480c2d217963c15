# The settings. A keyboard-interactive login asks for the password too where there is PAM, so it follows
# PasswordAuthentication; older releases look at the first of its two names, newer ones take both for the same.
state() {
  sshd_setting PubkeyAuthentication yes
  sshd_setting PermitRootLogin "$permit_root_login"
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
  expect_equal 'sshd takes keys' yes "$(sshd_says pubkeyauthentication)"
  expect_equal 'root may log in as declared' "$permit_root_login" "$(sshd_says permitrootlogin)"
  expect_equal 'passwords are enough as declared' "$password_authentication" "$(sshd_says passwordauthentication)"
  expect_equal 'nobody logs in with an empty password' no "$(sshd_says permitemptypasswords)"
  expect_equal 'so many attempts' "$max_auth_tries" "$(sshd_says maxauthtries)"
  expect_equal 'so many seconds to log in' "$login_grace_time" "$(sshd_says logingracetime)"
  observe sshd.allow-users "$(sshd_says allowusers)"
  observe sshd.protocol "$(sshd_says protocol)"
  observe sshd.ciphers "$(sshd_says ciphers)"
  observe sshd.macs "$(sshd_says macs)"
}
