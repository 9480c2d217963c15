# Taking back how packages are registered, and the times of their directories. After undo-package.sh, which says what the
# files beside the entry are.

# m_keep_required_by: who needs the successor now, before it goes: others may have come since the run.
m_keep_required_by() {
  [ -n "$m_old" ] && [ ! -f "$m_list.required" ] && m_package_version "${m_old%-*}" || return 0
  [ ! -f "$m_pkgdb/$m_version/+REQUIRED_BY" ] || cp "$m_pkgdb/$m_version/+REQUIRED_BY" "$m_list.required"
}

# m_register_packages: with the same packages as before, the registration of before is right, to the byte. When others
# came or went since, only what is ours is put right in it.
m_register_packages() {
  [ -f "$m_list.registry.pax" ] || return 0
  m_package_names >"$m_work/packages.now"
  if cmp -s "$m_work/packages.now" "$m_list"; then
    # Also when only times differ, because a tool wrote the same once more.
    if m_same_sums registry && [ -z "$(m_newer f)" ]; then
      return 0
    fi
    m_unpack "$m_list.registry.pax" / || {
      m_verdict=failed
      m_restored="cannot register the packages as before: $m_pax_said"
    }
    return 0
  fi
  [ -z "$m_old" ] || m_register_old
  pkg_admin rebuild >/dev/null 2>&1 </dev/null || :
}

m_register_old() {
  if [ -f "$m_list.required" ]; then
    while IFS= read -r m_name; do
      ! pkg_info -e "$m_name" >/dev/null 2>&1 </dev/null || printf '%s\n' "$m_name"
    done <"$m_list.required" >"$m_pkgdb/$m_old/+REQUIRED_BY"
  fi
  rm -rf "$m_work/registry"
  mkdir "$m_work/registry" && m_unpack "$m_list.registry.pax" "$m_work/registry" || return 0
  grep '/+REQUIRED_BY$' "$m_list.registry" | while IFS= read -r m_file; do
    if [ -d "${m_file%/*}" ] && grep -qxF -- "$m_old" "$m_work/registry$m_file" && ! grep -qxF -- "$m_old" "$m_file" 2>/dev/null; then
      printf '%s\n' "$m_old" >>"$m_file"
    fi
  done
}

# m_newer TYPE: prints what of the packages' trees changed after they were saved: directories, or files of the database.
m_newer() {
  m_tree=/usr/pkg
  [ "$1" = d ] || m_tree=
  find ${m_tree:+"$m_tree"} "$m_pkgdb" "$m_pkgdb.refcount" -type "$1" -newer "$m_list" -print 2>/dev/null || :
}

# m_package_times: directories that changed after they were saved get their old times. Asked again at the end of a
# rollback, because an undo of something else may change them once more.
m_package_times() {
  m_mirror || return 0
  m_newer d >"$m_work/dirs.now"
  while IFS= read -r m_file; do
    [ ! -d "$m_work/mirror$m_file" ] || touch -r "$m_work/mirror$m_file" "$m_file"
  done <"$m_work/dirs.now"
}

m_undo_package_times() {
  grep -qx "$m_entry_seq" "$m_receipt/undone" 2>/dev/null || return 0
  m_find_pkgdb
  m_list=$m_receipt/saved/$m_entry_seq
  m_package_times
}

# m_sweep_packages NAME: what a tool that was killed left in the database, and directories that came and are empty.
m_sweep_packages() {
  for m_file in "$m_pkgdb/$1"-[0-9]*; do
    [ ! -d "$m_file" ] || grep -qxF -- "$m_file" "$m_list.dirs" || rm -rf "$m_file"
  done
  [ -z "$m_old" ] || rm -f "$m_pkgdb/.$m_old.+REQUIRED_BY"
  if [ -z "$(pkg_info 2>/dev/null </dev/null)" ]; then
    find "$m_pkgdb" "$m_pkgdb.refcount" -type f -print 2>/dev/null >"$m_work/files.now" || :
    m_lines_only_in "$m_work/files.now" "$m_list.files" | while IFS= read -r m_file; do
      # What has no name of theirs is somebody else's.
      case $m_file in "$m_pkgdb"/pkgdb.* | "$m_pkgdb"/*/+* | "$m_pkgdb.refcount"/*) rm -f "$m_file" ;; esac
    done
  fi
  find /usr/pkg "$m_pkgdb" "$m_pkgdb.refcount" -depth -type d -print 2>/dev/null >"$m_work/dirs.now" || :
  m_lines_only_in "$m_work/dirs.now" "$m_list.dirs" | while IFS= read -r m_file; do
    m_hold "$m_file" || continue
    rmdir "$m_file" 2>/dev/null || :
    m_let_go
  done
}
