# Resources of this playbook: what named itself writes below namedb: the zones that it transfers or changes, journals, keys.

# names_that_change NAME: true when zones_change says that named itself writes NAME, a path below namedb.
names_that_change() {
  changes=1
  # Not what they match where we happen to be.
  set -f
  for pattern in $zones_change; do
    # The pattern is meant as one.
    # shellcheck disable=SC2254
    case $1 in $pattern) changes=0 ;; esac
  done
  set +f
  return "$changes"
}

# find_written_zones ROOT: into $m_work/written.zones, `zone TAB kind TAB file` of each zone of the configuration below
# ROOT that named must write: secondaries that are kept in a file, and primaries that are updated or signed by named.
# The file of a zone that has its journal elsewhere comes twice, once for each.
find_written_zones() {
  awk -v root="$1" -v conf="$named_conf" '
    function statement(    where, path) {
      where = kind[depth]
      if (word[1] == "include") {
        path = word[2] ~ /^\// ? word[2] : folder "/" word[2]
        words = 0
        read_file(path)
      } else if (where == "options" && word[1] == "directory") {
        folder = word[2]
      } else if (where == "allow-update") {
        if (tolower(word[1]) != "none") listed = 1
      } else if (where == "zone" && word[1] ~ /^(type|file|journal)$/) {
        zone[word[1]] = word[2]
      } else if (where == "zone" || where == "view" || where == "options") {
        if (word[1] == "update-policy") changes[depth, "updates"] = 1
        if (word[1] == "auto-dnssec") changes[depth, "signs"] = tolower(word[2]) != "off"
        if (word[1] == "dnssec-policy") changes[depth, "signs"] = tolower(word[2]) != "none"
        if (word[1] == "inline-signing" && tolower(word[2]) == "yes") changes[depth, "signs"] = 1
      }
    }
    # What is said of all zones stands in options, which end before: it is kept at depth 0, that of a view at its own.
    function inherited(what,    at) {
      for (at = depth; at >= 0; at--) if ((at, what) in changes) return changes[at, what]
      return 0
    }
    function opened(    key) {
      depth++
      kind[depth] = word[1]
      if (word[1] == "allow-update") listed = 0
      if (word[1] == "options" || word[1] == "view" || word[1] == "zone") {
        delete changes[depth, "updates"]
        delete changes[depth, "signs"]
      }
      if (word[1] != "zone") return
      for (key in zone) delete zone[key]
      zone["name"] = word[2]
    }
    function closed(    what) {
      if (kind[depth] == "allow-update") changes[depth - 1, "updates"] = listed
      if (kind[depth] == "update-policy") changes[depth - 1, "updates"] = 1
      if (kind[depth] == "zone") zone_ended()
      if (kind[depth] == "options") {
        for (what in options_say) if ((depth, what) in changes) changes[0, what] = changes[depth, what]
      }
      if (depth > 0) depth--
    }
    function zone_ended(    what) {
      if (tolower(zone["type"]) ~ /^(slave|secondary|mirror|stub)$/) what = "secondary"
      else if (tolower(zone["type"]) ~ /^(master|primary)$/ && (inherited("updates") || inherited("signs"))) what = "dynamic"
      if (what == "" || zone["file"] == "") return
      found[++count] = zone["name"] "\t" what "\t"
      file[count] = zone["file"]
      if (zone["journal"] == "") return
      found[++count] = zone["name"] "\t" what "\t"
      file[count] = zone["journal"]
    }
    function token(text, quoted) {
      # Keywords may be in capitals, names of files and zones mean what they say.
      if (quoted || text !~ /^[{};]$/) {
        words++
        word[words] = quoted || words > 1 ? text : tolower(text)
        return
      }
      if (text == "{") opened()
      # What closes a block is not the end of what opened it: the words between are those of its last statement.
      else if (text == "}") closed()
      else if (words > 0) statement()
      for (; words > 0; words--) delete word[words]
    }
    function read_file(path,    line, comment, at) {
      if (++files > 200) return
      while ((getline line < (root path)) > 0) {
        while (line != "") {
          if (comment) {
            at = index(line, "*/")
            if (!at) break
            line = substr(line, at + 2)
            comment = 0
          } else if (line ~ /^[ \t\r]/) {
            sub(/^[ \t\r]+/, "", line)
          } else if (line ~ /^(#|\/\/)/) {
            break
          } else if (line ~ /^\/\*/) {
            line = substr(line, 3)
            comment = 1
          } else if (line ~ /^"/) {
            line = substr(line, 2)
            at = index(line, "\"")
            if (!at) at = length(line) + 1
            token(substr(line, 1, at - 1), 1)
            line = substr(line, at + 1)
          } else if (line ~ /^[{};]/) {
            at = substr(line, 1, 1)
            line = substr(line, 2)
            token(at, 0)
          } else {
            match(line, /^[^ \t\r{};"]+/)
            at = substr(line, 1, RLENGTH)
            line = substr(line, RLENGTH + 1)
            token(at, 0)
          }
        }
      }
      close(root path)
    }
    BEGIN {
      options_say["updates"]; options_say["signs"]
      read_file(conf)
      for (i = 1; i <= count; i++) print found[i] (file[i] ~ /^\// ? file[i] : folder "/" file[i])
    }' </dev/null >"$m_work/written.zones"
}

# zones_without_place: in words, the zones of $m_work/written.zones that are kept where named may not write.
zones_without_place() {
  own_directories >"$m_work/own"
  awk -F '\t' -v cage="$cage" -v own="$m_work/own" '
    BEGIN { while ((getline line < own) > 0) mine[line] = 1 }
    {
      for (directory in mine) if (index(cage $3, directory "/") == 1) next
      if (!($1 in told)) list = list (list == "" ? "" : ", ") $1 " (" $2 ", " $3 ")"
      told[$1] = 1
    }
    END { if (list != "") print list }' "$m_work/written.zones"
}

# refuse_zones_without_place: before anything is replaced: a secondary that cannot be kept is lost when its primary is
# down at the next start, and a zone whose journal cannot be made takes no updates.
refuse_zones_without_place() {
  find_written_zones ''
  said=$(zones_without_place)
  [ -z "$said" ] || fail "named writes these zones, and may not do so where they are kept: $said; keep them in a directory below $namedb that zones_change names, as 'slave/*' does; nothing was replaced"
}

# find_own_directories: into $m_work/own.names, below namedb and parents first, the directories in which named writes
# and which the host has or a zone needs.
find_own_directories() {
  {
    for pattern in $zones_change; do
      case $pattern in *'/*') ;; *) continue ;; esac
      place=${pattern%/*}
      [ ! -d "$namedb/$place" ] || (cd "$namedb" && find "$place" -type d -print)
      awk -F '\t' -v base="$namedb/" -v place="$place" '
        index($3, base place "/") == 1 {
          name = substr($3, length(base) + 1)
          while (sub(/\/[^\/]*$/, "", name) && length(name) >= length(place)) print name
        }' "$m_work/written.zones"
    done
  } | sort -u >"$m_work/own.names"
}

# own_places: the directories in which named writes are its own in the cage, and so are the files that it writes. After
# find_own_directories.
own_places() {
  while IFS= read -r name <&5; do
    # Keys come and go with the cage; zones that named fetched or changed do not go unseen.
    case $name in
      keys | keys/*) directory "$cage$namedb/$name" --owner "$run_user" --group "$run_group" --mode 0775 --transient '*' ;;
      *) directory "$cage$namedb/$name" --owner "$run_user" --group "$run_group" --mode 0775 ;;
    esac
  done 5<"$m_work/own.names"
  (cd "$cage$namedb" && find . -type f ! -user "$run_user" -print) 2>/dev/null >"$m_work/others.files" || :
  while IFS= read -r name <&5; do
    name=${name#./}
    ! names_that_change "$name" || mode_owner "$cage$namedb/$name" --owner "$run_user" --group "$run_group"
  done 5<"$m_work/others.files"
}

# prove_written_zones: named may write each zone that it must, where it is kept in the cage: by owner and mode of the
# directories that there are, whatever zones_change says.
prove_written_zones() {
  find_written_zones "$cage"
  m_uid_of "$run_user"
  uid=$m_id
  m_gid_of "$run_group"
  gid=$m_id
  awk -F '\t' -v cage="$cage" '{ name = cage $3; sub(/\/[^\/]*$/, "", name); if (!(name in seen)) print name; seen[name] = 1 }' \
    "$m_work/written.zones" >"$m_work/written.places"
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
