state() {
  absent "$directory/old.conf"
}
