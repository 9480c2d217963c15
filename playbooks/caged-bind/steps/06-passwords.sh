# Password information in the chroot cage: only so much that named finds the user that it is to become.
state() {
  caged_accounts "$run_user"
}

verify() {
  expect_equal 'the cage knows one account' 1 "$(awk 'END { print NR }' "$cage/etc/passwd" 2>/dev/null)"
  expect_equal 'and it is the user of named' "$run_user" "$(awk -F: 'NR == 1 { print $1 }' "$cage/etc/passwd" 2>/dev/null)"
  expect_file "$cage/etc/master.passwd" 0600
  expect_file "$cage/etc/spwd.db" 0600
  observe cage.accounts "$(awk -F: '{ print $1 }' "$cage/etc/passwd" 2>/dev/null)"
}
