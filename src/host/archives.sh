# Looking into a binary package before it is installed: which one it would be, what comes along, and what the files in it
# say. That goes where its archive is a file on this host; of a URL, of pkgin and of a build nobody knows all that before.

# m__find_candidate: after m__package_source: sets m__candidate to the full name of what the source offers, and m__archive to
# its file; to nothing where only the tool can tell.
m__find_candidate() {
  local m__from
  m__candidate='' m__archive='' m__from=${m_o_from#file://}
  if [ -z "$m_o_pkgsrc$m_o_from" ] && [ "$m__tool" = pkg_add ]; then
    m__from=${PKG_PATH:-$(pkg_admin config-var PKG_PATH 2>/dev/null </dev/null)} || m__from=
  fi
  case $m_o_pkgsrc$m__from in
    *';'*) ;;
    *.tgz)
      [ ! -f "$m__from" ] || m__archive=$m__from
      # Its name alone, because a directory above it may be called like a package.
      case ${m__from##*/} in
        *-[0-9]*) m__candidate=$m__from ;;
        *) [ -z "$m__archive" ] || ! m__open_archive "$m__archive" || m__candidate=$(sed -n 's/^@name //p' "$m__opened/+CONTENTS") ;;
      esac
      ;;
    *://*) ;;
    /*)
      if [ -z "$m_o_pkgsrc" ]; then
        m__best_archive "$m__from" "$m__pattern"
        m__archive=$m__best
        m__candidate=$m__best
      elif [ -d "$m_o_pkgsrc" ]; then
        m__candidate=$(cd "$m_o_pkgsrc" && make show-var VARNAME=PKGNAME 2>/dev/null </dev/null) || m__candidate=
      fi
      ;;
  esac
  m__candidate=${m__candidate%%"$m_nl"*}
  m__candidate=${m__candidate##*/}
  m__candidate=${m__candidate%.tgz}
}

# m__best_archive DIRECTORY PATTERN: sets m__best to the archive that pkg_add takes for PATTERN; to nothing when there is none.
m__best_archive() {
  m__best=$(pkg_admin lsbest "$1/$2" 2>/dev/null </dev/null) || m__best=
  m__best=${m__best%%"$m_nl"*}
  [ -f "$m__best" ] || m__best=
}

# m__open_archive ARCHIVE: sets m__opened to a directory with its list of contents, which is unpacked once a run. False when it
# cannot be read (a signed package is another kind of archive).
m__open_archive() {
  m_replace "$1" / _
  m__opened=$m_work/archive$m_replaced
  if [ ! -d "$m__opened" ]; then
    mkdir "$m__opened"
    (cd "$m__opened" && tar xzf "$1" +CONTENTS) >/dev/null 2>&1 </dev/null || :
  fi
  [ -s "$m__opened/+CONTENTS" ]
}

# m__find_offered ARCHIVE PATH: sets m_offered to a file like the one that ARCHIVE has for PATH; to nothing when it has none.
m__find_offered() {
  local m__member
  m_offered=
  m__open_archive "$1" || return 0
  m__member=$(awk -v path="$2" '
    $1 == "@cwd" || $1 == "@cd" { base = $2; next }
    !/^[@+]/ && base "/" $0 == path { print; exit }' "$m__opened/+CONTENTS")
  [ -n "$m__member" ] || return 0
  [ -f "$m__opened/$m__member" ] || (cd "$m__opened" && tar xzpf "$1" "$m__member") >/dev/null 2>&1 </dev/null || :
  [ ! -f "$m__opened/$m__member" ] || [ -h "$m__opened/$m__member" ] || m_offered=$m__opened/$m__member
}

# package_offers PATH NAME PATTERN PLACE [TOOL]: for playbooks that must know a file of a package before a step installs it.
# Sets m_offered to a copy of the file that a package from PLACE would install at PATH, or to nothing if that cannot be
# known.
package_offers() {
  local m__package m__pattern
  m_offered='' m__tool=${5:-pkg_add} m_o_pkgsrc='' m__package=$2 m__pattern=$3 m_o_from=$4
  m__find_candidate
  [ -z "$m__archive" ] || m__find_offered "$m__archive" "$1"
}

# m__find_along: sets m__along to the packages that come with m__archive because the host lacks them, a line each: their full
# names, or what they have to fit where they are not beside it. False when nobody can know.
m__find_along() {
  local m__todo m__one m__need_pattern
  m__along='' m__todo=$m__archive
  [ -n "$m__archive" ] && m__open_archive "$m__archive" || return 1
  while [ -n "$m__todo" ]; do
    m__one=${m__todo%%"$m_nl"*}
    m__todo=${m__todo#"$m__one"}
    m__todo=${m__todo#"$m_nl"}
    m__open_archive "$m__one" || continue
    sed -n 's/^@pkgdep //p' "$m__opened/+CONTENTS" >"$m_work/needs"
    while IFS= read -r m__need_pattern; do
      ! m__package_version "$m__need_pattern" || continue
      m__best_archive "${m__archive%/*}" "$m__need_pattern"
      m__one=${m__best##*/}
      m__one=${m__one%.tgz}
      m__one=${m__one:-$m__need_pattern}
      case "$m_nl$m__along$m_nl" in *"$m_nl$m__one$m_nl"*) continue ;; esac
      m__along="${m__along:+$m__along$m_nl}$m__one"
      [ -z "$m__best" ] || m__todo="${m__todo:+$m__todo$m_nl}$m__best"
    done <"$m_work/needs"
  done
  [ -z "$m__along" ] || m__along=$(printf '%s\n' "$m__along" | sort)
}

# m__package_reason NEW ALONG: sets m__reason: from which version to which, from where, and what comes along. The same words
# in a plan and in an apply, where the same is known.
m__package_reason() {
  m__reason="${m__old_package:-new}${m__old_package:+ to} $1, from $m__source_text"
  [ -z "$2" ] || {
    m_replace "$2" "$m_nl" ', '
    m__reason="$m__reason, with $m_replaced"
  }
}

# m__plan_reason: sets m__reason to what is known of a package before it is installed.
m__plan_reason() {
  m__along=
  if [ -n "$m__old_package" ]; then
    m__find_along || m__along=
    m__package_reason "${m__candidate:-$m__pattern}" "$m__along"
  elif [ -z "$m__candidate" ]; then
    printf '%s\n' "$m_step" >>"$m_work/packages.open"
    m__package_reason '(version known only when it is installed)' 'what it needs'
  elif m__find_along; then
    m__package_reason "$m__candidate" "$m__along"
  else
    printf '%s\n' "$m_step" >>"$m_work/packages.open"
    m__package_reason "$m__candidate" 'what it needs (known only when it is installed)'
  fi
}

# m__plan_provided: what the new package would bring is known where it is text, such as a script that later steps read.
m__plan_provided() {
  local m__provided
  [ -n "$m__archive" ] || return 0
  while IFS= read -r m__provided; do
    [ -n "$m__provided" ] || continue
    m__find_offered "$m__archive" "$m__provided"
    [ -n "$m_offered" ] && m__is_text "$m_offered" || continue
    m_look "$m_offered"
    m__join "$m__provided" file "$m_mode" 0 0 "$m_offered" "$m_step"
    printf '%s\n' "$m__joined" >>"$m_work/planned"
  done <<EOF
$m_o_provides
EOF
}
