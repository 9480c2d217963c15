# package NAME [--pattern PATTERN] [--from PLACE] [--tool TOOL] [--pkgsrc DIRECTORY] [--provides PATH]...
#
# A package is installed, in a version that fits PATTERN. If the installed version fits, it is left unchanged. If it does
# not fit, it is replaced in place, by a newer or an older one. The plan names both versions and the new dependencies. If
# the package is not a file on the host, the plan says that these are known only when it is installed.
#   --pattern    a pattern of pkg_info, e.g. 'bind>=9.18<9.19'; without it, any version of NAME fits
#   --from       the source: a directory or URL (PKG_PATH, for pkgin PKG_REPOS), or one archive file
#   --tool       pkg_add (the default) or pkgin; pkgin has not been proved on a real host yet
#   --pkgsrc     build it there instead: `make install` or `make replace`, then `make clean`, in this directory
#   --provides   files of the package, so a plan knows them before it is installed
# Undo: a package that the run added is deleted, with its new dependencies. A package that the run replaced was saved
# before, and is restored: files, modes, owners, links, registration, and times to the second. No script of a package runs
# for that. Files that somebody changed since are a conflict. pkgin's own cache stays.
# Example: package bind --pattern 'bind>=9.18<9.19' --from http://pkg.example.net/All --provides /usr/pkg/sbin/named
# Works on: NetBSD 1.5 (pkg_info -e; replacing needs the pkg_add -u of 1.6)
package() {
  local m__package m__pattern m__old_package m__open_step m__list m__provided
  m_begin package "$1"
  m__package=$1
  shift
  m_options 'pattern= from= tool= pkgsrc= provides+' ${1+"$@"}
  m__pattern=${m_o_pattern:-$m__package}
  m__package_source
  m__old_package='' m_package=
  if m__package_version "$m__pattern"; then
    m_package=$m__version
  elif ! m__package_is_planned "$m__pattern"; then
    if m__package_version "$m__package"; then
      m__old_package=$m__version
    fi
    m__find_candidate
    # What an earlier package needs may be this one.
    m__open_step=
    [ ! -s "$m_work/packages.open" ] || [ -n "$m__old_package" ] || IFS= read -r m__open_step <"$m_work/packages.open"
    # In an apply the whole reason is reported after the change; until then this much is enough.
    m__package_reason "${m__candidate:-$m__pattern}" ''
    ! in_plan || m__plan_reason
    m_need "$m__reason"
    m__plan_package
    if [ -n "$m__open_step" ] && in_plan; then
      m_suppose "$m__open_step" 'that step does not install it'
      m_say change "$m_why"
      m_suppose '' ''
      return 0
    fi
  fi
  m_settled && return 0
  m_have "$m__tool" || fail "package $m__package: the host has no $m__tool"
  m__refuse_candidate
  if [ -n "$m__old_package" ]; then
    m__find_pkgdb
    m__files_of "$m__old_package" >"$m_work/package.files"
    m__record_programs "$m_work/package.files"
  fi
  m__save_packages
  m__record package "$m__package" "$m_step" "$m__old_package"
  m__list=$m__receipt/saved/$m__seq
  m__package_install || m__package_failed "$m__tool failed"
  # pkg_add's status is no proof (an installed package gives 0 and a complaint), pkg_info's answer is.
  m__package_version "$m__pattern" || m__package_failed "pkg_info does not list $m__pattern"
  m_package=$m__version
  m__note_packages
  # What it brought has run nowhere yet. A boot may start it from here on.
  [ -n "$m__old_package" ] || m__record_programs "$m__list.new"
  while IFS= read -r m__provided; do
    [ -z "$m__provided" ] || [ -e "$m__provided" ] || m_stuck "it brought no $m__provided"
  done <<EOF
$m_o_provides
EOF
  m_touched "package:$m__package"
  m__package_reason "$m__version" "$(grep -vxF "$m__version" "$m__list.added" || :)"
  m_why=$m__reason
  m_changed
}

