# Resources of this playbook: the configuration and the zones in the cage.

# content_of_host: named.conf and the zone directory of the host, as they are there.
content_of_host() {
  refuse_zones_without_place
  find_own_directories
  tree_differences "$namedb" "$cage$namedb"
  drop_differences_of_named
  if [ -s "$m_work/differences" ] || ! cmp -s "$named_conf" "$cage$named_conf"; then
    # They stand where they will be seen from in the cage, so they can be checked where they are.
    check_before
  fi
  directory "$cage/etc"
  copy "$cage$named_conf" --from "$named_conf"
  caged_tree "$namedb"
}

# content_of_playbook: named.conf from the template, the zones from the operator's files.
content_of_playbook() {
  stage=$m_work/stage
  zones_are_complete
  stage_content
  tree_differences "$stage$namedb" "$cage$namedb"
  if [ -s "$m_work/differences" ] || ! cmp -s "$stage$named_conf" "$cage$named_conf"; then
    check_before -t "$stage"
  fi
  directory "$cage/etc"
  template "$cage$named_conf" --source named.conf
  directory "$cage$namedb" --transient '*.jnl' --transient 'managed-keys*' --transient '*.mkeys*' --transient '_default.*'
  case $role in
    primary) zone_files ;;
    # named itself writes here what it transfers.
    secondary) directory "$cage$namedb/secondary" --owner "$run_user" --group "$run_group" --mode 0775 --transient '*' ;;
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
  while IFS= read -r name <&5; do
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
# and is its own there. Nothing in the cage is removed. After tree_differences and drop_differences_of_named.
caged_tree() {
  as_one caged_tree "$cage$1"
  directory "$cage$1" --owner 0 --group 0 --mode 0755 \
    --transient '*.jnl' --transient 'managed-keys*' --transient '*.mkeys*' --transient '_default.*'
  own_places
  while IFS= read -r name <&5; do
    if [ -d "$1/$name" ]; then
      directory "$cage$1/$name"
    elif [ ! -f "$1/$name" ]; then
      continue
    elif names_that_change "$name"; then
      copy "$cage$1/$name" --from "$1/$name" --once --owner "$run_user" --group "$run_group"
    else
      copy "$cage$1/$name" --from "$1/$name"
    fi
  done 5<"$m_work/differences"
  as_one_end
}

# drop_differences_of_named: what named writes and has in the cage is none of the differences: it goes its own way there.
drop_differences_of_named() {
  while IFS= read -r name; do
    [ -f "$cage$namedb/$name" ] && names_that_change "$name" || printf '%s\n' "$name"
  done <"$m_work/differences" >"$m_work/differences.left"
  mv "$m_work/differences.left" "$m_work/differences"
}

# --- both --------------------------------------------------------------------------------------------------------

# tree_differences FROM TO: into the file `differences`, a name a line, what is below FROM and is not the same below
# TO: missing, of another kind, mode or owner, or with other content. Three processes, however many files there are.
tree_differences() {
  [ -d "$1" ] || fail "there is no directory $1"
  {
    (cd "$1" && ls -lnRL .) || :
    printf '\n=to\n'
    (cd "$2" && ls -lnRL .) || :
    printf '\n=diff %s\n' "${#1} ${#2}"
    diff -rq "$1" "$2" || :
  } 2>/dev/null </dev/null >"$m_work/differences.in"
  awk '
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
      what = $1 " " $3 " " $4
      if (to) there[name] = what
      else { order[++n] = name; here[name] = what }
    }
    END {
      for (i = 1; i <= n; i++) {
        name = order[i]
        if (here[name] ~ /^d/ ? there[name] !~ /^d/ : there[name] != here[name] || name in content) print name
      }
    }' "$m_work/differences.in" >"$m_work/differences"
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
# serve it; in a plan that has yet to bring the program, not at all.
check_before() {
  if in_plan && ! is_there "$program"; then
    return 0
  fi
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
