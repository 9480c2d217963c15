state() {
  symlink "$directory/current" --to zones/example.net
}
