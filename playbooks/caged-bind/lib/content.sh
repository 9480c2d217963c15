# Resources of this playbook: the configuration and the zones in the cage.

# content_of_host: named.conf and the zone directory of the host, and what else further_paths names, as they are there.
content_of_host() {
  survey_content
  find_differences
  # They stand where they will be seen from in the cage: what is checked is what will be there, and nothing else.
  [ -z "$differs" ] || check_as_in_cage
  guard_content
  record_hand_backs_of_content
  directory "$cage/etc"
  # In a directory that is carried as a whole, it is one of the files.
  is_below_top "$named_conf" || carried_file "$named_conf"
  each_top caged_tree
  further_files
  own_outside
}

# survey_content: refuses a configuration of the host that could not run in the cage: all that is wrong with it at once, by
# name, before anything is replaced.
survey_content() {
  # Said once: a plan goes on behind the step that refused it.
  [ ! -f "$m_work/refused" ] || fail 'see the step survey'
  [ -f "$named_conf" ] || fail "there is no $named_conf on this host; the var named_conf says where the configuration is"
  [ -d "$namedb" ] || fail "there is no directory $namedb on this host; the var namedb says where the zones are"
  refused=
  read_configuration '' || refused=$(awk 'NR <= 4 { printf "%s%s", (NR > 1 ? "; " : ""), $0 }' "$m_work/parsed.bad")
  find_zone_includes
  find_places
  problems=$(what_has_no_place)
  [ -z "$refused" ] || problems="$problems${problems:+$m_nl}named-checkconf refuses it: $refused"
  [ -z "$problems" ] || : >"$m_work/refused"
  [ -z "$problems" ] || fail "$(printf '%s\n' "$problems" | awk '{ printf "%s%s", (NR > 1 ? "; and " : ""), $0 }'); nothing was replaced"
}

# each_top COMMAND: runs COMMAND for each directory of the host that is carried into the cage.
each_top() {
  "$1" "$namedb"
  while IFS= read -r top <&6; do
    [ ! -d "$top" ] || "$1" "$top"
  done 6<<EOT
$further_paths
EOT
}

# find_differences: sets differs when what the host has is not what the cage has.
find_differences() {
  differs=
  cmp -s "$named_conf" "$cage$named_conf" || differs=1
  each_top differences_of
  while IFS= read -r further; do
    [ ! -f "$further" ] || cmp -s "$further" "$cage$further" || differs=1
  done <<EOT
$further_paths
EOT
}

# differences_of TOP: tree_differences without what named writes.
differences_of() {
  find_own_directories "$1"
  tree_differences "$1" "$cage$1"
  drop_differences_of_named "$1"
  [ ! -s "$m_work/differences" ] || differs=1
}

# check_as_in_cage: what the configuration names is laid out in the private directory, and checked there with that as the
# root directory: what lies elsewhere on the host is not seen.
check_as_in_cage() {
  in_plan && ! has_checkconf && return 0
  stage=$m_work/stage
  rm -rf "$stage"
  mkdir -p "$stage/etc" "$stage$namedb"
  {
    printf '%s\n' "$named_conf" /etc/rndc.key
    facts_of include
    facts_of read | sed 's/^[^	]*	//'
    facts_of written | sed -n 's/^.* (dynamic)	//p'
  } | sort -u | while IFS= read -r path; do
    [ ! -f "$path" ] || printf '%s\n' "${path#/}"
  done >"$m_work/stage.list"
  {
    facts_of directory
    facts_of keys | sed 's/^[^	]*	//'
    facts_of managed
  } | while IFS= read -r path; do
    mkdir -p "$stage$path"
  done
  if (cd / && tar chf - -T "$m_work/stage.list") 2>"$m_work/stage.err" | (cd "$stage" && tar xpf -) 2>>"$m_work/stage.err" && staged_whole; then
    check_before -t "$stage"
  else
    notice "the content could not be laid out in $m_work for its check ($(tail -n 1 "$m_work/stage.err")): it is checked where it is on the host"
    check_before
  fi
  rm -rf "$stage"
}

# staged_whole: true when each file of the list is there: tar may stop in the middle of a full disk, and a pipe tells only
# how its end went.
staged_whole() {
  while IFS= read -r path; do
    [ -f "$stage/$path" ] || return 1
  done <"$m_work/stage.list"
}

