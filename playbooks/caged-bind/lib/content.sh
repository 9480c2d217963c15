# Resources of this playbook: the configuration and the zones in the cage.

# content_of_host: named.conf and the zone directory of the host, and what else further_paths names, as they are there.
content_of_host() {
  survey_content
  find_differences
  # They stand where they will be seen from in the cage: what is checked is what will be there, and nothing else.
  [ -z "$differs" ] || check_as_in_cage
  guard_content
  record_hand_backs_of_content
  look_ahead_at_content
  directory "$cage/etc"
  # In a directory that is carried as a whole, it is one of the files.
  is_below_top "$named_conf" || carried_file "$named_conf"
  each_top caged_tree
  further_files
  own_outside
}

# look_ahead_at_all: at what all steps are about and the controller cannot tell.
look_ahead_at_all() {
  set -- "/etc/rc.d/$rc_file" "$rc_script" "$cage/etc" "$named_conf" "$cage$named_conf" "$cage$namedb/keys" /etc/rndc.key \
    "$cage/etc/rndc.key" "$cage${program%/sbin/*}/etc" "$cage${program%/sbin/*}/etc/rndc.key" "$cage/dev" "$cage${pid_file%/*}" \
    /usr/share/zoneinfo
  for device in $devices; do
    set -- "$@" "/dev/$device" "$cage/dev/$device"
  done
  m_look_ahead "$@"
  # What is a link there is compared with what it leads to.
  zone_of_time=/etc/localtime
  ! m_readable /etc/localtime || zone_of_time=$m_opened_file
  m_digest_ahead "$named_conf" "$cage$named_conf" /etc/rndc.key "$cage/etc/rndc.key" "$zone_of_time" "$cage/etc/localtime"
}

# look_ahead_at_content: at what the resources of this step are about, by one ls.
look_ahead_at_content() {
  set -- "$cage/etc" "$named_conf" "$cage$named_conf" "$cage$namedb" /etc/rndc.key "$cage/etc/rndc.key" \
    /etc/localtime "$cage/etc/localtime" "$cage${program%/sbin/*}/etc" "$cage${program%/sbin/*}/etc/rndc.key"
  while IFS= read -r name; do
    set -- "$@" "$namedb/$name" "$cage$namedb/$name"
  done <"$m_work/own.names"
  m_look_ahead "$@"
}

