state() {
  file "$directory/resolv.conf" --content 'nameserver 192.0.2.53' --mode 0644
}
