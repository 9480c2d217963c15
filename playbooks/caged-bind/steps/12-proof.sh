# The article's proof, and more: ps shows who runs it, fstat shows the inode and the mount point of its root directory,
# ls shows the cage's; it answers; its log arrives; the next boot starts it; and the cage holds nothing that it should not.
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
