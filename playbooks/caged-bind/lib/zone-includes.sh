# Which files the zone files of a configuration include.

# find_zone_includes: adds the files that zone files include ($INCLUDE) to the facts, as far as they are on the host.
find_zone_includes() {
  ! m_is_known includes yes || return 0
  awk -F '\t' '
    ($1 == "read" && $2 ~ /^zone / || $1 == "written" && $2 ~ / \(dynamic\)$/) && !seen[$3]++ { print $3 }' "$m_work/facts" >"$m_work/zone.todo"
  : >"$m_work/zone.seen"
  zone_copies=0
  # One that includes itself would never end.
  for zone_depth in 1 2 3 4 5 6 7 8 9; do
    [ -s "$m_work/zone.todo" ] || break
    : >"$m_work/zone.sources"
    while IFS= read -r path <&5; do
      printf '%s\n' "$path" >>"$m_work/zone.seen"
      [ ! -f "$path" ] || zone_source "$path"
    done 5<"$m_work/zone.todo"
    included_by_sources
  done
  m_note_known includes yes
}

# zone_source FILE: adds where FILE can be read: where it is, or, if others than root may put something else in its place, as a
# copy. The check reports one that cannot be read.
zone_source() {
  path_dir=${1%/*}
  zone_at=$1
  if [ -h "$1" ] || ! m_walk "${path_dir:-/}" || [ -n "$m_foreign" ]; then
    zone_copies=$((zone_copies + 1))
    zone_at=$m_work/zone.copy.$zone_copies
    m_read "$1" "$zone_at" "$m_copy_most" || return 0
  fi
  printf '%s\t%s\n' "$zone_at" "$1" >>"$m_work/zone.sources"
}

# included_by_sources: adds to the facts what the files of zone.sources include, and makes it zone.todo.
included_by_sources() {
  : >"$m_work/zone.todo"
  set --
  while IFS= read -r source; do
    set -- ${1+"$@"} "${source%%	*}"
    [ $# -lt 200 ] || {
      grep -li '^\$include[[:space:]]' /dev/null "$@" 2>/dev/null </dev/null || :
      set --
    }
  done <"$m_work/zone.sources" >"$m_work/zone.including"
  [ $# -eq 0 ] || grep -li '^\$include[[:space:]]' /dev/null "$@" >>"$m_work/zone.including" 2>/dev/null || :
  [ -s "$m_work/zone.including" ] || return 0
  awk -v folder="$(facts_of directory)" -v work="$m_work/zone." '
    # A zone that named writes may name anything: what leads out of a directory by .. is judged by where it leads.
    function plain(path,    part, n, i, kept, result) {
      n = split(path, part, "/")
      for (i = 1; i <= n; i++) {
        if (part[i] == "" || part[i] == ".") continue
        if (part[i] != "..") keep[++kept] = part[i]
        else if (kept) kept--
      }
      for (i = 1; i <= kept; i++) result = result "/" keep[i]
      return result == "" ? "/" : result
    }
    BEGIN {
      while ((getline line < (work "sources")) > 0) { split(line, part, "\t"); name_of[part[1]] = part[2] }
      while ((getline line < (work "seen")) > 0) seen[line] = 1
    }
    {
      source = $0
      while ((getline line < source) > 0) {
        if (tolower(line) !~ /^\$include[ \t]/) continue
        name = line
        sub(/^[^ \t]*[ \t]+/, "", name)
        if (name ~ /^"/) { name = substr(name, 2); sub(/".*/, "", name) }
        else sub(/[ \t\r;].*/, "", name)
        if (name !~ /^\//) name = folder "/" name
        name = plain(name)
        print "read\t$INCLUDE of " name_of[source] "\t" name
        if (!seen[name]++) print name > (work "todo")
      }
      close(source)
    }' "$m_work/zone.including" >>"$m_work/facts"
}
