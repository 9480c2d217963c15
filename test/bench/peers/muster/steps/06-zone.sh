state() {
  file "$directory/zones/example.net" --content 'example.net. SOA ns1 root 1 1h 1h 1w 1h' --mode 0640
}
