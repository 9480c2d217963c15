# Whether all that a configuration names has its place in the cage: what named reads is carried there, and the directories
# that it writes to are its own. This is judged from the facts of read_configuration, so before anything is changed.

# find_places: after read_configuration, writes three files, one path a line:
# - $m_work/own.auto: the directories that are to be named's own beside those of zones_change, because named writes there and
# nobody else has files in them;
# - $m_work/places.bad: what has no place, with its kind before a tab;
# - $m_work/own.logs: directories that hold only logs and the like.
# Sets own_auto.
find_places() {
  m_is_known places yes || judge_places
  own_auto=
  while IFS= read -r place; do
    own_auto=$own_auto${own_auto:+$m_nl}$place
  done <"$m_work/own.auto"
}

judge_places() {
  carried_paths >"$m_work/carried"
  declared_own >"$m_work/own.declared"
  awk -F '\t' -v namedb="$namedb" -v conf="$named_conf" -v pid="$pid_file" -v work="$m_work/" '
    function below(path, top) { return path == top || index(path, (top == "/" ? "" : top) "/") == 1 }
    function parent(path) { sub(/\/[^\/]*$/, "", path); return path == "" ? "/" : path }
    function is_carried(path,    i) {
      for (i = 1; i <= carried; i++) if (below(path, top[i])) return 1
      return 0
    }
    function is_declared(path,    i) {
      for (i = 1; i <= own; i++) if (below(path, mine[i])) return 1
      return 0
    }
    # Somebody else is to be the owner of these, or of what is in them.
    function is_closed(path) {
      return path ~ /^\/$|^\/(etc|dev|bin|sbin|lib|lib64|libexec|usr|root|var|rescue|stand)$|^\/var\/run$|^\/(usr|dev)\// ||
        below(namedb, path) || below(conf, path) || below(parent(pid), path) && path != parent(pid)
    }
    function holds_others(path,    i) {
      for (i = 1; i <= reads; i++) if (below(read_path[i], path)) return 1
      return 0
    }
    function bad(kind, text) { if (!told[kind, text]++) print kind "\t" text >(work "places.bad") }
    function takes(kind, what, path, place, when) {
      # What only goes out is not handed back; see record_hand_backs.
      if (kind == "output") goes_out[place]
      else if (kind != "later") is_kept[place]
      if (is_declared(place)) return
      if (kind == "written" || kind == "keys" || kind == "new-zones") {
        if (!is_carried(path)) { outside(what, path); return }
      }
      if (!is_closed(place) && !holds_others(place)) { if (!auto[place]++) print place >(work "own.auto"); return }
      if (when == "later") bad("later", what " " path)
      else bad(kind, kind == "written" ? what " in " path : what (what == "" ? "" : " ") path)
    }
    function outside(what, path) {
      if (path ~ /^\/dev\//) return
      bad("outside", path " (" what ")")
    }
    BEGIN {
      printf "" >(work "places.bad"); printf "" >(work "own.auto"); printf "" >(work "own.logs")
      while ((getline line < (work "carried")) > 0) top[++carried] = line
      while ((getline line < (work "own.declared")) > 0) mine[++own] = line
    }
    { fact[NR] = $0 }
    $1 == "include" { read_path[++reads] = $2 }
    $1 == "read" || $1 == "keys" && $2 == "read" { read_path[++reads] = $3 }
    END {
      for (n = 1; n <= NR; n++) {
        split(fact[n], part, "\t")
        kind = part[1]
        if (kind == "directory" && !is_carried(part[2]) && !below(namedb, part[2]) && !below(conf, part[2]) && part[2] != "/")
          outside("directory", part[2])
        else if (kind == "include" && !is_carried(part[2])) outside("include", part[2])
        else if (kind == "unread") bad("unread", part[2])
        else if (kind == "read" && !is_carried(part[3])) outside(part[2], part[3])
        else if (kind == "keys" && part[2] == "read" && !is_carried(part[3]) && !below(namedb, part[3])) outside("key-directory", part[3])
        else if (kind == "written") takes(kind, part[2], part[3], parent(part[3]))
        else if (kind == "keys" && part[2] == "made") takes(kind, "keys of a zone", part[3], part[3])
        else if (kind == "managed") takes("later", "managed-keys-directory", part[2], part[2], "later")
        else if (kind == "new-zones") takes(kind, "allow-new-zones", part[2], part[2])
        else if (kind == "output") takes(kind, part[2], part[3], parent(part[3]), part[4])
        else if (kind == "session" && part[2] != "none") takes("output", "session-keyfile", part[2], parent(part[2]), "start")
        else if (kind == "pid" && part[2] != pid) bad("pid", part[2])
      }
      for (place in goes_out) if (!(place in is_kept)) print place >(work "own.logs")
    }' "$m_work/facts"
  m_note_known places yes
}

# carried_paths: prints what of the host is carried into the cage at its place: files, and directories with all in them.
carried_paths() {
  printf '%s\n' "$named_conf" "$namedb" /etc/rndc.key /etc/localtime
  [ -z "$further_paths" ] || printf '%s\n' "$further_paths"
}

# declared_own: prints the directories, as seen from in the cage, that named may write whatever the configuration says: that
# of its pid file, and those below namedb of which zones_change says that everything in them changes.
declared_own() {
  printf '%s\n' "${pid_file%/*}"
  # Not what the patterns match where we happen to be.
  set -f
  for pattern in $zones_change; do
    case $pattern in *'/*') printf '%s\n' "$namedb/${pattern%/*}" ;; esac
  done
  set +f
}

