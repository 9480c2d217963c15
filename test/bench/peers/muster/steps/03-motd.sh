state() {
  file "$directory/motd" --content 'unauthorised access is prohibited' --mode 0644
}
