# What is served: named.conf and the zones, taken from the host.
state() {
  directory "$cage/etc"
  copy "$cage$named_conf" --from "$named_conf"
  caged_tree "$namedb" "$zones_change"
  # Where named keeps the keys that it manages itself; without it, it complains at every start.
  directory "$cage$namedb/keys" --owner "$run_user" --group "$run_group" --mode 0775 --transient '*'
}

verify() {
  expect 'the configuration is good inside the cage' named-checkconf -t "$cage" "$named_conf"
  # As text, so that a comparison shows the lines; without the keys that stand in it.
  observe named.conf "$(sed 's/\(secret[[:space:]]*\)[^;]*;/\1"?";/' "$cage$named_conf" 2>/dev/null)"
  observe zones "$(caged_zones "$zones_change")"
}