# m__package_source: sets m__tool, the program that installs, and m__source_text, where from, for people.
m__package_source() {
  m__tool=${m_o_tool:-pkg_add}
  case $m__tool in
    pkg_add) m__source_text=${m_o_from:-PKG_PATH} ;;
    pkgin) m__source_text=${m_o_from:-"pkgin's repositories"} ;;
    *) fail "package $m__package: --tool is pkg_add or pkgin, not '$m__tool'" ;;
  esac
  if [ -n "$m_o_pkgsrc" ]; then
    [ -z "$m_o_from$m_o_tool" ] || fail "package $m__package: --pkgsrc cannot be combined with --from or --tool"
    m__tool='make'
    m__source_text=$m_o_pkgsrc
  elif [ "$m__tool" = pkgin ]; then
    case $m_o_from in *.tgz) fail "package $m__package: pkgin takes a repository, not one archive file" ;; esac
  fi
}

# m__refuse_candidate: refuses a package that is known not to fit. Once installed, it would have to be rolled back at once.
m__refuse_candidate() {
  local m__status
  [ -z "$m_o_pkgsrc" ] || [ -d "$m_o_pkgsrc" ] || fail "package $m__package: there is no $m_o_pkgsrc"
  case $m__candidate:$m__pattern in
    *-[0-9]*:*[\<\>\*\?\[\{]*) ;;
    *) return 0 ;;
  esac
  # 2 and the like mean that this pkg_admin has no pmatch.
  m__status=0
  pkg_admin pmatch "$m__pattern" "$m__candidate" >/dev/null 2>&1 </dev/null || m__status=$?
  [ "$m__status" -ne 1 ] || fail "package $m__package: $m__source_text has $m__candidate, which does not fit $m__pattern"
}

# m__plan_package: in a plan: what would come with it has other content, which is not known but where it can be read before.
m__plan_package() {
  [ "$m__mode_run" != apply ] || return 0
  m_touched "package:$m__package"
  m__would_install
  m__plan_packages "${m__candidate:-$m__pattern}$m_nl$m__along"
  [ -z "$m__old_package" ] || m__plan_unknown
  m__plan_provided
}

# m__plan_unknown: what the package has now will have another content.
m__plan_unknown() {
  local m__provided
  m__files_of "$m__old_package" >"$m_work/package.files"
  while IFS= read -r m__provided; do
    m_look "$m__provided"
    [ "$m_type" = file ] || continue
    # A content that cannot be read stands for one that is not known.
    m__join "$m__provided" file "$m_mode" "$m_uid" "$m_gid" "$m_work/unknown" "$m_step"
    printf '%s\n' "$m__joined" >>"$m_work/planned"
  done <"$m_work/package.files"
}

m__package_install() {
  local m__make_target
  if [ -n "$m_o_pkgsrc" ]; then
    m__make_target=install
    [ -z "$m__old_package" ] || m__make_target=replace
    # clean is a courtesy: what it leaves in the work directory of pkgsrc harms nobody.
    (cd "$m_o_pkgsrc" && make "$m__make_target" && { make clean || :; }) </dev/null
    return
  fi
  # A pattern with a bare name is one word to pkgin and pkg_add alike.
  if [ "$m__tool" = pkgin ]; then
    if [ -n "$m_o_from" ]; then
      PKG_REPOS=$m_o_from pkgin -y -f install "$m__pattern"
    else
      pkgin -y -f install "$m__pattern"
    fi </dev/null
    return
  fi
  case $m_o_from in
    '') pkg_add ${m__old_package:+-u} "$m__pattern" ;;
    *.tgz) pkg_add ${m__old_package:+-u} "$m_o_from" ;;
    *) PKG_PATH=$m_o_from pkg_add ${m__old_package:+-u} "$m__pattern" ;;
  esac </dev/null
}

# m__package_failed REASON: a replacement that failed half way would leave the host without the package: the old one
# comes back at once.
m__package_failed() {
  local m__old
  [ -n "$m__old_package" ] || fail "package $m__package: $1"
  m__old=$m__old_package
  m__packages_that_came "$m__package"
  m__package_back "$m__package"
  [ "$m__verdict" = failed ] || m__restored="$m__old_package is as before"
  fail "package $m__package: $1; $m__restored"
}

