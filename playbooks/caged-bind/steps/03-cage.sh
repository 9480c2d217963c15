# Setup of the chroot cage: the program, its shared libraries, the run-time linker, named.conf and the zones.
# The cage is root's, not named's as in the article: who owns a directory can rename what is in it.
state() {
  directory "$cage" --owner root --group wheel --mode 0755
  caged_program "$program"
  directory "$cage/etc"
  copy "$cage$named_conf" --from "$named_conf"
  caged_tree "$namedb" "$zones_change"
  # Where named keeps the keys that it manages itself; without it, it complains at every start.
  directory "$cage$namedb/keys" --owner "$run_user" --group "$run_group" --mode 0775 --transient '*'
}

verify() {
  # The links are resolved inside the cage, where the article's tar left them dangling.
  expect 'the program starts inside the cage' chroot "$cage" "$program" -v
  expect 'the configuration is good inside the cage' named-checkconf -t "$cage" "$named_conf"
  observe named.conf "$(m_digest "$cage$named_conf" && printf '%s' "$m_digest_value")"
  observe cage.libraries "$(libraries_of "$program")"
}
