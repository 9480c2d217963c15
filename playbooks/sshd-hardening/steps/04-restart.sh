# The listening sshd is replaced; each open session has a process of its own, which the restart leaves alone.
state() {
  restart sshd --when-changed "$config_file"
}

verify() {
  expect_running sshd
}