# what_has_no_place: after find_places: prints in words all that cannot be, nothing when there is nothing.
what_has_no_place() {
  what_is_missing
  [ -z "$missing" ] || printf '%s names a file that does not exist: %s\n' "$named_conf" "$missing"
  awk -F '\t' -v conf="$named_conf" -v namedb="$namedb" -v pid="$pid_file" '
    { n[$1]++; if (n[$1] <= 8) list[$1] = list[$1] (n[$1] > 1 ? ", " : "") $2; else if (n[$1] == 9) list[$1] = list[$1] " and more" }
    $1 == "outside" {
      place = $2
      sub(/ \(.*/, "", place)
      if ($2 !~ / \(directory\)$/) sub(/\/[^\/]*$/, "", place)
      if (!suggested[place]++ && n["outside"] <= 8) suggestion = suggestion (suggestion == "" ? "" : ", ") place
    }
    END {
      if ("outside" in list)
        print conf " names what lies outside of " conf " and " namedb ", and would be missing in the cage: " list["outside"] \
          "; name the files or directories in the var further_paths (such as [" suggestion "]), and they are carried to their place in the cage, or move them below " namedb
      if ("unread" in list)
        print conf " includes " list["unread"] " from where named may write, so whoever takes named over would write what named reads as root; keep that elsewhere below " namedb ", or take its directory out of zones_change"
      if ("written" in list)
        print "named writes these zones, and may not do so where they are kept: " list["written"] \
          "; keep them in a directory below " namedb " that holds nothing else, or that zones_change names, as \047slave/*\047 does"
      if ("keys" in list)
        print "named makes the keys of zones in " list["keys"] ", where it may not write in the cage; give key-directory a directory of its own, such as \"keys\""
      if ("new-zones" in list)
        print list["new-zones"] ": named keeps zones that rndc adds there, and may not write there in the cage; give new-zones-directory a directory of its own"
      if ("output" in list)
        print "named writes " list["output"] ", and may not do so there in the cage; give it a directory of its own, below " namedb " or elsewhere"
      if ("pid" in list)
        print "pid-file is " list["pid"] ", and the rc script looks for it at " pid "; take that statement out of " conf
    }' "$m_work/places.bad"
}

# what_is_missing: sets missing to the files that the configuration includes and that are not on the host. BIND tells the line, and
# not which file it misses.
what_is_missing() {
  missing=
  while IFS= read -r fact; do
    case $fact in
      *[*?[]*) continue ;;
      'include	'*) [ -f "${fact#*	}" ] || missing=$missing${missing:+, }${fact#*	} ;;
    esac
  done <"$m_work/facts"
}

# all_has_a_place: after find_places: what_has_no_place has nothing to say.
all_has_a_place() {
  what_is_missing
  [ -z "$missing" ] && [ ! -s "$m_work/places.bad" ]
}

# notice_places: tells what is not as before in the cage, and stops nobody.
notice_places() {
  later='' elsewhere=
  [ ! -s "$m_work/places.bad" ] || later=$(awk -F '\t' '$1 == "later" { printf "%s%s", (n++ ? ", " : ""), $2 }' "$m_work/places.bad")
  [ -z "$later" ] || notice "the caged named cannot write there: $later"
  ! mentions "$m_work/facts" 'output	' || elsewhere=$(facts_of output | awk -F '\t' -v cage="$cage" -v list="$m_work/carried" '
    BEGIN { while ((getline line < list) > 0) top[++tops] = line }
    $3 == "start" {
      for (i = 1; i <= tops; i++) if (index($2, top[i] "/") == 1) next
      printf "%s%s to %s%s", (n++ ? ", " : ""), $1, cage, $2
    }')
  [ -z "$elsewhere" ] || notice "the caged named writes into its cage: $elsewhere"
}

# own_outside: the directories outside of what is carried in which named writes, its logs say, are there and its own.
own_outside() {
  while IFS= read -r place <&5; do
    is_below_top "$place" || own_directory "$place"
  done 5<"$m_work/own.auto"
}

# own_directory PATH: a directory that named may write, seen from in the cage. Nobody may look into it who may not on the
# host. What it holds goes with the cage when it can be made again, and is kept otherwise.
own_directory() {
  m_look "$1"
  own_mode=0775
  case $m_type:$m_mode in dir:???[!57]) own_mode=077${m_mode#???} ;; esac
  directory "$cage$1" --owner "$run_user" --group "$run_group" --mode "$own_mode" \
    --transient 'managed-keys*' --transient '*.mkeys*' --kept '*'
}

# is_below_top PATH: true when PATH is one of the directories that are carried, or below one.
is_below_top() {
  while IFS= read -r top; do
    # A file among further_paths has nothing below it.
    [ -n "$top" ] && [ -d "$top" ] || continue
    case $1 in "$top" | "$top"/*) return 0 ;; esac
  done <<EOT
$namedb
$further_paths
EOT
  return 1
}

# with_lines FILE WORDS: runs the command WORDS with the lines of FILE as further arguments; again and again where they are many. None
# of them begins with a dash.
with_lines() {
  lines_in=$1 lines_for=$2
  set --
  while IFS= read -r line; do
    set -- ${1+"$@"} "$line"
    [ $# -lt 500 ] || {
      $lines_for "$@" </dev/null || :
      set --
    }
  done <"$lines_in"
  [ $# -eq 0 ] || $lines_for "$@" </dev/null || :
}

# prove_access: after read_configuration "$cage": named may read what its configuration names, in the cage, as the user that
# it runs as: also what it reads as root at its start, because a reload reads it again.
prove_access() {
  awk -F '\t' -v cage="$cage" -v paths="$m_work/access.paths" '
    function add(what, path) {
      if (seen[what, path]++) return
      print what " " path
      if (path ~ /^\/dev\// || path ~ /[*?[]/) return
      for (; path != ""; sub(/\/[^\/]*$/, "", path)) if (!listed[path]++) print cage path >paths
    }
    BEGIN { printf "" >paths }
    $1 == "include" { add("r", $2) }
    $1 == "read" || $1 == "keys" { add("r", $3) }
    $1 == "directory" { add("x", $2) }' "$m_work/facts" >"$m_work/access"
  m_uid_of "$run_user"
  access_uid=$m_id
  m_gid_of "$run_group"
  with_lines "$m_work/access.paths" 'ls -ldnL' 2>/dev/null >"$m_work/access.ls"
  m_check 'named may read what its configuration names' "$(awk -v cage="$cage" -v uid="$access_uid" -v gid="$m_id" -v seen="$m_work/access.ls" '
    function may(bits, owner, group, what,    three) {
      three = owner == uid ? substr(bits, 2, 3) : group == gid ? substr(bits, 5, 3) : substr(bits, 8, 3)
      return what == "r" ? three ~ /^r/ : three ~ /[xst]$/
    }
    BEGIN {
      while ((getline line < seen) > 0) {
        n = split(line, part, " ")
        at = index(line, " " cage "/")
        if (!at) continue
        path = substr(line, at + 1 + length(cage))
        bits[path] = part[1]; owner[path] = part[3]; group[path] = part[4]
      }
    }
    $2 ~ /^\/dev\// || /[*?[]/ { next }
    {
      path = substr($0, 3)
      why = ""
      if (!(path in bits)) why = path " is not there"
      else if (substr($0, 1, 1) == "r" && !may(bits[path], owner[path], group[path], "r"))
        why = path " (" bits[path] ", uid " owner[path] ", gid " group[path] ")"
      up = path
      if (why == "") while (sub(/\/[^\/]*$/, "", up) && up != "")
        if ((up in bits) && !may(bits[up], owner[up], group[up], "x")) { why = up " (" bits[up] ", uid " owner[up] ", gid " group[up] ")"; break }
      if (why != "" && !told[why]++ && ++n_told <= 5) list = list (list == "" ? "" : ", ") why
    }
    END { if (list != "") print list (n_told > 5 ? " and more" : "") }' "$m_work/access")"
}
