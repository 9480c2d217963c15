# Setup of the chroot cage: the program, its shared libraries and the run-time linker.
# The cage is root's, not named's as in the article: who owns a directory can rename what is in it.
state() {
  directory "$cage" --owner root --group wheel --mode 0755
  caged_program "$program"
}

verify() {
  # The links are resolved inside the cage, where the article's tar left them dangling.
  expect 'the program starts inside the cage' chroot "$cage" "$program" -v
  observe cage.mount "$(m_mount_of "$cage")"
  observe cage.libraries "$(libraries_of "$program")"
}
