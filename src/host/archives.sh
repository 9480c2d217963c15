# Looking into a binary package before it is installed: which one it would be, what comes along, and what the files in it
# say. That goes where its archive is a file on this host; of a URL, of pkgin and of a build nobody knows all that before.

# m_find_candidate: after m_package_source: sets m_candidate to the full name of what the source offers, and m_archive to
# its file; to nothing where only the tool can tell.
m_find_candidate() {
  m_candidate='' m_archive='' m_from=${m_o_from#file://}
  if [ -z "$m_o_pkgsrc$m_o_from" ] && [ "$m_tool" = pkg_add ]; then
    m_from=${PKG_PATH:-$(pkg_admin config-var PKG_PATH 2>/dev/null </dev/null)} || m_from=
  fi
  case $m_o_pkgsrc$m_from in
    *';'*) ;;
    *.tgz)
      [ ! -f "$m_from" ] || m_archive=$m_from
      # Its name alone, because a directory above it may be called like a package.
      case ${m_from##*/} in
        *-[0-9]*) m_candidate=$m_from ;;
        *) [ -z "$m_archive" ] || ! m_open_archive "$m_archive" || m_candidate=$(sed -n 's/^@name //p' "$m_opened/+CONTENTS") ;;
      esac
      ;;
    *://*) ;;
    /*)
      if [ -z "$m_o_pkgsrc" ]; then
        m_best_archive "$m_from" "$m_pattern"
        m_archive=$m_best
        m_candidate=$m_best
      elif [ -d "$m_o_pkgsrc" ]; then
        m_candidate=$(cd "$m_o_pkgsrc" && make show-var VARNAME=PKGNAME 2>/dev/null </dev/null) || m_candidate=
      fi
      ;;
  esac
  m_candidate=${m_candidate%%"$m_nl"*}
  m_candidate=${m_candidate##*/}
  m_candidate=${m_candidate%.tgz}
}

# m_best_archive DIRECTORY PATTERN: sets m_best to the archive that pkg_add takes for PATTERN; to nothing when there is none.
m_best_archive() {
  m_best=$(pkg_admin lsbest "$1/$2" 2>/dev/null </dev/null) || m_best=
  m_best=${m_best%%"$m_nl"*}
  [ -f "$m_best" ] || m_best=
}

# m_open_archive ARCHIVE: sets m_opened to a directory with its list of contents, which is unpacked once a run. False when it
# cannot be read (a signed package is another kind of archive).
m_open_archive() {
  m_replace "$1" / _
  m_opened=$m_work/archive$m_replaced
  if [ ! -d "$m_opened" ]; then
    mkdir "$m_opened"
    (cd "$m_opened" && tar xzf "$1" +CONTENTS) >/dev/null 2>&1 </dev/null || :
  fi
  [ -s "$m_opened/+CONTENTS" ]
}

# m_find_offered ARCHIVE PATH: sets m_offered to a file like the one that ARCHIVE has for PATH; to nothing when it has none.
m_find_offered() {
  m_offered=
  m_open_archive "$1" || return 0
  m_member=$(awk -v path="$2" '
    $1 == "@cwd" || $1 == "@cd" { base = $2; next }
    !/^[@+]/ && base "/" $0 == path { print; exit }' "$m_opened/+CONTENTS")
  [ -n "$m_member" ] || return 0
  [ -f "$m_opened/$m_member" ] || (cd "$m_opened" && tar xzpf "$1" "$m_member") >/dev/null 2>&1 </dev/null || :
  [ ! -f "$m_opened/$m_member" ] || [ -h "$m_opened/$m_member" ] || m_offered=$m_opened/$m_member
}

# package_offers PATH NAME PATTERN PLACE [TOOL]: for playbooks that must know a file of a package before a step installs it: sets
# m_offered to a file like the one that would come to PATH from PLACE; to nothing where that cannot be known.
package_offers() {
  m_offered='' m_tool=${5:-pkg_add} m_o_pkgsrc='' m_package=$2 m_pattern=$3 m_o_from=$4
  m_find_candidate
  [ -z "$m_archive" ] || m_find_offered "$m_archive" "$1"
}

# m_find_along: sets m_along to the packages that come with m_archive because the host lacks them, a line each: their full
# names, or what they have to fit where they are not beside it. False when nobody can know.
m_find_along() {
  m_along='' m_todo=$m_archive
  [ -n "$m_archive" ] && m_open_archive "$m_archive" || return 1
  while [ -n "$m_todo" ]; do
    m_one=${m_todo%%"$m_nl"*}
    m_todo=${m_todo#"$m_one"}
    m_todo=${m_todo#"$m_nl"}
    m_open_archive "$m_one" || continue
    sed -n 's/^@pkgdep //p' "$m_opened/+CONTENTS" >"$m_work/needs"
    while IFS= read -r m_need_pattern; do
      ! m_package_version "$m_need_pattern" || continue
      m_best_archive "${m_archive%/*}" "$m_need_pattern"
      m_one=${m_best##*/}
      m_one=${m_one%.tgz}
      m_one=${m_one:-$m_need_pattern}
      case "$m_nl$m_along$m_nl" in *"$m_nl$m_one$m_nl"*) continue ;; esac
      m_along="${m_along:+$m_along$m_nl}$m_one"
      [ -z "$m_best" ] || m_todo="${m_todo:+$m_todo$m_nl}$m_best"
    done <"$m_work/needs"
  done
  [ -z "$m_along" ] || m_along=$(printf '%s\n' "$m_along" | sort)
}

# m_package_reason NEW ALONG: sets m_reason: from which version to which, from where, and what comes along. The same words
# in a plan and in an apply, where the same is known.
m_package_reason() {
  m_reason="${m_old_package:-new}${m_old_package:+ to} $1, from $m_source_text"
  [ -z "$2" ] || {
    m_replace "$2" "$m_nl" ', '
    m_reason="$m_reason, with $m_replaced"
  }
}

# m_plan_reason: sets m_reason to what is known of a package before it is installed.
m_plan_reason() {
  m_along=
  if [ -n "$m_old_package" ]; then
    m_find_along || m_along=
    m_package_reason "${m_candidate:-$m_pattern}" "$m_along"
  elif [ -z "$m_candidate" ]; then
    printf '%s\n' "$m_step" >>"$m_work/packages.open"
    m_package_reason '(version known only when it is installed)' 'what it needs'
  elif m_find_along; then
    m_package_reason "$m_candidate" "$m_along"
  else
    printf '%s\n' "$m_step" >>"$m_work/packages.open"
    m_package_reason "$m_candidate" 'what it needs (known only when it is installed)'
  fi
}

# m_plan_provided: what the new package would bring is known where it is text, such as a script that later steps read.
m_plan_provided() {
  [ -n "$m_archive" ] || return 0
  while IFS= read -r m_provided; do
    [ -n "$m_provided" ] || continue
    m_find_offered "$m_archive" "$m_provided"
    [ -n "$m_offered" ] && m_is_text "$m_offered" || continue
    m_look "$m_offered"
    m_join "$m_provided" file "$m_mode" 0 0 "$m_offered" "$m_step"
    printf '%s\n' "$m_joined" >>"$m_work/planned"
  done <<EOF
$m_o_provides
EOF
}
