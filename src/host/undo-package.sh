# Undoes a package: what was added is deleted, what was replaced is unpacked again, and the registration of packages is
# restored. Everything may be done twice, so a rollback that was cut is simply run again. An apply uses the same functions if
# a replacement fails half way. docs/host-side.md lists the files beside the entry's own (saved/SEQ.*).

# m__find_pkgdb: sets m__pkgdb, where the package tools keep what is installed.
m__find_pkgdb() {
  m__pkgdb=$(pkg_admin config-var PKG_DBDIR 2>/dev/null </dev/null) || {
    # Old ones do not know it. One that was killed is asked again: in another place nothing would be found.
    [ $? -le 128 ] || m__pkgdb=$(pkg_admin config-var PKG_DBDIR 2>/dev/null </dev/null)
  } || m__pkgdb=
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

# m__files_of PACKAGE: prints the paths of its files and links. A line that is no path says that the list is not whole, because the tool
# was killed.
m__files_of() {
  local m__file m__status
  m__status=0
  pkg_info -qL "$1" >"$m_work/package.list" 2>/dev/null </dev/null || m__status=$?
  while IFS= read -r m__file; do
    case $m__file in /*) printf '%s\n' "$m__file" ;; esac
  done <"$m_work/package.list"
  [ "$m__status" -le 128 ] || printf '? %s\n' "$1"
}

# m__files_of_all: the same for every package that comes on the input.
m__files_of_all() {
  local m__name
  while IFS= read -r m__name <&6; do
    m__files_of "$m__name"
  done 6<&0
}

# m__registered: prints the full names of all packages, as the database has them: an undo must not believe a tool that was killed before
# it had named them all. pkg_info also names a directory without a list of files. Unless it was there before, a tool that was
# killed left it.
m__registered() {
  local m__entry
  for m__entry in "$m__pkgdb"/*; do
    [ -f "$m__entry/+CONTENTS" ] || { [ -d "$m__entry" ] && m__has_line "$m__list" "${m__entry##*/}"; } || continue
    printf '%s\n' "${m__entry##*/}"
  done
}

# m__is_registered PACKAGE: by its full name.
m__is_registered() {
  [ -d "$m__pkgdb/$1" ]
}

