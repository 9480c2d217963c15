# What changes hands beside the sockets: what the old named wrote until its end, and what an rc script puts into the cage.

# serves_from_host: after look_at_serving: true when the named that serves writes below the host's own namedb, so that its
# last words are there and not in the cage.
serves_from_host() {
  [ "$config_from" = host ] && [ -n "$old_pid" ] && [ -z "$old_is_ours" ] || return 1
  ! same_file "$namedb/." "$cage$namedb/."
}

# take_over FIND-OPTION...: copies into the cage what the old named wrote on the host since the content was laid out there:
# zones, journals, keys. Journaled, so that what is replaced is kept. Sets taken to the number of files.
take_over() {
  m_uid_of "$run_user"
  taken_uid=$m_id
  m_gid_of "$run_group"
  taken_gid=$m_id
  taken=0
  while IFS= read -r top <&6; do
    [ -d "$top" ] && [ -d "$cage$top" ] || continue
    find_changing "$top" -links 1 ${1+"$@"}
    differing_names "$top" "$cage$top" "$m_work/changing" >"$m_work/taken.names"
    while IFS= read -r name <&5; do
      take_file "$top/$name" "$cage$top/$name"
    done 5<"$m_work/taken.names"
    drop_old_journals "$top"
  done 6<<EOT
$namedb
$further_paths
EOT
}

# find_changing TOP FIND-OPTION...: into $m_work/changing, the names of the plain files below TOP that named itself writes, also below
# links to directories that root made. Other links are not followed: an account that may write there can let them lead anywhere. A
# name with a line break is nobody's zone.
find_changing() {
  changing_top=$1
  shift
  # What find saw as a link is printed twice.
  find "$changing_top/." -name "*$m_nl*" -prune -o -type f "$@" -print -o -type l -user 0 -print -print >"$m_work/changing.seen" 2>/dev/null || :
  last=
  while IFS= read -r name <&7; do
    if [ "$name" != "$last" ]; then
      [ -z "$last" ] || printf '%s\n' "$last"
      last=$name
    else
      last=
      [ ! -d "$name" ] || find "$name/." -name "*$m_nl*" -prune -o -type f "$@" -print 2>/dev/null || :
    fi
  done 7<"$m_work/changing.seen" >"$m_work/changing.found"
  [ -z "$last" ] || printf '%s\n' "$last" >>"$m_work/changing.found"
  while IFS= read -r name; do
    name=${name#"$changing_top/./"}
    case $name in */./*) name=${name%%/./*}/${name#*/./} ;; esac
    ! names_that_change "$name" "$changing_top" || printf '%s\n' "$name"
  done <"$m_work/changing.found" >"$m_work/changing"
}

# refuse_second_names: a file that named writes and that has other names (hard links) may be anybody's: it is not copied, and
# named would lose what is in it.
refuse_second_names() {
  while IFS= read -r top <&6; do
    [ -d "$top" ] || continue
    find_changing "$top" -links +1
    differing_names "$top" "$cage$top" "$m_work/changing" >"$m_work/second.found"
    while IFS= read -r name; do
      printf '%s\n' "$top/$name"
    done <"$m_work/second.found"
  done 6<<EOT >"$m_work/second.names"
$namedb
$further_paths
EOT
  [ ! -s "$m_work/second.names" ] || fail "named writes these files, but they have other names (hard links), so another account may own them: $(head -n 5 "$m_work/second.names" | tr '\n' ' ')remove their other names; nothing was stopped"
}

# take_file FROM TO: both are where named may write, and may be something else at any moment.
take_file() {
  m_read "$1" "$m_work/taken.file" "$m_copy_most" || fail "cannot copy $1, which the old named wrote: $m_read_why"
  m_octal "$m_read_bits"
  taken_mode=$m_mode
  ! m_read "$2" "$m_work/taken.there" "$m_copy_most" || ! cmp -s "$m_work/taken.file" "$m_work/taken.there" || return 0
  m_parent "$2"
  [ -d "$m_dir" ] || own_directory "${m_dir#"$cage"}"
  m_digest "$m_work/taken.file"
  m_hold "$2" || fail "cannot copy $1: $m_hold_why"
  m_journal_path "$2" "file|$taken_mode|$taken_uid|$taken_gid|$m_digest_value" '' '*'
  m_put "$m_work/taken.file" "$2" "$taken_mode" "$taken_uid" "$taken_gid" ||
    fail "cannot copy $1, which the old named wrote${m_hold_why:+: $m_hold_why}"
  m_let_go
  taken=$((taken + 1))
}

