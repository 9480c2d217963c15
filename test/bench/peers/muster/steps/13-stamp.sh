state() {
  command stamp --run "cp '$directory/motd' '$directory/stamp'" --unless "test -f '$directory/stamp'" --undo "rm -f '$directory/stamp'"
}
