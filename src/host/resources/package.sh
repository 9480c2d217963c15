# package NAME [--pattern PATTERN] [--from PLACE] [--tool TOOL] [--pkgsrc DIRECTORY] [--provides PATH]...
#
# A package is installed, in a version that fits PATTERN. One that fits is right as it is; one that does not is
# replaced in place, by a newer or an older one. The plan says from which version to which, and what else comes along;
# where the package is no file on the host, it says that these are known only when it is installed.
#   --pattern    what pkg_info understands, e.g. 'bind>=9.18<9.19'; without it any version of NAME will do
#   --from       where it comes from: a directory or URL (PKG_PATH, for pkgin PKG_REPOS), or one archive file
#   --tool       pkg_add (unless told) or pkgin; pkgin has not been proved on a real host yet
#   --pkgsrc     build it there instead: `make install` or `make replace`, then `make clean`, in this directory
#   --provides   files that come with it, so that a plan knows them before they are there
# Undo: a package that the run added is deleted with the dependencies that came with it. One that it replaced was saved
# first and comes back: files, modes, owners, links, registration, times to the second; no script of a package runs for
# that. Files that somebody changed since are a conflict. pkgin's own cache stays.
# Example: package bind --pattern 'bind>=9.18<9.19' --from http://pkg.example.net/All --provides /usr/pkg/sbin/named
# Works on: NetBSD 1.5 (pkg_info -e; replacing needs the pkg_add -u of 1.6)
package() {
  m_begin package "$1"
  m_package=$1
  shift
  m_options 'pattern= from= tool= pkgsrc= provides+' ${1+"$@"}
  m_pattern=${m_o_pattern:-$m_package}
  m_package_source
  m_old_package=
  if ! m_package_version "$m_pattern" && ! m_package_is_planned "$m_pattern"; then
    if m_package_version "$m_package"; then
      m_old_package=$m_version
    fi
    m_find_candidate
    # What an earlier package needs may be this one.
    m_open_step=
    [ ! -s "$m_work/packages.open" ] || [ -n "$m_old_package" ] || IFS= read -r m_open_step <"$m_work/packages.open"
    # In an apply the reason is told when it is done; until then this much is enough.
    m_package_reason "${m_candidate:-$m_pattern}" ''
    ! in_plan || m_plan_reason
    m_need "$m_reason"
    m_plan_package
    if [ -n "$m_open_step" ] && in_plan; then
      m_suppose "$m_open_step" 'it does not come along there'
      m_say change "$m_why"
      m_suppose '' ''
      return 0
    fi
  fi
  m_settled && return 0
  m_have "$m_tool" || fail "package $m_package: the host has no $m_tool"
  m_refuse_candidate
  if [ -n "$m_old_package" ]; then
    m_find_pkgdb
    m_files_of "$m_old_package" >"$m_work/package.files"
    m_record_programs "$m_work/package.files"
  fi
  m_save_packages
  m_record package "$m_package" "$m_step" "$m_old_package"
  m_list=$m_receipt/saved/$m_seq
  m_package_install || m_package_failed "$m_tool failed"
  # pkg_add's status is no proof (an installed package gives 0 and a complaint), pkg_info's answer is.
  m_package_version "$m_pattern" || m_package_failed "afterwards pkg_info does not know $m_pattern"
  m_note_packages
  # What it brought has run nowhere yet. A boot may start it from here on.
  [ -n "$m_old_package" ] || m_record_programs "$m_list.new"
  while IFS= read -r m_provided; do
    [ -z "$m_provided" ] || [ -e "$m_provided" ] || m_stuck "it brought no $m_provided"
  done <<EOF
$m_o_provides
EOF
  m_touched "package:$m_package"
  m_package_reason "$m_version" "$(grep -vxF "$m_version" "$m_list.added" || :)"
  m_why=$m_reason
  m_changed
}

