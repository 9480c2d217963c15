# The article's proof, and more. ps shows the user of the daemon, fstat the inode and the mount point of its root directory,
# and ls those of the cage. The daemon answers, its log lines arrive, and the next boot starts it. The cage holds nothing
# that it should not.
state() { :; }

verify() {
  choices
  read_configuration "$cage" || :
  find_places
  prove_process
  prove_answers
  prove_listening
  prove_log
  prove_boot
  prove_cage
}
