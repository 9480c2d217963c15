# Taking back how packages are registered, and the times of their directories. After undo-package.sh, which says what the
# files beside the entry are.

# m__keep_required_by: who needs the successor now, before it goes: others may have come since the run.
m__keep_required_by() {
  [ -n "$m__old" ] && [ ! -f "$m__list.required" ] && m__package_version "${m__old%-*}" || return 0
  [ ! -f "$m__pkgdb/$m__version/+REQUIRED_BY" ] || cp "$m__pkgdb/$m__version/+REQUIRED_BY" "$m__list.required"
}

# m__register_packages: with the same packages as before, the registration of before is right, to the byte. When others
# came or went since, only what is ours is put right in it.
m__register_packages() {
  [ -f "$m__list.registry.pax" ] || return 0
  m__package_names >"$m_work/packages.now"
  if cmp -s "$m_work/packages.now" "$m__list"; then
    # Also when only times differ, because a tool wrote the same once more.
    if m__same_sums registry && [ -z "$(m__newer f)" ]; then
      return 0
    fi
    m__unpack "$m__list.registry.pax" / || {
      m__verdict=failed
      m__restored="cannot register the packages as before: $m__pax_said"
    }
    return 0
  fi
  [ -z "$m__old" ] || m__register_old
  pkg_admin rebuild >/dev/null 2>&1 </dev/null || :
}

m__register_old() {
  local m__name m__file
  if [ -f "$m__list.required" ]; then
    while IFS= read -r m__name; do
      ! pkg_info -e "$m__name" >/dev/null 2>&1 </dev/null || printf '%s\n' "$m__name"
    done <"$m__list.required" >"$m__pkgdb/$m__old/+REQUIRED_BY"
  fi
  rm -rf "$m_work/registry"
  mkdir "$m_work/registry" && m__unpack "$m__list.registry.pax" "$m_work/registry" || return 0
  grep '/+REQUIRED_BY$' "$m__list.registry" | while IFS= read -r m__file; do
    if [ -d "${m__file%/*}" ] && grep -qxF -- "$m__old" "$m_work/registry$m__file" && ! grep -qxF -- "$m__old" "$m__file" 2>/dev/null; then
      printf '%s\n' "$m__old" >>"$m__file"
    fi
  done
}

# m__newer TYPE: prints what of the packages' trees changed after they were saved: directories, or files of the database.
m__newer() {
  local m__tree
  m__tree=/usr/pkg
  [ "$1" = d ] || m__tree=
  find ${m__tree:+"$m__tree"} "$m__pkgdb" "$m__pkgdb.refcount" -type "$1" -newer "$m__list" -print 2>/dev/null || :
}

# m__package_times: directories that changed after they were saved get their old times. Asked again at the end of a
# rollback, because an undo of something else may change them once more.
m__package_times() {
  local m__file
  m__mirror || return 0
  m__newer d >"$m_work/dirs.now"
  while IFS= read -r m__file; do
    [ ! -d "$m_work/mirror$m__file" ] || touch -r "$m_work/mirror$m__file" "$m__file"
  done <"$m_work/dirs.now"
}

m__undo_package_times() {
  local m__list
  grep -qx "$m__entry_seq" "$m__receipt/undone" 2>/dev/null || return 0
  m__find_pkgdb
  m__list=$m__receipt/saved/$m__entry_seq
  m__package_times
}

# m__sweep_packages NAME: what a tool that was killed left in the database, and directories that came and are empty.
m__sweep_packages() {
  local m__file
  for m__file in "$m__pkgdb/$1"-[0-9]*; do
    [ ! -d "$m__file" ] || grep -qxF -- "$m__file" "$m__list.dirs" || rm -rf "$m__file"
  done
  [ -z "$m__old" ] || rm -f "$m__pkgdb/.$m__old.+REQUIRED_BY"
  if [ -z "$(pkg_info 2>/dev/null </dev/null)" ]; then
    find "$m__pkgdb" "$m__pkgdb.refcount" -type f -print 2>/dev/null >"$m_work/files.now" || :
    m__lines_only_in "$m_work/files.now" "$m__list.files" | while IFS= read -r m__file; do
      # What has no name of theirs is somebody else's.
      case $m__file in "$m__pkgdb"/pkgdb.* | "$m__pkgdb"/*/+* | "$m__pkgdb.refcount"/*) rm -f "$m__file" ;; esac
    done
  fi
  find /usr/pkg "$m__pkgdb" "$m__pkgdb.refcount" -depth -type d -print 2>/dev/null >"$m_work/dirs.now" || :
  m__lines_only_in "$m_work/dirs.now" "$m__list.dirs" | while IFS= read -r m__file; do
    m_hold "$m__file" || continue
    rmdir "$m__file" 2>/dev/null || :
    m_let_go
  done
}