# survey_content: refuses a configuration of the host that could not run in the cage: all that is wrong with it at once, by
# name, before anything is replaced.
survey_content() {
  # Said once: a plan goes on behind the step that refused it.
  ! m_is_known survey refused || fail 'see the step survey'
  [ -f "$named_conf" ] || fail "there is no $named_conf on this host; set the var named_conf to the path of the configuration"
  [ -d "$namedb" ] || fail "there is no directory $namedb on this host; set the var namedb to the directory of the zones"
  refused=
  read_configuration '' || refused=$(awk 'NR <= 4 { printf "%s%s", (NR > 1 ? "; " : ""), $0 }' "$m_work/parsed.bad")
  find_zone_includes
  find_places
  problems=
  all_has_a_place || problems=$(what_has_no_place)
  : >"$m_work/links.others"
  m_is_known links none || each_top find_links_on_both_sides
  if [ -s "$m_work/links.others" ]; then
    problems="$problems${problems:+$m_nl}$(links_of_others)"
  else
    m_note_known links none
  fi
  find_loaded_from_named
  [ -z "$loaded" ] || problems="$problems${problems:+$m_nl}$loaded"
  [ -z "$refused" ] || problems="$problems${problems:+$m_nl}named-checkconf refuses it: $refused"
  [ -z "$problems" ] || m_note_known survey refused
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

# find_links_on_both_sides TOP: on the host and in the cage.
find_links_on_both_sides() {
  find_links_of_others "$1" "$cage$1"
}

# find_differences: sets differs when what the host has is not what the cage has.
find_differences() {
  differs=
  m_is_known conf same || {
    m_note_known conf differs
    if same_as "$named_conf" "$cage$named_conf"; then m_note_known conf same; else differs=1; fi
  }
  each_top differences_of
  while IFS= read -r further; do
    [ ! -f "$further" ] || same_as "$further" "$cage$further" || differs=1
  done <<EOT
$further_paths
EOT
}

# differences_of TOP: tree_differences without what named writes. If there are none, the rest of the run knows that.
differences_of() {
  differences_for=$1
  if m_is_known same "$1"; then
    : >"$m_work/differences"
    return 0
  fi
  m_note_known same no
  find_own_directories "$1"
  tree_differences "$1" "$cage$1"
  [ ! -s "$m_work/differences.conf" ] || m_note_known fit "$named_conf"
  drop_differences_of_named "$1"
  if [ -s "$m_work/differences" ]; then
    differs=1
  else
    m_note_known same "$1"
  fi
}

# guard_content: what replaces the content of a cage that serves goes live whole, and proved, or not at all: when the step
# does not end well, the run is rolled back.
guard_content() {
  [ -n "$differs" ] && ! in_plan && [ -f "$cage$named_conf" ] || return 0
  m_guard ':'
}

# record_hand_backs_of_content: this run makes the directories in which named will write, so its undo hands back, too.
record_hand_backs_of_content() {
  [ -n "$differs" ] && ! in_plan || return 0
  # It is the one that this run saw, if it lives.
  saw_named_alive || look_at_named
  find_ours
  look_at_serving
  record_hand_backs
}

# content_of_playbook: named.conf from the template, the zones from the operator's files.
content_of_playbook() {
  stage=$m_work/stage
  zones_are_complete
  stage_content
  tree_differences "$stage$namedb" "$cage$namedb"
  differs=
  if [ -s "$m_work/differences" ] || ! same_as "$stage$named_conf" "$cage$named_conf"; then
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

# zones_are_complete: each zone of a primary has its file, and each file its zone; a secondary knows whom to ask. All
# that is wrong is reported at once. Files in folders are what zones include.
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
    [ -z "$missing" ] || wrong=${wrong:+$wrong; }"zones that have no file of their name in zone_files:$missing"
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
    cp "$rndc_key" "$stage/etc/rndc.key"
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
  m_options 'owner= group= mode= validate=' --owner 0 --group 0 --mode 0644
  m_see "$m_path"
  # What named watches is the directory. Told before the change, so that a run that dies there owes the restart.
  [ "$m_type" = file ] && cmp -s "$m_content" "$stage$namedb/$1" || m_touched "$cage$namedb"
  m_place "$stage$namedb/$1" 0644
}

# caged_zones: prints name and checksum of the files below the cage's namedb that named does not
# write. What is not for everybody has - for a checksum, unless it is a zone: from one, a key could be guessed.
caged_zones() {
  : >"$m_work/zones.sums"
  zones_in=$cage$namedb/.
  [ -d "$zones_in" ] || return 0
  # What is open to everybody is printed twice.
  find "$zones_in" -name "*$m_nl*" -prune -o -type f -print -perm -004 -print 2>/dev/null | sort >"$m_work/zones.list"
  last=
  while IFS= read -r name; do
    [ "$name" != "$last" ] || printf '%s\n' "$name" >&3
    [ "$name" = "$last" ] || printf '%s\n' "$name"
    last=$name
  done <"$m_work/zones.list" >"$m_work/zones.all" 3>"$m_work/zones.open"
  while IFS= read -r name; do
    names_that_change "${name#"$zones_in/"}" || printf '%s\n' "$name"
  done <"$m_work/zones.all" >"$m_work/zones.kept"
  awk -F '\t' -v from="$zones_in/" -v top="$namedb/" -v sums="$m_work/zones.sum" '
    BEGIN { printf "" >sums }
    part == "facts" { if ($1 == "read" && $2 ~ /^zone / && index($3, top) == 1) told[from substr($3, length(top) + 1)] = 1; next }
    part == "open" { told[$0] = 1; next }
    $0 in told { print >sums; next }
    { print substr($0, length(from) + 1), "-" }' part=facts "$m_work/facts" part=open "$m_work/zones.open" part=list "$m_work/zones.kept" >"$m_work/zones.shut"
  # It prints a name where it is given one.
  [ ! -s "$m_work/zones.sum" ] || with_lines "$m_work/zones.sum" cksum >"$m_work/zones.sums" 2>/dev/null
  while IFS= read -r line; do
    printf '%s\n' "$line"
  done <"$m_work/zones.shut"
  while read -r sum size name; do
    printf '%s %s\n' "${name#"$zones_in/"}" "$sum"
  done <"$m_work/zones.sums"
}