# guard_content: what replaces the content of a cage that serves goes live whole, and proved, or not at all: when the step
# does not end well, the run is taken back.
guard_content() {
  [ -n "$differs" ] && ! in_plan && [ -f "$cage$named_conf" ] || return 0
  m_guard ':'
}

# record_hand_backs_of_content: this run makes the directories in which named will write, so its undo hands back, too.
record_hand_backs_of_content() {
  [ -n "$differs" ] && ! in_plan || return 0
  look_at_named
  find_ours
  look_at_serving
  record_hand_backs
}

# carried_file FILE: a single file of the host is in the cage, at its place.
carried_file() {
  [ "${1%/*}" = /etc ] || directory "$cage${1%/*}"
  fit_of "$1"
  copy "$cage$1" --from "$1" --owner "$fit_owner" --group "$fit_group" --mode "$fit_mode"
}

# further_files: the single files among further_paths.
further_files() {
  while IFS= read -r further <&6; do
    [ -n "$further" ] && [ ! -d "$further" ] || continue
    [ -f "$further" ] || fail "further_paths: there is no $further on this host"
    is_below_top "$further" || carried_file "$further"
  done 6<<EOT
$further_paths
EOT
}

# content_of_playbook: named.conf from the template, the zones from the operator's files.
content_of_playbook() {
  stage=$m_work/stage
  zones_are_complete
  stage_content
  tree_differences "$stage$namedb" "$cage$namedb"
  differs=
  if [ -s "$m_work/differences" ] || ! cmp -s "$stage$named_conf" "$cage$named_conf"; then
    differs=1
    in_plan && ! is_there "$program" || check_before -t "$stage"
  fi
  guard_content
  directory "$cage/etc"
  template "$cage$named_conf" --source named.conf
  directory "$cage$namedb" --kept '*.jnl' --transient 'managed-keys*' --transient '*.mkeys*' --transient '_default.*'
  case $role in
    primary) zone_files ;;
    # named itself writes here what it transfers.
    secondary) directory "$cage$namedb/secondary" --owner "$run_user" --group "$run_group" --mode 0775 --kept '*' ;;
  esac
}

# --- from the playbook -------------------------------------------------------------------------------------------

# zones_are_complete: each zone of a primary has its file, and each file its zone; a secondary knows whom to ask. All
# that is wrong is told at once. Files in folders are what zones include.
zones_are_complete() {
  wrong=
  case $role in
    resolver) return 0 ;;
    secondary) [ -n "$primaries" ] || wrong='a secondary needs primaries, addresses to transfer from' ;;
  esac
  [ -n "$zones" ] || wrong=${wrong:+$wrong; }"a $role needs zones"
  if [ "$role" = primary ]; then
    m_replace "$zones" / -
    wanted=$m_nl$m_replaced$m_nl
    missing='' unlisted=''
    while IFS= read -r zone; do
      if [ -n "$zone" ] && ! [ -f "${zone_files:-/nowhere}/$zone" ]; then
        missing="$missing $zone"
      fi
    done <<EOF
$m_replaced
EOF
    for path in "${zone_files:-/nowhere}"/*; do
      [ -f "$path" ] || continue
      case $wanted in *"$m_nl${path##*/}$m_nl"*) ;; *) unlisted="$unlisted ${path##*/}" ;; esac
    done
    [ -z "$missing" ] || wrong=${wrong:+$wrong; }"zones without a file of their name in zone_files:$missing"
    [ -z "$unlisted" ] || wrong=${wrong:+$wrong; }"zone_files that are not in zones:$unlisted"
  fi
  [ -z "$wrong" ] || fail "$wrong; nothing was replaced"
}

# stage_content: the content in the run's private directory, with the paths and modes that it is to have in the cage.
stage_content() {
  rm -rf "$stage"
  mkdir -p "$stage/etc" "$stage${named_conf%/*}" "$stage$namedb"
  cp "$m_work/playbook/templates/named.conf" "$stage$named_conf"
  if [ "$role" = primary ]; then
    cp -R "$zone_files/." "$stage$namedb/"
    chmod -R u=rwX,go=rX "$stage$namedb"
  fi
  if [ "$rndc" = yes ]; then
    stage_rndc_key
    cp "$m_work/rndc.key" "$stage/etc/rndc.key"
  fi
}

