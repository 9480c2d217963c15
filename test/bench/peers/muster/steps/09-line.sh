state() {
  line "$directory/line.conf" --line 'driftfile /var/db/ntp.drift' --mode 0644
}
