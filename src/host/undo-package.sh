# Taking back a package: what came is deleted, what was replaced is unpacked again, and how packages are registered
# becomes what it was. Everything may be done twice, so a rollback that was cut is simply run again. An apply uses the
# same when a replacement fails half way. The files beside the entry's own (saved/SEQ.*) are listed in
# docs/host-side.md.

# m_find_pkgdb: sets m_pkgdb, where the package tools keep what is installed.
m_find_pkgdb() {
  m_pkgdb=$(pkg_admin config-var PKG_DBDIR 2>/dev/null </dev/null) || m_pkgdb=
  case $m_pkgdb in
    /*) ;;
    *) m_pkgdb=/var/db/pkg ;;
  esac
}

# m_package_version PATTERN: true when installed; sets m_version to its full name.
m_package_version() {
  m_version=$(pkg_info -e "$1" 2>/dev/null </dev/null) && [ -n "$m_version" ] || return 1
  m_version=${m_version%%"$m_nl"*}
}

# m_package_names: prints the full names of all packages.
m_package_names() {
  pkg_info 2>/dev/null </dev/null | awk '{ print $1 }' | sort
}

# m_files_of PACKAGE: prints the paths of its files and links.
m_files_of() {
  pkg_info -qL "$1" 2>/dev/null </dev/null | grep '^/' || :
}

# m_files_of_all: the same for every package that comes on the input.
m_files_of_all() {
  while IFS= read -r m_name; do
    m_files_of "$m_name"
  done
}

# m_lines_only_in A B: prints the lines of A that B has not.
m_lines_only_in() {
  awk -v other="$2" 'BEGIN { while ((getline line < other) > 0) had[line] = 1 } !($0 in had)' "$1"
}

# m_sums LIST: prints a checksum for each file whose name is a line of LIST; what is not there has none.
m_sums() {
  [ -s "$1" ] || return 0
  # Where others may write there may be a pipe by now.
  while IFS= read -r m_summed; do
    [ ! -f "$m_summed" ] || printf '%s\n' "$m_summed"
  done <"$1" | sed 's/[^A-Za-z0-9_.,/-]/\\&/g' | xargs cksum 2>/dev/null || :
}

# m_pack ARCHIVE: packs what comes on the input, one absolute path a line, directories without what is in them. False
# with pax's words in m_pax_said. pax, because it takes names from its input and keeps owners on every release.
m_pack() {
  (cd / && sed 's/^/./' | pax -w -d -x ustar) >"$1" 2>"$m_work/pax.err" && return 0
  m_pax_said=$(tail -n 1 "$m_work/pax.err")
  return 1
}

# m_unpack ARCHIVE DIRECTORY: unpacks with owners, modes and times.
m_unpack() {
  (cd "$2" && pax -r -pe) <"$1" >/dev/null 2>"$m_work/pax.err" && return 0
  m_pax_said=$(tail -n 1 "$m_work/pax.err")
  return 1
}

# m_undo_package NAME OLD: OLD is the package that was replaced, or nothing (a dot in old receipts).
m_undo_package() {
  m_find_pkgdb
  m_list=$m_receipt/saved/$m_entry_seq
  m_old=${2#.}
  m_packages_that_came "$1"
  if m_package_is_foreign "$1"; then
    if [ "$m_force" != yes ]; then
      m_result conflict package "$1" "$m_differs; --force overwrites it"
      return 0
    fi
    printf '%s\n' "$m_version" >>"$m_list.came"
  fi
  if ! m_keep_changed_files; then
    m_result failed package "$1" "files that somebody changed since cannot be kept in $m_kept, so it stays"
    return 0
  fi
  m_package_back "$1"
  m_result "$m_verdict" package "$1" "$m_restored"
}

# m_packages_that_came NAME: writes the names of the packages that an undo removes to saved/SEQ.came.
m_packages_that_came() {
  if [ -f "$m_list.added" ]; then
    cp "$m_list.added" "$m_list.came"
    return 0
  fi
  m_package_names >"$m_work/packages.now"
  m_lines_only_in "$m_work/packages.now" "$m_list" | while IFS= read -r m_name; do
    case $m_name in
      "$1"-[0-9]*) printf '%s\n' "$m_name" ;;
      *) ! grep -qi '^automatic=yes' "$m_pkgdb/$m_name/+INSTALLED_INFO" 2>/dev/null || printf '%s\n' "$m_name" ;;
    esac
  done >"$m_list.came"
}

# m_package_is_foreign NAME: what is installed now is not what the run left; says how in m_differs. An undo that has
# begun leaves half of it, which is its own business.
m_package_is_foreign() {
  : >"$m_work/package.changed"
  [ -n "$m_old" ] && [ -f "$m_list.new.sums" ] && [ ! -f "$m_list.undoing" ] && m_package_version "$1" || return 1
  [ "$m_version" != "$m_old" ] || return 1
  if ! grep -qxF -- "$m_version" "$m_list.added"; then
    m_differs="it is now $m_version"
    return 0
  fi
  m_sums "$m_list.new" >"$m_work/package.sums"
  ! cmp -s "$m_list.new.sums" "$m_work/package.sums" || return 1
  m_lines_only_in "$m_work/package.sums" "$m_list.new.sums" | sed 's/^[0-9]* [0-9]* //' >"$m_work/package.changed"
  m_differs="somebody changed files of $m_version since: $(head -n 3 "$m_work/package.changed" | tr '\n' ' ')"
  m_differs=${m_differs% }
}

# m_keep_changed_files: pkg_delete may take what somebody else wrote into the package's files.
m_keep_changed_files() {
  m_find_kept
  [ -f "$m_list.new.sums" ] || return 0
  m_sums "$m_list.new" >"$m_work/package.sums"
  m_keep_differing "$m_list.new.sums"
}

# m_keep_differing SUMS: a copy of each file of $m_work/package.sums whose sum is not in SUMS is kept.
m_keep_differing() {
  m_lines_only_in "$m_work/package.sums" "$1" | sed 's/^[0-9]* [0-9]* //' >"$m_work/package.changed"
  while IFS= read -r m_file; do
    # How packages are registered is the tools' own.
    case $m_file in "$m_pkgdb"/*) continue ;; esac
    if [ -f "$m_file" ] && [ ! -h "$m_file" ]; then
      m_keep_copy "$m_file" || return 1
    fi
  done <"$m_work/package.changed"
}

# m_keep_in_the_way: what somebody put where files of the old package come back.
m_keep_in_the_way() {
  m_sums "$m_list.old" >"$m_work/package.sums"
  m_keep_differing "$m_list.old.sums"
}

# m_package_back NAME: makes everything what it was; says how it went in m_verdict and m_restored.
m_package_back() {
  m_places_held=0
  m_package_back_held "$1"
  m_let_places_go
}

m_package_back_held() {
  : >"$m_list.undoing"
  m_verdict=undone
  m_restored=removed
  if [ ! -s "$m_list.came" ] && { [ -z "$m_old" ] || m_same_sums old; }; then
    m_verdict=kept
    m_restored='is as before'
  elif [ -n "$m_old" ]; then
    m_restored="$m_old as before"
  fi
  m_keep_required_by
  # Once they are deleted nobody knows any more which files were theirs.
  m_files_of_all <"$m_list.came" >>"$m_list.going"
  if ! m_hold_places "$m_list.going"; then
    m_verdict=failed
    m_restored=$m_hold_why
    return 0
  fi
  m_delete_packages
  if [ -n "$m_left_packages" ]; then
    m_verdict=failed
    m_restored="still installed:$m_left_packages: $(tail -n 1 "$m_work/pkg.err")"
    return 0
  fi
  m_take_left_files
  m_make_directories
  m_sweep_packages "$1"
  if [ -n "$m_old" ] && ! m_same_sums old; then
    # Directories that were made just now may be others' again.
    if ! m_hold_places "$m_list.old" || ! m_keep_in_the_way || ! m_unpack "$m_list.old.pax" / || ! m_same_sums old; then
      m_verdict=failed
      m_restored="cannot put $m_old back: ${m_pax_said:-${m_hold_why:-its files differ}}"
      return 0
    fi
  fi
  m_register_packages
  m_package_times
  if [ -n "$m_left_files" ]; then
    m_verdict=failed
    m_restored="$m_restored, but pkg_delete left files that are not what came with it; remove what you do not need:$m_left_files"
  fi
  if [ -s "$m_list.gone" ]; then
    m_verdict=failed
    m_restored="$m_restored, but not what went with it: $(tr '\n' ' ' <"$m_list.gone")"
  fi
}

# m_same_sums PART: the files of saved/SEQ.PART hold what they held.
m_same_sums() {
  m_sums "$m_list.$1" >"$m_work/package.sums"
  cmp -s "$m_work/package.sums" "$m_list.$1.sums"
}

# m_delete_packages: deletes what came. Dependencies cannot go before what needs them: round until nothing moves. The
# successor of a saved package is deleted whoever needs it, since the old one comes back.
m_delete_packages() {
  : >"$m_work/pkg.err"
  m_moved=1
  while [ "$m_moved" -eq 1 ]; do
    m_moved=0
    m_left_packages=
    while IFS= read -r m_name; do
      if [ -z "$m_name" ] || grep -qxF -- "$m_name" "$m_list" || ! pkg_info -e "$m_name" >/dev/null 2>&1 </dev/null; then
        continue
      fi
      m_flag=
      ! grep -q "^${m_name%-*}-[^-]*\$" "$m_list.saved" 2>/dev/null || m_flag=-f
      if pkg_delete $m_flag "$m_name" </dev/null >/dev/null 2>"$m_work/pkg.err" &&
        ! pkg_info -e "$m_name" >/dev/null 2>&1 </dev/null; then
        m_moved=1
      else
        m_left_packages="$m_left_packages $m_name"
      fi
    done <"$m_list.came"
    [ -n "$m_left_packages" ] || return 0
  done
}

# m_take_left_files: pkg_delete says little of files that it could not remove, and forgets them: those that hold what came are
# removed here. Sets m_left_files to the others.
m_take_left_files() {
  m_left_files=
  sort -u "$m_list.going" >"$m_work/package.going"
  m_lines_only_in "$m_work/package.going" "$m_list.old" >"$m_work/package.left"
  while IFS= read -r m_file; do
    ! is_there "$m_file" || printf '%s\n' "$m_file"
  done <"$m_work/package.left" >"$m_work/package.there"
  [ -s "$m_work/package.there" ] || return 0
  m_sums "$m_work/package.there" >"$m_work/package.sums"
  m_lines_only_in "$m_work/package.sums" "$m_list.new.sums" | sed 's/^[0-9]* [0-9]* //' >"$m_work/package.changed"
  while IFS= read -r m_file; do
    if ! grep -qxF -- "$m_file" "$m_work/package.changed" && m_unlink "$m_file"; then
      continue
    fi
    m_left_files="$m_left_files $m_file"
  done <"$m_work/package.there"
}

# m_mirror: unpacks the directories of before into m_work/mirror, once for an entry.
m_mirror() {
  [ -f "$m_list.dirs.pax" ] || return 1
  [ "${m_mirror_of-}" != "$m_list" ] || return 0
  rm -rf "$m_work/mirror"
  mkdir "$m_work/mirror" && m_unpack "$m_list.dirs.pax" "$m_work/mirror" || return 1
  m_mirror_of=$m_list
}

# m_make_directories: pkg_delete takes empty directories away, also those that were there before. Which ones is noted
# first, so that one that was made and not yet given its mode is known after a cut.
m_make_directories() {
  while IFS= read -r m_file; do
    [ -d "$m_file" ] || printf '%s\n' "$m_file"
  done <"$m_list.dirs" >>"$m_list.made"
  while IFS= read -r m_file; do
    m_hold "$m_file" || continue
    m_make_one_directory
    m_let_go
  done <"$m_list.made"
}

m_make_one_directory() {
  [ -d "$m_file" ] || mkdir -m 0700 "$m_file"
  [ ! -h "$m_file" ] || return 0
  m_type=absent
  ! m_mirror || m_look "$m_work/mirror$m_file"
  if [ "$m_type" = dir ]; then
    chown "$m_uid:$m_gid" "$m_file" && m_chmod "$m_mode" "$m_file"
  else
    chmod 0755 "$m_file"
  fi
}
