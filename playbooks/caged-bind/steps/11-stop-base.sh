# Just in case: the named of the base system holds port 53 if it runs.
state() {
  service_running named --state stopped
}

verify() {
  expect_not_running named
}
