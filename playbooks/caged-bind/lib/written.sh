# Resources of this playbook: what named itself writes below namedb: the zones that it transfers or changes, journals, keys.

# names_that_change NAME [TOP]: true when named itself writes NAME, a path below TOP (namedb unless told): zones_change says
# so, or it is in a directory that find_places found to be named's own.
names_that_change() {
  changes=1
  # Not what they match where we happen to be.
  set -f
  for pattern in $zones_change; do
    # The pattern is meant as one.
    # shellcheck disable=SC2254
    case $1 in $pattern) changes=0 ;; esac
  done
  for place in ${own_auto-}; do
    case ${2:-$namedb}/$1 in "$place"/*) changes=0 ;; esac
  done
  set +f
  return "$changes"
}

# find_own_directories TOP: after find_places: into $m_work/own.names, below TOP and parents first, the directories in which
# named writes and which the host has or the configuration needs.
find_own_directories() {
  {
    ! is_own_place "$1" || (cd "$1" && find . -name "*$m_nl*" -prune -o -type d ! -name . -print | sed 's|^\./||')
    declared_own | below_top "$1" | while IFS= read -r place; do
      directories_below "$1" "$place"
      {
        facts_of written
        facts_of keys
        facts_of output | awk -F '\t' '$3 == "start"'
        { facts_of managed; facts_of new-zones; } | sed 's|^\(.*\)$|	\1/.|'
      } | awk -F '\t' -v base="$1/" -v place="$place" '
        index($2, base place "/") == 1 {
          name = substr($2, length(base) + 1)
          while (sub(/\/[^\/]*$/, "", name) && length(name) >= length(place)) print name
        }'
    done
    below_top "$1" <"$m_work/own.auto" | while IFS= read -r place; do
      printf '%s\n' "$place"
      directories_below "$1" "$place"
    done
  } | sort -u >"$m_work/own.names"
}

# directories_below TOP PLACE: prints PLACE and the directories below it, as seen from TOP. PLACE may be a link to a directory.
directories_below() {
  [ ! -d "$1/$2" ] || (cd "$1" && find "$2/." -name "*$m_nl*" -prune -o -type d -print | sed -e 's|/\.$||' -e 's|/\./|/|')
}

# is_own_place DIRECTORY: named may write all that is in it.
is_own_place() {
  for place in ${own_auto-}; do
    [ "$1" != "$place" ] || return 0
  done
  return 1
}

# below_top TOP: of the paths that it reads, prints those below TOP, without TOP.
below_top() {
  awk -v top="$1/" 'index($0, top) == 1 { print substr($0, length(top) + 1) }'
}

# own_places TOP: the directories in which named writes are its own in the cage, and so are the files that it writes. After
# find_own_directories.
own_places() {
  while IFS= read -r name <&5; do
    own_directory "$1/$name"
  done 5<"$m_work/own.names"
  (cd "$cage$1" && find . -name "*$m_nl*" -prune -o -type f ! -user "$run_user" -print) 2>/dev/null >"$m_work/others.files" || :
  while IFS= read -r name <&5; do
    name=${name#./}
    # A named that starts as root makes these as root, each time.
    case ${name##*/} in managed-keys* | *.mkeys*) continue ;; esac
    ! names_that_change "$name" "$1" || mode_owner "$cage$1/$name" --owner "$run_user" --group "$run_group"
  done 5<"$m_work/others.files"
}

# prove_written_zones: after read_configuration: named may write each zone that it must, where it is kept in the cage: by
# owner and mode of the directories that there are, whatever zones_change says.
prove_written_zones() {
  m_uid_of "$run_user"
  uid=$m_id
  m_gid_of "$run_group"
  gid=$m_id
  facts_of written | awk -F '\t' -v cage="$cage" '
    { name = cage $2; sub(/\/[^\/]*$/, "", name); if (!(name in seen)) print name; seen[name] = 1 }' >"$m_work/written.places"
  bad=
  while IFS= read -r place; do
    m_look "$place"
    case $m_type in
      dir) may_write || bad="$bad${bad:+, }${place#"$cage"} (mode $m_mode, uid $m_uid, gid $m_gid)" ;;
      *) bad="$bad${bad:+, }${place#"$cage"} ($m_type)" ;;
    esac
  done <"$m_work/written.places"
  m_check 'named may write the zones that it transfers or changes' "${bad:+it may not write in }$bad"
}

# may_write: after m_look: our user may write there.
may_write() {
  case $uid:$gid in
    "$m_uid":*) case $m_mode in ?[2367]??) return 0 ;; esac ;;
    *:"$m_gid") case $m_mode in ??[2367]?) return 0 ;; esac ;;
    *) case $m_mode in ???[2367]) return 0 ;; esac ;;
  esac
  return 1
}