# zone_files: the staged zones are in the cage. Only those that differ are looked at one by one.
zone_files() {
  if [ ! -s "$m_work/differences" ]; then
    m_begin zone_files "$cage$namedb"
    m_say ok ''
    return 0
  fi
  while IFS='|' read -r mode owner group name <&5; do
    if [ -d "$stage$namedb/$name" ]; then
      directory "$cage$namedb/$name"
    else
      zone_file "$name"
    fi
  done 5<"$m_work/differences"
}

# zone_file NAME: one of them. Not a copy, which shows no diff of what is new.
zone_file() {
  m_begin_path zone_file "$cage$namedb/$1"
  m_path=$cage$namedb/$1
  m_options 'owner= group= mode= validate=' --owner 0 --group 0 --mode 0644
  m_see "$m_path"
  # What named watches is the directory. Told before the change, so that a run that dies there owes the restart.
  [ "$m_type" = file ] && cmp -s "$m_content" "$stage$namedb/$1" || m_touched "$cage$namedb"
  m_place "$stage$namedb/$1" 0644
}

# --- from the host -----------------------------------------------------------------------------------------------

# caged_tree DIRECTORY: the files below a directory of the host are in the cage. What named writes is copied once only,
# and is its own there. Nothing in the cage is removed.
caged_tree() {
  differences_of "$1"
  as_one caged_tree "$cage$1"
  if is_own_place "$1"; then
    own_directory "$1"
  else
    IFS='|' read -r mode owner group name <"$m_work/differences.top"
    directory "$cage$1" --owner "$owner" --group "$(group_named "$group")" --mode "$mode" \
      --kept '*.jnl' --transient 'managed-keys*' --transient '*.mkeys*' --transient '_default.*'
  fi
  own_places "$1"
  while IFS='|' read -r mode owner group name <&5; do
    group=$(group_named "$group")
    if [ -d "$1/$name" ]; then
      directory "$cage$1/$name" --owner "$owner" --group "$group" --mode "$mode"
    elif [ ! -f "$1/$name" ]; then
      continue
    elif names_that_change "$name" "$1"; then
      copy "$cage$1/$name" --from "$1/$name" --once --owner "$run_user" --group "$run_group"
    else
      copy "$cage$1/$name" --from "$1/$name" --owner "$owner" --group "$group" --mode "$mode"
    fi
  done 5<"$m_work/differences"
  as_one_end
}

# group_named GROUP: prints a group of tree_differences: `=` is that of named.
group_named() {
  case $1 in
    =) printf '%s\n' "$run_group" ;;
    *) printf '%s\n' "$1" ;;
  esac
}

# fit_of FILE: sets fit_mode, fit_owner and fit_group to what the copy of FILE has in the cage.
fit_of() {
  ls -ldnL "$1" | fits >"$m_work/fit"
  IFS='|' read -r fit_mode fit_owner fit_group rest <"$m_work/fit"
  fit_group=$(group_named "$fit_group")
}

# drop_differences_of_named TOP: what named writes and has in the cage is none of the differences: it goes its own way
# there, and its directories are looked at by own_places.
drop_differences_of_named() {
  while IFS='|' read -r mode owner group name; do
    if [ -f "$cage$1/$name" ] && names_that_change "$name" "$1" || grep -qxF -e "$name" "$m_work/own.names"; then
      continue
    fi
    printf '%s\n' "$mode|$owner|$group|$name"
  done <"$m_work/differences" >"$m_work/differences.left"
  mv "$m_work/differences.left" "$m_work/differences"
}

# --- both --------------------------------------------------------------------------------------------------------

# fits: reads lines of `ls -ln`, prints `mode|owner|group|name` of each: what a copy of it has in the cage. Nobody may do
# more with it than on the host, but named may read it; named may not change it, whoever owns it on the host. The group
# = is that of named, which may be yet to come.
fits() {
  prepare_fits
  awk -v ru="$fits_uid" -v rg="$m_id" "$fit_functions"'
    NF >= 9 {
      name = $0
      for (i = 1; i <= 7; i++) sub(/^[^ ]+ +/, "", name)
      sub(/^[^ ]+ /, "", name)
      print fit($1, $3, $4) "|" name
    }'
}

