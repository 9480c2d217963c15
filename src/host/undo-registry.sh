# Restores the registration of packages, and the times of their directories. It is read after undo-package.sh, which says
# what the files beside the entry are.

# m__keep_required_by: who needs the successor now, before it goes: others may have come since the run.
m__keep_required_by() {
  [ -n "$m__old" ] && [ ! -f "$m__list.required" ] && m__version_of "${m__old%-*}" || return 0
  [ ! -f "$m__pkgdb/$m__version/+REQUIRED_BY" ] || cp "$m__pkgdb/$m__version/+REQUIRED_BY" "$m__list.required"
}

# m__register_packages: with the same packages as before, the registration of before is right, to the byte. When others
# came or went since, only what is ours is put right in it.
m__register_packages() {
  [ -f "$m__list.registry.pax" ] || return 0
  m__registered >"$m_work/packages.now"
  if m__same_list "$m_work/packages.now" "$m__list"; then
    # Also when only times differ, because a tool wrote the same once more.
    if m__same_sums registry && m__newer f >"$m_work/files.now" && [ ! -s "$m_work/files.now" ]; then
      return 0
    fi
    m__unpack "$m__list.registry.pax" / || {
      m__verdict=failed
      m__restored="cannot register the packages as before: $m__pax_said"
    }
    return 0
  fi
  [ -z "$m__old" ] || m__register_old
  m__twice pkg_admin rebuild >/dev/null 2>&1 </dev/null || :
}

m__register_old() {
  local m__name m__file
  if [ -f "$m__list.required" ]; then
    while IFS= read -r m__name; do
      ! m__is_registered "$m__name" || printf '%s\n' "$m__name"
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

# m__newer TYPE: prints what of the packages' trees changed after they were saved: directories, or files of the database. False when find
# was killed.
m__newer() {
  local m__tree m__type
  m__type=$1
  set --
  [ "$m__type" = f ] || set -- /usr/pkg
  for m__tree in "$m__pkgdb" "$m__pkgdb.refcount"; do
    [ ! -d "$m__tree" ] || set -- ${1+"$@"} "$m__tree"
  done
  [ $# -gt 0 ] || return 0
  find "$@" -type "$m__type" -newer "$m__list" -print 2>/dev/null
  [ $? -le 128 ]
}

# m__package_times: directories that changed after they were saved get their old times. Asked again at the end of a
# rollback, because an undo of something else may change them once more.
m__package_times() {
  local m__file
  m__mirror || return 0
  # As often as it was killed.
  m__newer d >"$m_work/dirs.now" || m__newer d >"$m_work/dirs.now" || :
  while IFS= read -r m__file; do
    [ ! -d "$m_work/mirror$m__file" ] || m__twice touch -r "$m_work/mirror$m__file" "$m__file"
  done <"$m_work/dirs.now"
}

m__undo_package_times() {
  local m__list
  m__list=$m__receipt/saved/$m__entry_seq
  [ -s "$m__list.dirs" ] && m__has_line "$m__receipt/undone" "$m__entry_seq" || return 0
  m__find_pkgdb
  m__package_times
}

# m__sweep_packages NAME: what a tool that was killed left in the database, and directories that came and are empty. False when what is
# there cannot be listed, because a tool was killed.
m__sweep_packages() {
  local m__file
  for m__file in "$m__pkgdb/$1"-[0-9]*; do
    [ ! -d "$m__file" ] || m__has_line "$m__list.dirs" "$m__file" || m__twice rm -rf "$m__file" || return 1
  done
  [ ! -f "$m__pkgdb/.$m__old.+REQUIRED_BY" ] || m__twice rm -f "$m__pkgdb/.$m__old.+REQUIRED_BY" || return 1
  m__sweep_database || return 1
  set --
  for m__file in /usr/pkg "$m__pkgdb" "$m__pkgdb.refcount"; do
    [ ! -d "$m__file" ] || set -- ${1+"$@"} "$m__file"
  done
  [ $# -gt 0 ] || return 0
  find "$@" -depth -type d -print >"$m_work/dirs.now" 2>/dev/null
  [ $? -le 128 ] && m__lines_only_in "$m_work/dirs.now" "$m__list.dirs" >"$m_work/dirs.new" || return 1
  while IFS= read -r m__file <&5; do
    m_hold "$m__file" || continue
    m__rmdir_empty "$m__file"
    m_let_go
  done 5<"$m_work/dirs.new"
}

# m__rmdir_empty DIRECTORY: unless something is in it. One that is full is not tried twice.
m__rmdir_empty() {
  local m__status
  m__status=0
  rmdir "$1" 2>/dev/null || m__status=$?
  [ "$m__status" -le 128 ] || rmdir "$1" 2>/dev/null || :
}

# m__sweep_database: without any package, all that came to the database goes.
m__sweep_database() {
  local m__file
  m__registered >"$m_work/packages.now"
  [ ! -s "$m_work/packages.now" ] || return 0
  : >"$m_work/files.now"
  [ ! -d "$m__pkgdb.refcount" ] || find "$m__pkgdb.refcount" -type f -print >"$m_work/files.now" 2>/dev/null || [ $? -le 128 ] || return 1
  # What has no name of theirs is somebody else's.
  for m__file in "$m__pkgdb"/pkgdb.* "$m__pkgdb"/*/+*; do
    [ ! -f "$m__file" ] || [ -h "$m__file" ] || printf '%s\n' "$m__file" >>"$m_work/files.now"
  done
  while IFS= read -r m__file; do
    m__has_line "$m__list.files" "$m__file" || m__twice rm -f "$m__file" || return 1
  done <"$m_work/files.now"
}
