state() {
  directory "$directory" --mode 0755
}
