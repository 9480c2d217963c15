state() {
  directory "$directory/zones" --mode 0750
}
