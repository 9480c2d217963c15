# Password information in the chroot cage: only so much that named finds the user that it is to become. A named that
# cages itself looks its user up before.
applies() {
  only_in_chroot8 'named looks its user up before it is caged'
}

state() {
  choices
  caged_accounts "$run_user"
}

verify() {
  expect_equal 'the user of named is the first account in the cage' "$run_user" "$(text_of "$cage/etc/passwd" | awk -F: 'NR == 1 { print $1 }')"
  expect_file "$cage/etc/master.passwd" 0600
  expect_file "$cage/etc/spwd.db" 0600
  observe cage.accounts "$(text_of "$cage/etc/passwd" | awk -F: '{ print $1 }')"
}
