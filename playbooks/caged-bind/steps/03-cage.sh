# Setup of the chroot cage. It is root's, not named's as in the article: who owns a directory can rename what is in it.
# The program, its shared libraries and the run-time linker go in only where chroot(8) runs it; a named that cages
# itself has them open before.
state() {
  choices
  # What an rc script puts there by itself, should the host boot before the hand-over.
  directory "$cage" --owner root --group wheel --mode 0755 --transient var --transient usr
  skeleton_is_roots
  if [ "$style" = chroot8 ]; then
    caged_program "$program"
  fi
}

verify() {
  choices
  if [ "$style" = chroot8 ]; then
    observe cage.libraries "$(libraries_of "$program")"
  elif [ "$rc_chrootdir" = no ]; then
    m_check 'the rc script can cage named' "$rc_script knows no named_chrootdir; set cage_style to chroot8"
  fi
  observe cage.style "$style"
  find_cage_mount
  observe cage.mount "$cage_mount"
}