# drop_old_journals TOP: a journal in the cage that the host has not belongs to another zone file than the one that was
# taken over: named would not load that zone.
drop_old_journals() {
  (cd "$cage$1" && find . -name "*$m_nl*" -prune -o -type f -name '*.jnl' -print) 2>/dev/null >"$m_work/taken.journals" || :
  while IFS= read -r name <&5; do
    name=${name#./}
    [ ! -f "$1/$name" ] && [ -f "$1/${name%.jnl}" ] && names_that_change "$name" "$1" || continue
    m_hold "$cage$1/$name" || fail "cannot remove $cage$1/$name: $m_hold_why"
    m_journal_path "$cage$1/$name" 'absent|-|-|-|-' '' '*'
    m_unlink "$cage$1/$name" || fail "cannot remove $cage$1/$name, the journal of another zone file"
    m_let_go
  done 5<"$m_work/taken.journals"
}

# record_hand_backs: what the caged named writes from here on goes back to where the old one looks for it, when the run is
# undone: zones that were updated, journals, keys. Not logs, nor what named makes again by itself.
record_hand_backs() {
  serves_from_host || return 0
  while IFS= read -r top <&6; do
    [ -d "$top" ] || continue
    set --
    patterns=$zones_change
    while IFS= read -r place; do
      case $place in "$top"/*) patterns="$patterns$m_nl${place#"$top"/}/*" ;; esac
    done <"$m_work/own.auto"
    set -f
    for pattern in $patterns; do
      case $pattern in managed-keys* | *mkeys | cache/*) continue ;; esac
      place=${pattern%/*}
      if holds_logs "$top/$place"; then
        continue
      elif [ "$pattern" != "$place" ] && [ -h "$top/$place" ] && m_walk "$top/$place" && [ "$m_real" != "$top/$place" ]; then
        # By its own name, which root's links lead to: a rollback follows none, and root none that others made.
        m_record_hand_back "$cage$top/$place" "$m_real" '*'
      else
        set -- ${1+"$@"} "$pattern"
      fi
    done
    set +f
    [ $# -eq 0 ] || m_record_hand_back "$cage$top" "$top" "$@"
  done 6<<EOT
$namedb
$further_paths
EOT
}

# holds_logs DIRECTORY: named writes there what nobody needs back: the old one goes on with its own.
holds_logs() {
  while IFS= read -r logs_at; do
    [ "$logs_at" != "$1" ] || return 0
  done <"$m_work/own.logs"
  return 1
}

# list_cage FILE: what is in the cage, but for what named itself makes there, into FILE.
list_cage() {
  own_directories >"$m_work/cage.own"
  listing >"$m_work/listing"
  sh "$m_work/listing" >"$1"
}

# listing: prints a sh text that prints what is in the cage, a path a line. In directories of its own, named can give names
# with a line break, behind which anybody's path may stand.
listing() {
  m_quote "$cage"
  printf "cage=%s own='%s'\n" "$m_quoted" "$m_work/cage.own"
  printf '%s\n' "nl='
'" '
find "$cage" -xdev -name "*$nl*" -prune -o -print 2>/dev/null | awk -v own="$own" -v cage="$cage" '\''
  BEGIN { while ((getline line < own) > 0) mine[line] = 1 }
  {
    if (index($0, cage "/") != 1 || index($0, cage "/dev/") == 1) next
    for (top in mine) if (index($0, top "/") == 1) next
    print
  }'\'' | sort'
}

# record_found: after list_cage "$m_work/cage.before": what the rc script put into the cage at this start is the run's: an undo removes it.
record_found() {
  list_cage "$m_work/cage.after"
  comm -13 "$m_work/cage.before" "$m_work/cage.after" >"$m_work/cage.found"
  while IFS= read -r path <&5; do
    m_record_made "$path"
  done 5<"$m_work/cage.found"
}

# end_of_found: prints a sh text that removes what was put into the cage since `cage.before`, if the run is rolled back before
# record_found. Only root can have put it there.
end_of_found() {
  printf "[ -f '%s/cage.before' ] || exit 0\n{\n" "$m_work"
  listing
  # shellcheck disable=SC2016
  printf '%s\n' "} | comm -13 '$m_work/cage.before' - |" 'sort -r | while IFS= read -r path; do
  [ ! -h "$path" ] && [ -d "$path" ] && rmdir "$path" || rm -f "$path"
done'
}

# record_managed_keys: the keys that named manages itself (RFC 5011) it makes again wherever it starts. In a directory of the
# cage that was there before the run, those of the caged one go when it is undone, and any that were there stay.
record_managed_keys() {
  undo=
  {
    printf '%s\n' "$cage$namedb"
    own_directories
  } >"$m_work/managed.places"
  while IFS= read -r place <&5; do
    [ -d "$place" ] || continue
    m_walk "$place" && [ -z "$m_missing" ] && ! m_made "$place" || continue
    undo="$undo$(end_of_managed_keys "$m_real")$m_nl"
  done 5<"$m_work/managed.places"
  [ -z "$undo" ] || m_record_command 'keys that named manages itself' "$undo"
}

# end_of_managed_keys DIRECTORY: prints a sh text that removes those that are not in DIRECTORY now. It goes there first, so that
# nothing but a name in it can be meant.
end_of_managed_keys() {
  m_quote "$1"
  printf '(cd %s 2>/dev/null && [ "$(pwd -P)" = %s ] || exit 0\n' "$m_quoted" "$m_quoted"
  printf 'for name in managed-keys.bind managed-keys.bind.jnl *.mkeys *.mkeys.jnl; do case $name in'
  (cd "$1" && for name in managed-keys.bind managed-keys.bind.jnl *.mkeys *.mkeys.jnl; do
    case $name in *"$m_nl"*) continue ;; esac
    ! is_there "./$name" || {
      m_quote "$name"
      printf ' %s) ;;' "$m_quoted"
    }
  done)
  printf ' *) rm -f "./$name" ;; esac; done)'
}
