state() {
  file "$directory/ntp.conf" --content 'server 192.0.2.123' --mode 0644
}
