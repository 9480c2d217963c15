# Resources of this playbook: what named itself writes below namedb: the zones that it transfers or changes, journals, keys.

# names_that_change NAME [TOP]: true when named itself writes NAME, a path below TOP (by default namedb): zones_change says
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
  set -- "$1"
  own_top=$1 own_declared='' own_found=
  declared_own >"$m_work/own.declared"
  ! is_own_place "$1" || set -- "$@" .
  while IFS= read -r place; do
    case $place in "$own_top"/*) ;; *) continue ;; esac
    place=${place#"$own_top"/}
    own_declared="$own_declared$place	"
    [ ! -d "$own_top/$place" ] || set -- "$@" "$place/."
  done <"$m_work/own.declared"
  while IFS= read -r place; do
    case $place in "$own_top"/*) ;; *) continue ;; esac
    place=${place#"$own_top"/}
    own_found="$own_found$place	"
    [ ! -d "$own_top/$place" ] || set -- "$@" "$place/."
  done <"$m_work/own.auto"
  shift
  : >"$m_work/own.there"
  # A place may be a link to a directory.
  [ $# -eq 0 ] || (cd "$own_top" && find "$@" -name "*$m_nl*" -prune -o -type d -print) >"$m_work/own.there" || :
  awk -F '\t' -v base="$own_top/" -v declared="$own_declared" -v own="$own_found" '
    function add(name) { if (name != "" && name != "." && !seen[name]++) list[++count] = name }
    function needs(path,    i, name) {
      if (index(path, base) != 1) return
      for (i = 1; i < places; i++) {
        name = substr(path, length(base) + 1)
        if (index(name, place[i] "/") != 1) continue
        while (sub(/\/[^\/]*$/, "", name) && length(name) >= length(place[i])) add(name)
      }
    }
    BEGIN {
      places = split(declared, place, "\t")
      n = split(own, found, "\t")
      for (i = 1; i < n; i++) add(found[i])
    }
    part == "there" { sub(/\/\.$/, ""); sub(/\/\.\//, "/"); sub(/^\.\//, ""); add($0); next }
    $1 == "written" || $1 == "keys" || $1 == "output" && $4 == "start" { needs($3) }
    $1 == "managed" || $1 == "new-zones" { needs($2 "/.") }
    END {
      # Parents come before what is in them.
      for (i = 2; i <= count; i++) {
        name = list[i]
        for (j = i; j > 1 && list[j - 1] > name; j--) list[j] = list[j - 1]
        list[j] = name
      }
      for (i = 1; i <= count; i++) print list[i]
    }' part=facts "$m_work/facts" part=there "$m_work/own.there" >"$m_work/own.names"
}

# is_own_place DIRECTORY: named may write all that is in it.
is_own_place() {
  for place in ${own_auto-}; do
    [ "$1" != "$place" ] || return 0
  done
  return 1
}

# own_places TOP: the directories in which named writes are its own in the cage, and so are the files that it writes. After
# find_own_directories.
own_places() {
  while IFS= read -r name <&5; do
    own_directory "$1/$name"
  done 5<"$m_work/own.names"
  find_files_of_others "$1"
  while IFS= read -r name <&5; do
    name=${name#./}
    # A named that starts as root makes these as root, each time.
    case ${name##*/} in managed-keys* | *.mkeys*) continue ;; esac
    ! names_that_change "$name" "$1" || mode_owner "$cage$1/$name" --owner "$run_user" --group "$run_group"
  done 5<"$m_work/others.files"
}

# find_files_of_others TOP: into others.files, the names of the files below TOP in the cage that are not named's: by the last look into the
# cage, if nothing has changed since.
find_files_of_others() {
  ! m_is_known cage "$own_auto" || ! others_as_listed "$1" >"$m_work/others.files" || return 0
  (cd "$cage$1" && find . -name "*$m_nl*" -prune -o -type f ! -user "$run_user" -print) 2>/dev/null >"$m_work/others.files" || :
}

# others_as_listed TOP: prints them. False where some find wrote a name in a way of its own.
others_as_listed() {
  while IFS= read -r name; do
    case $name in
      "$1"/*'\'*) return 1 ;;
      "$1"/*) printf '%s\n' "${name#"$1"/}" ;;
    esac
  done <"$m_work/cage.others"
}

# prove_written_zones: after read_configuration: named may write each zone that it must, where it is kept in the cage: by
# owner and mode of the directories that there are, whatever zones_change says.
prove_written_zones() {
  m_uid_of "$run_user"
  uid=$m_id
  m_gid_of "$run_group"
  gid=$m_id
  written=$m_nl bad=
  while IFS= read -r place; do
    case $place in 'written	'*/*) ;; *) continue ;; esac
    place=$cage${place##*	}
    place=${place%/*}
    case $written in *"$m_nl$place$m_nl"*) continue ;; esac
    written=$written$place$m_nl
    m_look "$place"
    case $m_type in
      dir) may_write || bad="$bad${bad:+, }${place#"$cage"} (mode $m_mode, uid $m_uid, gid $m_gid)" ;;
      *) bad="$bad${bad:+, }${place#"$cage"} ($m_type)" ;;
    esac
  done <"$m_work/facts"
  m_check 'named can write the zones that it transfers or changes' "${bad:+it may not write in }$bad"
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