# prepare_fits: sets fits_uid and m_id to named's numbers, where it has them already, and fit_functions to functions of awk:
# octal gives the four digits of `-rw-r--r--`, fit gives `mode|owner|group`.
prepare_fits() {
  m_uid_of "$run_user"
  fits_uid=$m_id
  m_gid_of "$run_group"
  fit_functions='
  function digit(text) { return (text ~ /^r/ ? 4 : 0) + (text ~ /^.w/ ? 2 : 0) + (text ~ /[xst]$/ ? 1 : 0) }
  function octal(bits) {
    return (bits ~ /^...[sS]/ ? 4 : 0) + (bits ~ /^......[sS]/ ? 2 : 0) + (bits ~ /^.........[tT]/ ? 1 : 0) \
      digit(substr(bits, 2, 3)) digit(substr(bits, 5, 3)) digit(substr(bits, 8, 3))
  }
  function read_only(bit) { return int(bit / 4) * 4 + bit % 2 }
  function fit(bits, uid, gid,    u, g, o, dir, open) {
    dir = bits ~ /^d/
    u = digit(substr(bits, 2, 3)); g = digit(substr(bits, 5, 3)); o = read_only(digit(substr(bits, 8, 3)))
    if (ru != "" && uid == ru) uid = 0
    if (rg != "" && gid == rg) gid = "="
    open = dir ? o == 5 : o >= 4
    if (gid == "=" || !open) {
      # Whoever else was in the group of the host has no part in it here.
      g = dir ? (u % 2 ? 5 : 0) : (u >= 4 ? 4 : 0)
      if (!dir && u % 2 && u >= 4) g = 5
      if (gid == "=" && open && !g) g = o
      gid = "="
    }
    return "0" u g o "|" uid "|" gid
  }'
}

# tree_differences FROM TO: into the file `differences`, `mode|owner|group|name` a line as of `fits`, what is below FROM and
# is not below TO as it should be: missing, of another kind, mode or owner, or with other content; and FROM itself into
# `differences.top`. Few processes, however many files there are.
tree_differences() {
  [ -d "$1" ] || fail "there is no directory $1"
  prepare_fits
  ls -ldnL "$1" | awk -v ru="$fits_uid" -v rg="$m_id" "$fit_functions"'{ print fit($1, $3, $4) "|." }' >"$m_work/differences.top"
  {
    (cd "$1" && ls -lnRL .) || :
    printf '\n=to\n'
    (cd "$2" && ls -lnRL .) || :
    printf '\n=diff %s\n' "${#1} ${#2}"
    diff -rq "$1" "$2" || :
  } 2>/dev/null </dev/null >"$m_work/differences.in"
  awk -v ru="$fits_uid" -v rg="$m_id" "$fit_functions"'
    /^=to$/ { to = 1; folder = ""; next }
    /^=diff / { to = 2; from = $2; into = $3; next }
    to == 2 && /^Files .* differ$/ {
      # "Files FROM/NAME and TO/NAME differ": the lengths tell where NAME is, whatever is in it.
      size = (length($0) - from - into - 20) / 2
      content[substr($0, 8 + from, size)] = 1
      next
    }
    to == 2 { next }
    /^\.\/?.*:$/ { folder = substr($0, 3, length($0) - 3); if (folder != "") folder = folder "/"; next }
    NF < 9 { next }
    {
      name = $0
      # The size before the time is no part of it: content is the business of diff.
      for (i = 1; i <= 7; i++) sub(/^[^ ]+ +/, "", name)
      sub(/^[^ ]+ /, "", name)
      name = folder name
      kind = substr($1, 1, 1)
      if (to) there[name] = kind " " octal($1) "|" $3 "|" (rg != "" && $4 == rg ? "=" : $4)
      else { order[++n] = name; wanted[name] = fit($1, $3, $4); here[name] = kind " " wanted[name] }
    }
    END {
      for (i = 1; i <= n; i++) {
        name = order[i]
        if (there[name] != here[name] || name in content) print wanted[name] "|" name
      }
    }' "$m_work/differences.in" >"$m_work/differences"
}

