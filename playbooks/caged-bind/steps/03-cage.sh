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
  # As text, so that a comparison shows the lines; without the keys that stand in it.
  observe named.conf "$(sed 's/\(secret[[:space:]]*\)[^;]*;/\1"?";/' "$cage$named_conf" 2>/dev/null)"
  observe zones "$(caged_zones "$zones_change")"
  observe cage.mount "$(m_mount_of "$cage")"
  observe cage.libraries "$(libraries_of "$program")"
}
