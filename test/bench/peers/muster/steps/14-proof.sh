state() {
  :
}

verify() {
  expect 'the zone is where the link points' grep -q SOA "$directory/current"
}