# m__save_packages: keeps what an undo needs: the packages and directories there are now, how they are registered, and
# the package that is to be replaced, whole. (pkg_tarup, which would make an archive of it, is not in the base system.)
m__save_packages() {
  local m__tree m__save m__name m__file
  m__record_hook
  m__find_pkgdb
  for m__tree in /usr/pkg "$m__pkgdb"; do
    m_parent "$m__tree"
    m__keep_time "$m_dir"
  done
  m__save=$m__receipt/saved/$((m__seq + 1))
  # The first file that is written: by its time stamp an undo finds the directories that changed after it.
  m__package_names >"$m__save"
  find /usr/pkg "$m__pkgdb" "$m__pkgdb.refcount" -type d -print 2>/dev/null >"$m__save.dirs" || :
  find "$m__pkgdb" "$m__pkgdb.refcount" -type f -print 2>/dev/null >"$m__save.files" || :
  m__pack "$m__save.dirs.pax" <"$m__save.dirs" || fail "cannot save the directories of packages: $m__pax_said"
  awk -v tree="$m__pkgdb.refcount/" '
    /\/\+(REQUIRED_BY|INSTALLED_INFO)$/ || /\/pkgdb[^\/]*$/ || index($0, tree) == 1' "$m__save.files" >"$m__save.registry"
  m__pack "$m__save.registry.pax" <"$m__save.registry" || fail "cannot save the registry of packages: $m__pax_said"
  m__sums "$m__save.registry" >"$m__save.registry.sums"
  : >"$m__save.saved"
  [ -n "$m__old_package" ] || return 0
  m__packages_to_save >"$m__save.saved"
  while IFS= read -r m__name; do
    m__files_of "$m__name"
    # Its own part of the database, and the files that its scripts look after.
    awk -v entry="$m__pkgdb/$m__name/" -v files="$m__pkgdb.refcount/files/" -v name="/$m__name" '
      index($0, entry) == 1 && !/\/\+REQUIRED_BY$/ { print }
      index($0, files) == 1 {
        path = substr($0, length(files))
        if (substr(path, length(path) - length(name) + 1) == name) print substr(path, 1, length(path) - length(name))
      }' "$m__save.files"
  done <"$m__save.saved" | while IFS= read -r m__file; do
    ! is_there "$m__file" || printf '%s\n' "$m__file"
  done >"$m__save.old"
  m__pack "$m__save.old.pax" <"$m__save.old" || fail "cannot save $m__old_package: $m__pax_said"
  m__sums "$m__save.old" >"$m__save.old.sums"
}

# m__packages_to_save: prints what may be replaced: pkg_add -u and make replace leave other packages alone (they refuse
# where these do not fit); pkgin also replaces what the package needs.
m__packages_to_save() {
  local m__todo m__known m__name m__need_pattern
  printf '%s\n' "$m__old_package"
  [ "$m__tool" = pkgin ] || return 0
  m__todo=$m__old_package
  m__known="|$m__old_package|"
  while [ -n "$m__todo" ]; do
    m__name=${m__todo%%"$m_nl"*}
    m__todo=${m__todo#"$m__name"}
    m__todo=${m__todo#"$m_nl"}
    sed -n 's/^@pkgdep //p' "$m__pkgdb/$m__name/+CONTENTS" >"$m_work/needs" 2>/dev/null || continue
    while IFS= read -r m__need_pattern; do
      m__package_version "$m__need_pattern" || continue
      case $m__known in *"|$m__version|"*) continue ;; esac
      m__known="$m__known$m__version|"
      m__todo="$m__version${m__todo:+$m_nl$m__todo}"
      printf '%s\n' "$m__version"
    done <"$m_work/needs"
  done
}

# m__note_packages: which packages came (ours and its dependencies), and what their files hold. Without these notes (the
# driver died) an undo deletes what was asked for and what pkg_add marked as a dependency.
m__note_packages() {
  m__package_names >"$m_work/packages.now"
  m__lines_only_in "$m_work/packages.now" "$m__list" >"$m__list.added"
  m__lines_only_in "$m__list" "$m_work/packages.now" >"$m_work/packages.gone"
  m__lines_only_in "$m_work/packages.gone" "$m__list.saved" >"$m__list.gone"
  if [ -s "$m__list.gone" ]; then
    notice "$m__tool also removed $(tr '\n' ' ' <"$m__list.gone")which a rollback cannot restore"
  fi
  m__files_of_all <"$m__list.added" >"$m__list.new"
  m__sums "$m__list.new" >"$m__list.new.sums"
}