# m_package_source: sets m_tool, the program that installs, and m_source_text, where from, for people.
m_package_source() {
  m_tool=${m_o_tool:-pkg_add}
  case $m_tool in
    pkg_add) m_source_text=${m_o_from:-PKG_PATH} ;;
    pkgin) m_source_text=${m_o_from:-"pkgin's repositories"} ;;
    *) fail "package $m_package: --tool is pkg_add or pkgin, not '$m_tool'" ;;
  esac
  if [ -n "$m_o_pkgsrc" ]; then
    [ -z "$m_o_from$m_o_tool" ] || fail "package $m_package: --pkgsrc goes with neither --from nor --tool"
    m_tool='make'
    m_source_text=$m_o_pkgsrc
  elif [ "$m_tool" = pkgin ]; then
    case $m_o_from in *.tgz) fail "package $m_package: pkgin takes a repository, not one archive file" ;; esac
  fi
}

# m_refuse_candidate: what is known not to fit is not installed at all: it would have to be taken back at once.
m_refuse_candidate() {
  [ -z "$m_o_pkgsrc" ] || [ -d "$m_o_pkgsrc" ] || fail "package $m_package: there is no $m_o_pkgsrc"
  case $m_candidate:$m_pattern in
    *-[0-9]*:*[\<\>\*\?\[\{]*) ;;
    *) return 0 ;;
  esac
  # 2 and the like mean that this pkg_admin has no pmatch.
  m_status=0
  pkg_admin pmatch "$m_pattern" "$m_candidate" >/dev/null 2>&1 </dev/null || m_status=$?
  [ "$m_status" -ne 1 ] || fail "package $m_package: $m_source_text has $m_candidate, which does not fit $m_pattern"
}

# m_plan_package: in a plan: what would come with it has other content, which is not known but where it can be read before.
m_plan_package() {
  [ "$m_mode_run" != apply ] || return 0
  m_touched "package:$m_package"
  m_would_install
  m_plan_packages "${m_candidate:-$m_pattern}$m_nl$m_along"
  [ -z "$m_old_package" ] || m_plan_unknown
  m_plan_provided
}

# m_plan_unknown: what the package has now will have another content.
m_plan_unknown() {
  m_files_of "$m_old_package" >"$m_work/package.files"
  while IFS= read -r m_provided; do
    m_look "$m_provided"
    [ "$m_type" = file ] || continue
    # A content that cannot be read stands for one that is not known.
    m_join "$m_provided" file "$m_mode" "$m_uid" "$m_gid" "$m_work/unknown" "$m_step"
    printf '%s\n' "$m_joined" >>"$m_work/planned"
  done <"$m_work/package.files"
}

m_package_install() {
  if [ -n "$m_o_pkgsrc" ]; then
    m_target=install
    [ -z "$m_old_package" ] || m_target=replace
    # clean is a courtesy: what it leaves in the work directory of pkgsrc harms nobody.
    (cd "$m_o_pkgsrc" && make "$m_target" && { make clean || :; }) </dev/null
    return
  fi
  # A pattern with a bare name is one word to pkgin and pkg_add alike.
  if [ "$m_tool" = pkgin ]; then
    if [ -n "$m_o_from" ]; then
      PKG_REPOS=$m_o_from pkgin -y -f install "$m_pattern"
    else
      pkgin -y -f install "$m_pattern"
    fi </dev/null
    return
  fi
  case $m_o_from in
    '') pkg_add ${m_old_package:+-u} "$m_pattern" ;;
    *.tgz) pkg_add ${m_old_package:+-u} "$m_o_from" ;;
    *) PKG_PATH=$m_o_from pkg_add ${m_old_package:+-u} "$m_pattern" ;;
  esac </dev/null
}

# m_package_failed REASON: a replacement that failed half way would leave the host without the package: the old one
# comes back at once.
m_package_failed() {
  [ -n "$m_old_package" ] || fail "package $m_package: $1"
  m_old=$m_old_package
  m_packages_that_came "$m_package"
  m_package_back "$m_package"
  [ "$m_verdict" = failed ] || m_restored="$m_old_package is as before"
  fail "package $m_package: $1; $m_restored"
}

