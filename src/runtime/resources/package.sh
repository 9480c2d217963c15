# package NAME [--pattern PATTERN] [--from PLACE] [--pkgsrc DIRECTORY] [--provides PATH]...
#
# A package is installed. Nothing is upgraded: a package that fits PATTERN is right as it is.
#   --pattern    what pkg_info understands, e.g. 'bind>=9.18<9.19'; NAME unless told
#   --from       where pkg_add finds it: a directory or URL (PKG_PATH), or one archive file
#   --pkgsrc     build it there instead: `make install`, then `make clean`, in this directory
#   --provides   files that come with it, so that a plan knows them before they are there
# Undo: a package that the run added is deleted with the dependencies that came with it; one that was there stays.
# Example: package bind --from http://pkg.example.net/All --provides /usr/pkg/sbin/named
# Works on: NetBSD 1.5 (pkg_info -e)
package() {
  m_begin package "$1"
  m_package=$1
  shift
  m_options 'pattern= from= pkgsrc= provides+' ${1+"$@"}
  m_pattern=${m_o_pattern:-$m_package}
  if ! m_package_version "$m_pattern"; then
    m_need "new, from ${m_o_pkgsrc:-${m_o_from:-PKG_PATH}}"
    m_would_install
  fi
  m_settled && return 0
  m_have pkg_add || fail "package $m_package: the host has no pkg_add"
  m_save_packages
  m_record package "$m_package" "$m_step"
  m_package_seq=$m_seq
  if [ -n "$m_o_pkgsrc" ]; then
    [ -d "$m_o_pkgsrc" ] || fail "package $m_package: there is no $m_o_pkgsrc"
    # clean is a courtesy: what it leaves in the work directory of pkgsrc harms nobody.
    (cd "$m_o_pkgsrc" && make install && { make clean || :; }) </dev/null || fail "package $m_package: make install failed in $m_o_pkgsrc"
  else
    m_pkg_add
  fi
  # pkg_add's status is no proof (an installed package gives 0 and a complaint), pkg_info's answer is.
  m_package_version "$m_pattern" || m_stuck "pkg_info does not know $m_pattern"
  m_note_added
  while IFS= read -r m_provided; do
    [ -z "$m_provided" ] || [ -e "$m_provided" ] || m_stuck "it brought no $m_provided"
  done <<EOF
$m_o_provides
EOF
  m_touched "package:$m_package"
  m_why="$m_version from ${m_o_pkgsrc:-${m_o_from:-PKG_PATH}}"
  m_changed
}

m_pkg_add() {
  case $m_o_from in
    '') pkg_add "$m_pattern" ;;
    *.tgz) pkg_add "$m_o_from" ;;
    *) PKG_PATH=$m_o_from pkg_add "$m_pattern" ;;
  esac </dev/null || fail "package $m_package: pkg_add failed"
}

# m_package_version PATTERN: true when installed; sets m_version to its full name.
m_package_version() {
  m_version=$(pkg_info -e "$1" 2>/dev/null) && [ -n "$m_version" ] || return 1
  m_version=${m_version%%"$m_nl"*}
}

# m_save_packages: keeps what an undo needs to leave nothing behind: the packages and directories there are now.
m_save_packages() {
  for m_tree in /usr/pkg /var/db/pkg; do
    m_parent "$m_tree"
    m_keep_time "$m_dir"
  done
  m_save=$m_receipt/saved/$((m_seq + 1))
  pkg_info 2>/dev/null | awk '{ print $1 }' >"$m_save"
  find /usr/pkg /var/db/pkg -type d -print 2>/dev/null >"$m_save.dirs" || :
  find /var/db/pkg -type f -print 2>/dev/null >"$m_save.files" || :
}

# m_note_added: which packages came: ours and its dependencies. Without this note (the driver died) an undo
# deletes the one package that was asked for.
m_note_added() {
  pkg_info 2>/dev/null | awk '{ print $1 }' |
    awk -v old="$m_receipt/saved/$m_package_seq" '
      BEGIN { while ((getline line < old) > 0) had[line] = 1 }
      !($1 in had)' >"$m_receipt/saved/$m_package_seq.added"
}
