state() {
  mode_owner "$directory/zones" --owner root --mode 0750
}
