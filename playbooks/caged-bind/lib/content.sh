# Resources of this playbook: the configuration and the zones in the cage.

# caged_tree DIRECTORY PATTERNS: the files below a directory of the host are in the cage. What matches one of the
# patterns is copied once only, because named writes it. Nothing in the cage is removed.
caged_tree() {
  as_one caged_tree "$cage$1"
  directory "$cage$1" --transient '*.jnl' --transient 'managed-keys*' --transient '*.mkeys*' --transient '_default.*'
  (cd "$1" && find . -type d -print | sort) >"$m_work/tree.dirs" || fail "cannot read $1"
  (cd "$1" && find . ! -type d -print | sort) >"$m_work/tree.files" || fail "cannot read $1"
  while IFS= read -r name <&5; do
    [ "$name" = . ] || directory "$cage$1/${name#./}"
  done 5<"$m_work/tree.dirs"
  while IFS= read -r name <&5; do
    name=${name#./}
    [ -f "$1/$name" ] || continue
    once=
    for pattern in $2; do
      # The pattern is meant as one.
      # shellcheck disable=SC2254
      case $name in $pattern) once=--once ;; esac
    done
    copy "$cage$1/$name" --from "$1/$name" $once
  done 5<"$m_work/tree.files"
  as_one_end
}

# caged_zones PATTERNS: prints name and checksum of the files below the cage's namedb that named does not write.
caged_zones() {
  (cd "$cage$namedb" 2>/dev/null && find . -type f -print | sort) | while IFS= read -r name; do
    name=${name#./}
    for pattern in $1; do
      # The pattern is meant as one.
      # shellcheck disable=SC2254
      case $name in $pattern) continue 2 ;; esac
    done
    printf '%s %s\n' "$name" "$(cksum <"$cage$namedb/$name" | awk '{ print $1 }')"
  done
}
