state() {
  block "$directory/block.conf" --id search --content 'search example.net' --mode 0644
}
