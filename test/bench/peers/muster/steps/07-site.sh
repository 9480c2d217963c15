state() {
  template "$directory/site.conf" --source site.conf --mode 0644
}
