# Taking back a package: what came is deleted, what was replaced is unpacked again, and how packages are registered
# becomes what it was. Everything may be done twice, so a rollback that was cut is simply run again. An apply uses the
# same when a replacement fails half way. The files beside the entry's own (saved/SEQ.*) are listed in
# docs/host-side.md.

# m__find_pkgdb: sets m__pkgdb, where the package tools keep what is installed.
m__find_pkgdb() {
  m__pkgdb=$(pkg_admin config-var PKG_DBDIR 2>/dev/null </dev/null) || m__pkgdb=
  case $m__pkgdb in
    /*) ;;
    *) m__pkgdb=/var/db/pkg ;;
  esac
}

# m__package_version PATTERN: true when installed; sets m__version to its full name.
m__package_version() {
  m__version=$(pkg_info -e "$1" 2>/dev/null </dev/null) && [ -n "$m__version" ] || return 1
  m__version=${m__version%%"$m_nl"*}
}

# m__package_names: prints the full names of all packages.
m__package_names() {
  pkg_info 2>/dev/null </dev/null | awk '{ print $1 }' | sort
}

# m__files_of PACKAGE: prints the paths of its files and links.
m__files_of() {
  pkg_info -qL "$1" 2>/dev/null </dev/null | grep '^/' || :
}

# m__files_of_all: the same for every package that comes on the input.
m__files_of_all() {
  local m__name
  while IFS= read -r m__name; do
    m__files_of "$m__name"
  done
}

# m__lines_only_in A B: prints the lines of A that B has not.
m__lines_only_in() {
  awk -v other="$2" 'BEGIN { while ((getline line < other) > 0) had[line] = 1 } !($0 in had)' "$1"
}

# m__sums LIST: prints a checksum for each file whose name is a line of LIST; what is not there has none.
m__sums() {
  local m__summed
  [ -s "$1" ] || return 0
  # Where others may write there may be a pipe by now.
  while IFS= read -r m__summed; do
    [ ! -f "$m__summed" ] || printf '%s\n' "$m__summed"
  done <"$1" | sed 's/[^A-Za-z0-9_.,/-]/\\&/g' | xargs cksum 2>/dev/null || :
}

# m__pack ARCHIVE: packs what comes on the input, one absolute path a line, directories without what is in them. False
# with pax's words in m__pax_said. pax, because it takes names from its input and keeps owners on every release.
m__pack() {
  (cd / && sed 's/^/./' | pax -w -d -x ustar) >"$1" 2>"$m_work/pax.err" && return 0
  m__pax_said=$(tail -n 1 "$m_work/pax.err")
  return 1
}

# m__unpack ARCHIVE DIRECTORY: unpacks with owners, modes and times.
m__unpack() {
  (cd "$2" && pax -r -pe) <"$1" >/dev/null 2>"$m_work/pax.err" && return 0
  m__pax_said=$(tail -n 1 "$m_work/pax.err")
  return 1
}

# m__undo_package NAME OLD: OLD is the package that was replaced, or nothing (a dot in old receipts).
m__undo_package() {
  local m__list m__old
  m__find_pkgdb
  m__list=$m__receipt/saved/$m__entry_seq
  m__old=${2#.}
  m__packages_that_came "$1"
  if m__package_is_foreign "$1"; then
    if [ "$m__force" != yes ]; then
      m__result conflict package "$1" "$m__differs; --force overwrites it"
      return 0
    fi
    printf '%s\n' "$m__version" >>"$m__list.came"
  fi
  if ! m__keep_changed_files; then
    m__result failed package "$1" "files that somebody changed since cannot be kept in $m__kept, so it stays"
    return 0
  fi
  m__package_back "$1"
  m__result "$m__verdict" package "$1" "$m__restored"
}

# m__packages_that_came NAME: writes the names of the packages that an undo removes to saved/SEQ.came.
m__packages_that_came() {
  local m__name
  if [ -f "$m__list.added" ]; then
    cp "$m__list.added" "$m__list.came"
    return 0
  fi
  m__package_names >"$m_work/packages.now"
  m__lines_only_in "$m_work/packages.now" "$m__list" | while IFS= read -r m__name; do
    case $m__name in
      "$1"-[0-9]*) printf '%s\n' "$m__name" ;;
      *) ! grep -qi '^automatic=yes' "$m__pkgdb/$m__name/+INSTALLED_INFO" 2>/dev/null || printf '%s\n' "$m__name" ;;
    esac
  done >"$m__list.came"
}

# m__package_is_foreign NAME: what is installed now is not what the run left; says how in m__differs. An undo that has
# begun leaves half of it, which is its own business.
m__package_is_foreign() {
  : >"$m_work/package.changed"
  [ -n "$m__old" ] && [ -f "$m__list.new.sums" ] && [ ! -f "$m__list.undoing" ] && m__package_version "$1" || return 1
  [ "$m__version" != "$m__old" ] || return 1
  if ! grep -qxF -- "$m__version" "$m__list.added"; then
    m__differs="it is now $m__version"
    return 0
  fi
  m__sums "$m__list.new" >"$m_work/package.sums"
  ! cmp -s "$m__list.new.sums" "$m_work/package.sums" || return 1
  m__lines_only_in "$m_work/package.sums" "$m__list.new.sums" | sed 's/^[0-9]* [0-9]* //' >"$m_work/package.changed"
  m__differs="somebody changed files of $m__version since: $(head -n 3 "$m_work/package.changed" | tr '\n' ' ')"
  m__differs=${m__differs% }
}

# m__keep_changed_files: pkg_delete may take what somebody else wrote into the package's files.
m__keep_changed_files() {
  m__find_kept
  [ -f "$m__list.new.sums" ] || return 0
  m__sums "$m__list.new" >"$m_work/package.sums"
  m__keep_differing "$m__list.new.sums"
}

# m__keep_differing SUMS: a copy of each file of $m_work/package.sums whose sum is not in SUMS is kept.
m__keep_differing() {
  local m__file
  m__lines_only_in "$m_work/package.sums" "$1" | sed 's/^[0-9]* [0-9]* //' >"$m_work/package.changed"
  while IFS= read -r m__file; do
    # How packages are registered is the tools' own.
    case $m__file in "$m__pkgdb"/*) continue ;; esac
    if [ -f "$m__file" ] && [ ! -h "$m__file" ]; then
      m__keep_copy "$m__file" || return 1
    fi
  done <"$m_work/package.changed"
}

# m__keep_in_the_way: what somebody put where files of the old package come back.
m__keep_in_the_way() {
  m__sums "$m__list.old" >"$m_work/package.sums"
  m__keep_differing "$m__list.old.sums"
}

# m__package_back NAME: makes everything what it was; says how it went in m__verdict and m__restored.
m__package_back() {
  local m__places_held
  m__places_held=0
  m__package_back_held "$1"
  m__let_places_go
}

m__package_back_held() {
  : >"$m__list.undoing"
  m__verdict=undone
  m__restored=removed
  if [ ! -s "$m__list.came" ] && { [ -z "$m__old" ] || m__same_sums old; }; then
    m__verdict=kept
    m__restored='is as before'
  elif [ -n "$m__old" ]; then
    m__restored="$m__old as before"
  fi
  m__keep_required_by
  # Once they are deleted nobody knows any more which files were theirs.
  m__files_of_all <"$m__list.came" >>"$m__list.going"
  if ! m__hold_places "$m__list.going"; then
    m__verdict=failed
    m__restored=$m_hold_why
    return 0
  fi
  m__delete_packages
  if [ -n "$m__left_packages" ]; then
    m__verdict=failed
    m__restored="still installed:$m__left_packages: $(tail -n 1 "$m_work/pkg.err")"
    return 0
  fi
  m__take_left_files
  m__make_directories
  m__sweep_packages "$1"
  if [ -n "$m__old" ] && ! m__same_sums old; then
    # Directories that were made just now may be others' again.
    if ! m__hold_places "$m__list.old" || ! m__keep_in_the_way || ! m__unpack "$m__list.old.pax" / || ! m__same_sums old; then
      m__verdict=failed
      m__restored="cannot put $m__old back: ${m__pax_said:-${m_hold_why:-its files differ}}"
      return 0
    fi
  fi
  m__register_packages
  m__package_times
  if [ -n "$m__left_files" ]; then
    m__verdict=failed
    m__restored="$m__restored, but pkg_delete left files that are not what came with it; remove what you do not need:$m__left_files"
  fi
  if [ -s "$m__list.gone" ]; then
    m__verdict=failed
    m__restored="$m__restored, but not what went with it: $(tr '\n' ' ' <"$m__list.gone")"
  fi
}

# m__same_sums PART: the files of saved/SEQ.PART hold what they held.
m__same_sums() {
  m__sums "$m__list.$1" >"$m_work/package.sums"
  cmp -s "$m_work/package.sums" "$m__list.$1.sums"
}

# m__delete_packages: deletes what came. Dependencies cannot go before what needs them: round until nothing moves. The
# successor of a saved package is deleted whoever needs it, since the old one comes back.
m__delete_packages() {
  local m__moved m__name m__flag
  : >"$m_work/pkg.err"
  m__moved=1
  while [ "$m__moved" -eq 1 ]; do
    m__moved=0
    m__left_packages=
    while IFS= read -r m__name; do
      if [ -z "$m__name" ] || grep -qxF -- "$m__name" "$m__list" || ! pkg_info -e "$m__name" >/dev/null 2>&1 </dev/null; then
        continue
      fi
      m__flag=
      ! grep -q "^${m__name%-*}-[^-]*\$" "$m__list.saved" 2>/dev/null || m__flag=-f
      if pkg_delete $m__flag "$m__name" </dev/null >/dev/null 2>"$m_work/pkg.err" &&
        ! pkg_info -e "$m__name" >/dev/null 2>&1 </dev/null; then
        m__moved=1
      else
        m__left_packages="$m__left_packages $m__name"
      fi
    done <"$m__list.came"
    [ -n "$m__left_packages" ] || return 0
  done
}

# m__take_left_files: pkg_delete says little of files that it could not remove, and forgets them: those that hold what came are
# removed here. Sets m__left_files to the others.
m__take_left_files() {
  local m__file
  m__left_files=
  sort -u "$m__list.going" >"$m_work/package.going"
  m__lines_only_in "$m_work/package.going" "$m__list.old" >"$m_work/package.left"
  while IFS= read -r m__file; do
    ! is_there "$m__file" || printf '%s\n' "$m__file"
  done <"$m_work/package.left" >"$m_work/package.there"
  [ -s "$m_work/package.there" ] || return 0
  m__sums "$m_work/package.there" >"$m_work/package.sums"
  m__lines_only_in "$m_work/package.sums" "$m__list.new.sums" | sed 's/^[0-9]* [0-9]* //' >"$m_work/package.changed"
  while IFS= read -r m__file; do
    if ! grep -qxF -- "$m__file" "$m_work/package.changed" && m_unlink "$m__file"; then
      continue
    fi
    m__left_files="$m__left_files $m__file"
  done <"$m_work/package.there"
}

# m__mirror: unpacks the directories of before into m_work/mirror, once for an entry.
m__mirror() {
  [ -f "$m__list.dirs.pax" ] && [ -s "$m__list.dirs" ] || return 1
  [ "${m__mirror_of-}" != "$m__list" ] || return 0
  rm -rf "$m_work/mirror"
  mkdir "$m_work/mirror" && m__unpack "$m__list.dirs.pax" "$m_work/mirror" || return 1
  m__mirror_of=$m__list
}

# m__make_directories: pkg_delete takes empty directories away, also those that were there before. Which ones is noted
# first, so that one that was made and not yet given its mode is known after a cut.
m__make_directories() {
  local m__file
  while IFS= read -r m__file; do
    [ -d "$m__file" ] || printf '%s\n' "$m__file"
  done <"$m__list.dirs" >>"$m__list.made"
  while IFS= read -r m__file; do
    m_hold "$m__file" || continue
    m__make_one_directory
    m_let_go
  done <"$m__list.made"
}

m__make_one_directory() {
  [ -d "$m__file" ] || mkdir -m 0700 "$m__file"
  [ ! -h "$m__file" ] || return 0
  m_type=absent
  ! m__mirror || m_look "$m_work/mirror$m__file"
  if [ "$m_type" = dir ]; then
    chown "$m_uid:$m_gid" "$m__file" && m__chmod "$m_mode" "$m__file"
  else
    chmod 0755 "$m__file"
  fi
}