# m_save_packages: keeps what an undo needs: the packages and directories there are now, how they are registered, and
# the package that is to be replaced, whole. (pkg_tarup, which would make an archive of it, is not in the base system.)
m_save_packages() {
  m_record_hook
  m_find_pkgdb
  for m_tree in /usr/pkg "$m_pkgdb"; do
    m_parent "$m_tree"
    m_keep_time "$m_dir"
  done
  m_save=$m_receipt/saved/$((m_seq + 1))
  # The first file that is written: by its time stamp an undo finds the directories that changed after it.
  m_package_names >"$m_save"
  find /usr/pkg "$m_pkgdb" "$m_pkgdb.refcount" -type d -print 2>/dev/null >"$m_save.dirs" || :
  find "$m_pkgdb" "$m_pkgdb.refcount" -type f -print 2>/dev/null >"$m_save.files" || :
  m_pack "$m_save.dirs.pax" <"$m_save.dirs" || fail "cannot save the directories of packages: $m_pax_said"
  awk -v tree="$m_pkgdb.refcount/" '
    /\/\+(REQUIRED_BY|INSTALLED_INFO)$/ || /\/pkgdb[^\/]*$/ || index($0, tree) == 1' "$m_save.files" >"$m_save.registry"
  m_pack "$m_save.registry.pax" <"$m_save.registry" || fail "cannot save how packages are registered: $m_pax_said"
  m_sums "$m_save.registry" >"$m_save.registry.sums"
  : >"$m_save.saved"
  [ -n "$m_old_package" ] || return 0
  m_packages_to_save >"$m_save.saved"
  while IFS= read -r m_name; do
    m_files_of "$m_name"
    # Its own part of the database, and the files that its scripts look after.
    awk -v entry="$m_pkgdb/$m_name/" -v files="$m_pkgdb.refcount/files/" -v name="/$m_name" '
      index($0, entry) == 1 && !/\/\+REQUIRED_BY$/ { print }
      index($0, files) == 1 {
        path = substr($0, length(files))
        if (substr(path, length(path) - length(name) + 1) == name) print substr(path, 1, length(path) - length(name))
      }' "$m_save.files"
  done <"$m_save.saved" | while IFS= read -r m_file; do
    ! is_there "$m_file" || printf '%s\n' "$m_file"
  done >"$m_save.old"
  m_pack "$m_save.old.pax" <"$m_save.old" || fail "cannot save $m_old_package: $m_pax_said"
  m_sums "$m_save.old" >"$m_save.old.sums"
}

# m_packages_to_save: prints what may be replaced: pkg_add -u and make replace leave other packages alone (they refuse
# where these do not fit); pkgin also replaces what the package needs.
m_packages_to_save() {
  printf '%s\n' "$m_old_package"
  [ "$m_tool" = pkgin ] || return 0
  m_todo=$m_old_package
  m_known="|$m_old_package|"
  while [ -n "$m_todo" ]; do
    m_name=${m_todo%%"$m_nl"*}
    m_todo=${m_todo#"$m_name"}
    m_todo=${m_todo#"$m_nl"}
    sed -n 's/^@pkgdep //p' "$m_pkgdb/$m_name/+CONTENTS" >"$m_work/needs" 2>/dev/null || continue
    while IFS= read -r m_need_pattern; do
      m_package_version "$m_need_pattern" || continue
      case $m_known in *"|$m_version|"*) continue ;; esac
      m_known="$m_known$m_version|"
      m_todo="$m_version${m_todo:+$m_nl$m_todo}"
      printf '%s\n' "$m_version"
    done <"$m_work/needs"
  done
}

# m_note_packages: which packages came (ours and its dependencies), and what their files hold. Without these notes (the
# driver died) an undo deletes what was asked for and what pkg_add marked as a dependency.
m_note_packages() {
  m_package_names >"$m_work/packages.now"
  m_lines_only_in "$m_work/packages.now" "$m_list" >"$m_list.added"
  m_lines_only_in "$m_list" "$m_work/packages.now" >"$m_work/packages.gone"
  m_lines_only_in "$m_work/packages.gone" "$m_list.saved" >"$m_list.gone"
  if [ -s "$m_list.gone" ]; then
    notice "$m_tool also took away $(tr '\n' ' ' <"$m_list.gone")which a rollback cannot bring back"
  fi
  m_files_of_all <"$m_list.added" >"$m_list.new"
  m_sums "$m_list.new" >"$m_list.new.sums"
}