# find_zone_includes: adds the files that zone files include ($INCLUDE) to the facts, as far as they are on the host.
find_zone_includes() {
  {
    facts_of read | sed -n 's/^zone [^	]*	//p'
    facts_of written | sed -n 's/^.* (dynamic)	//p'
  } | sort -u | while IFS= read -r path; do
    [ ! -f "$path" ] || printf '%s\n' "$path"
  done >"$m_work/zone.files"
  [ -s "$m_work/zone.files" ] || return 0
  # Escaped for xargs, which knows no other way on every release.
  sed 's/[^A-Za-z0-9_./-]/\\&/g' "$m_work/zone.files" | xargs grep -li '^\$include[[:space:]]' /dev/null >"$m_work/zone.including" 2>/dev/null || :
  [ -s "$m_work/zone.including" ] || return 0
  awk -v folder="$(facts_of directory)" '
    function read_zone(path,    line, name) {
      if (seen[path]++ || ++files > 10000) return
      while ((getline line < path) > 0) {
        if (tolower(line) !~ /^\$include[ \t]/) continue
        name = line
        sub(/^[^ \t]*[ \t]+/, "", name)
        if (name ~ /^"/) { name = substr(name, 2); sub(/".*/, "", name) }
        else sub(/[ \t\r;].*/, "", name)
        if (name !~ /^\//) name = (folder == "/" ? "" : folder) "/" name
        print "read\t$INCLUDE of " path "\t" name
        read_zone(name)
      }
      close(path)
    }
    { read_zone($0) }' "$m_work/zone.including" >>"$m_work/facts"
}

# checkconf [-t DIRECTORY]: named-checkconf says what is wrong with the configuration and its zones, if anything is.
checkconf() {
  ! run_checkconf checkconf ${1+"$@"} || return 0
  awk '!/: loaded serial / && !/: not loaded due to errors/ && !/^_default\//' "$m_work/checkconf"
  return 1
}

# run_checkconf FILE [-t DIRECTORY]: after has_checkconf: what it says goes into FILE of the private directory. One of
# 2001 loads no zones: it knows no -z, and says how it is used.
run_checkconf() {
  checked_into=$m_work/$1
  shift
  ! "$checkconf" ${1+"$@"} -z "$named_conf" >"$checked_into" 2>&1 </dev/null || return 0
  grep '^[Uu]sage:' "$checked_into" >/dev/null || return 1
  "$checkconf" ${1+"$@"} "$named_conf" >"$checked_into" 2>&1 </dev/null || return 1
  : >"$m_work/zones.unchecked"
}

# check_before [-t DIRECTORY]: what is about to be served is good. With the named-checkconf of the program that will
# serve it, or, until that is there, of the one that does.
check_before() {
  has_checkconf || {
    notice 'there is no named-checkconf (a BIND 8 has none): what would be served is not checked before it replaces anything'
    return 0
  }
  if said=$(checkconf ${1+"$@"}); then
    [ ! -f "$m_work/zones.unchecked" ] || notice "$checkconf knows no -z: the configuration is checked, its zones are not"
    return 0
  fi
  printf '%s\n' "$said" >&2
  fail "what would be served is not good, and nothing was replaced: $(printf '%s\n' "$said" | awk 'NR <= 6 { printf "%s%s", (NR > 1 ? "; " : ""), $0 }')"
}

# prove_content: the checker has nothing to say against what is in the cage, if there is one.
prove_content() {
  if has_checkconf; then
    expect 'the configuration and its zones are good inside the cage' checkconf -t "$cage"
  else
    notice 'there is no named-checkconf: nothing but its own start says that the content is good'
  fi
}

# caged_zones: prints name and checksum of the files below the cage's namedb that named does not write.
caged_zones() {
  (
    cd "$cage$namedb" 2>/dev/null || exit 0
    find . -type f -print | sort >"$m_work/zones.list"
    set --
    while IFS= read -r name; do
      name=${name#./}
      names_that_change "$name" || set -- ${1+"$@"} "$name"
    done <"$m_work/zones.list"
    [ $# -eq 0 ] || cksum "$@" | awk '{ sum = $1; sub(/^[0-9]+ +[0-9]+ +/, ""); print $0, sum }'
  )
}