# m__version_of NAME: true when a version of it is there; sets m__version to its full name.
m__version_of() {
  local m__entry
  for m__entry in "$m__pkgdb/$1"-[0-9]*; do
    m__version=${m__entry##*/}
    [ ! -f "$m__entry/+CONTENTS" ] || [ "${m__version%-*}" != "$1" ] || return 0
  done
  m__version=
  return 1
}

# m__has_line FILE LINE: FILE has such a line. Starts no process.
m__has_line() {
  local m__line
  [ -f "$1" ] || return 1
  while IFS= read -r m__line; do
    [ "$m__line" != "$2" ] || return 0
  done <"$1"
  return 1
}

# m__lines_only_in A B: prints the lines of A that B has not.
m__lines_only_in() {
  awk -v other="$2" 'BEGIN { while ((getline line < other) > 0) had[line] = 1 } !($0 in had)' "$1"
}

# m__sums LIST: prints a checksum for each file whose name is a line of LIST; what is not there has none. So many at a time that their
# names fit on a command line. False when some are missing, because the tool was killed.
m__sums() {
  local m__summed m__length m__sum_list
  [ -s "$1" ] || return 0
  m__sum_list=$1 m__length=0
  set --
  while IFS= read -r m__summed; do
    # If others may write there, it may be a pipe by now.
    [ -f "$m__summed" ] || continue
    set -- ${1+"$@"} "$m__summed"
    m__length=$((m__length + ${#m__summed} + 1))
    if [ "$m__length" -gt 20000 ]; then
      m__sums_of "$@" || return 1
      m__length=0
      set --
    fi
  done <"$m__sum_list"
  m__sums_of ${1+"$@"}
}

# m__sums_of FILE...
m__sums_of() {
  [ $# -gt 0 ] || return 0
  cksum "$@" 2>/dev/null
  [ $? -le 128 ]
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
  m__packages_that_came "$1" || {
    m__result failed package "$1" 'the files of the package cannot be listed; roll back again'
    return 0
  }
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

# m__packages_that_came NAME: writes the names of the packages that an undo removes to saved/SEQ.came. False when it cannot: without
# them nothing would go.
m__packages_that_came() {
  local m__name
  : >"$m__list.came" || return 1
  if [ -f "$m__list.added" ]; then
    while IFS= read -r m__name; do
      printf '%s\n' "$m__name" >>"$m__list.came" || return 1
    done <"$m__list.added"
    return 0
  fi
  m__registered >"$m_work/packages.now" || return 1
  while IFS= read -r m__name; do
    ! m__has_line "$m__list" "$m__name" || continue
    case $m__name in
      "$1"-[0-9]*) ;;
      *) m__is_automatic "$m__name" || continue ;;
    esac
    printf '%s\n' "$m__name" >>"$m__list.came" || return 1
  done <"$m_work/packages.now"
}

# m__is_automatic PACKAGE: it came because another one needs it.
m__is_automatic() {
  local m__line
  [ -f "$m__pkgdb/$1/+INSTALLED_INFO" ] || return 1
  while read -r m__line; do
    case $m__line in [Aa][Uu][Tt][Oo][Mm][Aa][Tt][Ii][Cc]=[Yy][Ee][Ss]*) return 0 ;; esac
  done <"$m__pkgdb/$1/+INSTALLED_INFO"
  return 1
}

# m__package_is_foreign NAME: what is installed now is not what the run left; says how in m__differs. An undo that has
# begun leaves half of it, which is its own business.
m__package_is_foreign() {
  : >"$m_work/package.changed"
  [ -n "$m__old" ] && [ -f "$m__list.new.sums" ] && [ ! -f "$m__list.undoing" ] && m__version_of "$1" || return 1
  [ "$m__version" != "$m__old" ] || return 1
  if ! m__has_line "$m__list.added" "$m__version"; then
    m__differs="it is now $m__version"
    return 0
  fi
  # Twice: one that was killed says nothing of what somebody changed.
  m__sums "$m__list.new" >"$m_work/package.sums" || m__sums "$m__list.new" >"$m_work/package.sums" || :
  ! cmp -s "$m__list.new.sums" "$m_work/package.sums" || return 1
  m__lines_only_in "$m_work/package.sums" "$m__list.new.sums" | sed 's/^[0-9]* [0-9]* //' >"$m_work/package.changed"
  m__differs="somebody changed files of $m__version since: $(head -n 3 "$m_work/package.changed" | tr '\n' ' ')"
  m__differs=${m__differs% }
}

# m__keep_changed_files: pkg_delete may take what somebody else wrote into the package's files.
m__keep_changed_files() {
  m__find_kept
  [ -f "$m__list.new.sums" ] || return 0
  m__sums "$m__list.new" >"$m_work/package.sums" && m__keep_differing "$m__list.new.sums"
}

# m__keep_differing SUMS: a copy of each file of $m_work/package.sums whose sum is not in SUMS is kept.
m__keep_differing() {
  local m__file
  ! m__same_list "$m_work/package.sums" "$1" || return 0
  m__names_with_other_sums "$1" || return 1
  while IFS= read -r m__file; do
    # How packages are registered is the tools' own.
    case $m__file in "$m__pkgdb"/*) continue ;; esac
    if [ -f "$m__file" ] && [ ! -h "$m__file" ]; then
      m__keep_copy "$m__file" || return 1
    fi
  done <"$m_work/package.changed"
}

# m__names_with_other_sums SUMS: into $m_work/package.changed, the files of $m_work/package.sums whose line is not in SUMS.
m__names_with_other_sums() {
  awk -v other="$1" 'BEGIN { while ((getline line < other) > 0) had[line] = 1 } !($0 in had) { sub(/^[0-9]* [0-9]* /, ""); print }' \
    "$m_work/package.sums" >"$m_work/package.changed"
}

# m__keep_in_the_way: what somebody put where files of the old package come back.
m__keep_in_the_way() {
  m__sums "$m__list.old" >"$m_work/package.sums" && m__keep_differing "$m__list.old.sums"
}

# m__package_back NAME: makes everything what it was; says how it went in m__verdict and m__restored.
m__package_back() {
  local m__places_held
  m__places_held=0
  m__package_back_held "$1"
  m__let_places_go
  [ "$m__verdict" = failed ] || m__prove_packages
}

# m__prove_packages: what came and was not there before is registered no more. A tool that was killed may have left a list short.
m__prove_packages() {
  local m__name
  [ -f "$m__list.added" ] || return 0
  while IFS= read -r m__name; do
    [ -n "$m__name" ] && [ -d "$m__pkgdb/$m__name" ] || continue
    m__verdict=failed
    m__restored="still installed: $m__name; roll back again"
  done <"$m__list.added"
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
  if ! m__note_going; then
    m__verdict=failed
    m__restored='the files of the package cannot be listed; roll back again'
    return 0
  fi
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
  if ! m__make_directories || ! m__sweep_packages "$1"; then
    m__verdict=failed
    m__restored='the directories of before cannot be made as they were, or what the package left cannot be listed or removed; roll back again'
    return 0
  fi
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
    m__restored="$m__restored, but pkg_delete left files that changed since the installation; remove those that you do not need:$m__left_files"
  fi
  if [ -s "$m__list.gone" ]; then
    m__verdict=failed
    m__restored="$m__restored, but not what was removed with it: $(tr '\n' ' ' <"$m__list.gone")"
  fi
}

# m__note_going: into saved/SEQ.going, the files of what goes: once it is deleted nobody knows any more which were its own. Those
# that came with the run were noted then. False when a tool that was killed left the list short.
m__note_going() {
  local m__name
  if m__files_were_noted && m__note_paths "$m__list.new"; then
    return 0
  fi
  while IFS= read -r m__name <&5; do
    m__is_registered "$m__name" || continue
    m__files_of "$m__name" >"$m_work/package.going" && m__note_paths "$m_work/package.going" || return 1
  done 5<"$m__list.came"
}

# m__files_were_noted: saved/SEQ.new has the files of all that goes.
m__files_were_noted() {
  local m__name
  [ -f "$m__list.new.sums" ] && [ -f "$m__list.added" ] || return 1
  while IFS= read -r m__name; do
    m__has_line "$m__list.added" "$m__name" || return 1
  done <"$m__list.came"
}

# m__note_paths LIST: appends it to saved/SEQ.going. False when it is not whole, see m__files_of.
m__note_paths() {
  local m__file
  while IFS= read -r m__file; do
    case $m__file in /*) printf '%s\n' "$m__file" ;; *) return 1 ;; esac || return 1
  done <"$1" >>"$m__list.going"
}

# m__same_sums PART: the files of saved/SEQ.PART hold what they held.
m__same_sums() {
  m__sums "$m__list.$1" >"$m_work/package.sums" || return 1
  m__same_list "$m_work/package.sums" "$m__list.$1.sums"
}

# m__same_list FILE OTHER: they are equal, and are there.
m__same_list() {
  local m__status
  [ -f "$1" ] && [ -f "$2" ] || return 1
  [ -s "$1" ] || [ -s "$2" ] || return 0
  m__status=0
  cmp -s "$1" "$2" || m__status=$?
  # One that was killed has not said that they differ.
  [ "$m__status" -le 128 ] || {
    m__status=0
    cmp -s "$1" "$2" || m__status=$?
  }
  return "$m__status"
}

# m__delete_packages: deletes what was added. Dependencies cannot go before what needs them, so it goes round until nothing
# moves. The successor of a saved package is deleted even if others need it, because the old one is restored.
m__delete_packages() {
  local m__moved m__name m__flag
  : >"$m_work/pkg.err"
  m__moved=1
  while [ "$m__moved" -eq 1 ]; do
    m__moved=0
    m__left_packages=
    while IFS= read -r m__name; do
      if [ -z "$m__name" ] || m__has_line "$m__list" "$m__name" || ! m__is_registered "$m__name"; then
        continue
      fi
      m__flag=
      ! m__is_successor "$m__name" || m__flag=-f
      if pkg_delete $m__flag "$m__name" </dev/null >/dev/null 2>"$m_work/pkg.err" && ! m__is_registered "$m__name"; then
        m__moved=1
      else
        m__left_packages="$m__left_packages $m__name"
      fi
    done <"$m__list.came"
    [ -n "$m__left_packages" ] || return 0
  done
}

# m__is_successor PACKAGE: another version of it was saved, and comes back.
m__is_successor() {
  local m__saved_name
  [ -f "$m__list.saved" ] || return 1
  while IFS= read -r m__saved_name; do
    [ "${m__saved_name%-*}" != "${1%-*}" ] || return 0
  done <"$m__list.saved"
  return 1
}

# m__take_left_files: pkg_delete says little of files that it could not remove, and forgets them: those that hold what came are
# removed here. Sets m__left_files to the others.
m__take_left_files() {
  local m__file
  m__left_files=
  : >"$m_work/package.there"
  while IFS= read -r m__file; do
    ! is_there "$m__file" || m__has_line "$m__list.old" "$m__file" || m__has_line "$m_work/package.there" "$m__file" ||
      printf '%s\n' "$m__file" >>"$m_work/package.there"
  done <"$m__list.going"
  [ -s "$m_work/package.there" ] || return 0
  # What cannot be compared is nobody's to remove.
  m__sums "$m_work/package.there" >"$m_work/package.sums" && m__names_with_other_sums "$m__list.new.sums" ||
    cat "$m_work/package.there" >"$m_work/package.changed"
  while IFS= read -r m__file; do
    if ! m__has_line "$m_work/package.changed" "$m__file" && m_unlink "$m__file"; then
      continue
    fi
    m__left_files="$m__left_files $m__file"
  done <"$m_work/package.there"
}

# m__mirror: unpacks the directories of before into m_work/mirror, once for an entry.
m__mirror() {
  [ -f "$m__list.dirs.pax" ] && [ -s "$m__list.dirs" ] || return 1
  [ "${m__mirror_of-}" != "$m__list" ] || return 0
  m__twice m__unpack_mirror || return 1
  m__mirror_of=$m__list
}

m__unpack_mirror() {
  rm -rf "$m_work/mirror"
  mkdir "$m_work/mirror" && m__unpack "$m__list.dirs.pax" "$m_work/mirror"
}

# m__make_directories: pkg_delete takes empty directories away, also those that were there before. Which ones is noted
# first, so that one that was made and not yet given its mode is known after a cut. False when one is not as it was.
m__make_directories() {
  local m__file m__are_made
  while IFS= read -r m__file; do
    [ -d "$m__file" ] || printf '%s\n' "$m__file"
  done <"$m__list.dirs" >>"$m__list.made"
  m__are_made=0
  while IFS= read -r m__file <&5; do
    m_hold "$m__file" || continue
    m__twice m__make_one_directory || m__are_made=1
    m_let_go
  done 5<"$m__list.made"
  return "$m__are_made"
}

m__make_one_directory() {
  [ -d "$m__file" ] || mkdir -m 0700 "$m__file" || return 1
  [ ! -h "$m__file" ] || return 0
  if m__mirror; then
    if [ -d "$m_work/mirror$m__file" ]; then
      m_look "$m_work/mirror$m__file"
      [ "$m_type" = dir ] && chown "$m_uid:$m_gid" "$m__file" && m__chmod "$m_mode" "$m__file"
      return
    fi
  elif [ -f "$m__list.dirs.pax" ] && [ -s "$m__list.dirs" ]; then
    return 1
  fi
  chmod 0755 "$m__file"
}
