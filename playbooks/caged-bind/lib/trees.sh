# Resources of this playbook: copies of what the host has, in the cage: files and whole directories, never more open than
# there, and never closed to named.

# caged_tree DIRECTORY: the files below a directory of the host are in the cage. What named writes is copied once only,
# and is its own there. Nothing in the cage is removed.
caged_tree() {
  # This step may just have found them; what lies in the cage already is looked at again, part by part.
  [ "${differences_for-}" = "$1" ] || differences_of "$1"
  differences_for=
  as_one caged_tree "$cage$1" --together
  if is_own_place "$1"; then
    own_directory "$1"
  else
    IFS='|' read -r mode owner group name <"$m_work/differences.top"
    name_group "$group"
    directory "$cage$1" --owner "$owner" --group "$group" --mode "$mode" \
      --kept '*.jnl' --transient 'managed-keys*' --transient '*.mkeys*' --transient '_default.*'
  fi
  own_places "$1"
  while IFS='|' read -r mode owner group name <&5; do
    name_group "$group"
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

# drop_differences_of_named TOP: what named writes and has in the cage is none of the differences: it goes its own way
# there, and its directories are looked at by own_places.
drop_differences_of_named() {
  [ -s "$m_work/differences" ] || return 0
  own_listed=$m_nl
  while IFS= read -r name; do
    own_listed=$own_listed$name$m_nl
  done <"$m_work/own.names"
  while IFS='|' read -r mode owner group name; do
    if [ -f "$cage$1/$name" ] && names_that_change "$name" "$1"; then
      continue
    fi
    case $own_listed in *"$m_nl$name$m_nl"*) continue ;; esac
    printf '%s\n' "$mode|$owner|$group|$name"
  done <"$m_work/differences" >"$m_work/differences.left"
  while IFS= read -r line; do
    printf '%s\n' "$line"
  done <"$m_work/differences.left" >"$m_work/differences"
}

# name_group GROUP: sets group to a group of tree_differences: `=` is that of named.
name_group() {
  group=$1
  [ "$1" != = ] || group=$run_group
}

# fit_of FILE: sets fit_mode, fit_owner and fit_group to what the copy of FILE has in the cage.
fit_of() {
  fit_in=$m_work/differences.conf
  m_is_known fit "$1" || {
    fit_in=$m_work/fit
    ls -ldnL "$1" >"$m_work/fit.ls"
    fits <"$m_work/fit.ls" >"$fit_in"
  }
  IFS='|' read -r fit_mode fit_owner fit_group rest <"$fit_in"
  name_group "$fit_group"
  fit_group=$group
}

# fits: reads lines of `ls -ln`, prints `mode|owner|group|name` of each: what a copy of it has in the cage. Nobody may do
# more with it than on the host, but named may read it; named may not change it, whichever account owns it on the host. The group
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
      # Other members of the group on the host are left out here.
      g = dir ? (u % 2 ? 5 : 0) : (u >= 4 ? 4 : 0)
      if (!dir && u % 2 && u >= 4) g = 5
      if (gid == "=" && open && !g) g = o
      gid = "="
    }
    return "0" u g o "|" uid "|" gid
  }'
}

# find_odd DIRECTORY...: below them is a name with a line break, or a link that another account than root made.
find_odd() {
  find "$@" \( -name "*$m_nl*" -o -type l ! -user 0 \) -print >"$m_work/odd" 2>/dev/null || :
  [ -s "$m_work/odd" ]
}

# find_links_of_others DIRECTORY...: adds to links.others the links below them that another account than root made. What is below
# them is listed through links, which may lead over the whole host: root's are meant so, others are not followed. If nothing is
# odd, that is known of the first of them.
find_links_of_others() {
  find_odd "$@" || {
    m_note_known odd "$1"
    return 0
  }
  find "$@" -type l ! -user 0 -print 2>/dev/null >"$m_work/links.found" || :
  [ ! -s "$m_work/links.found" ] || tr -c '[:print:]\n' '?' <"$m_work/links.found" >>"$m_work/links.others"
}

# links_of_others: prints in words what find_links_of_others found, and what to do about each: where others may write, a link
# would not be followed even if it were root's.
links_of_others() {
  [ -s "$m_work/links.others" ] || return 0
  sort -u "$m_work/links.others" >"$m_work/links.sorted"
  links='' links_meant='' links_count=0
  while IFS= read -r link <&5; do
    links_count=$((links_count + 1))
    [ "$links_count" -le 8 ] || continue
    links="$links${links:+, }$link"
    ! m_walk "${link%/*}" || [ -n "$m_foreign$m_missing" ] || links_meant="$links_meant $link"
  done 5<"$m_work/links.sorted"
  [ "$links_count" -le 8 ] || links="$links and $((links_count - 8)) more"
  printf '%s may lead anywhere, because an account other than root made these symbolic links, and root does not follow them; ' "$links"
  [ -z "$links_meant" ] || printf 'make those root'\''s that are meant so (chown -h root%s); ' "$links_meant"
  printf 'replace a link by its target, or remove the link\n'
}

refuse_links_of_others() {
  : >"$m_work/links.others"
  find_links_of_others "$@"
  [ -s "$m_work/links.others" ] || return 0
  links=$(links_of_others)
  [ -z "$links" ] || fail "$links"
}

# tree_differences FROM TO: writes into the file `differences` what is below FROM and is not below TO as it should be:
# missing, of another kind, mode or owner, or with other content. The lines are `mode|owner|group|name`, as of `fits`. FROM
# itself goes into `differences.top`, and the host's named.conf, if it is there, into `differences.conf`. It starts few
# processes, however many files there are.
tree_differences() {
  [ -d "$1" ] || fail "there is no directory $1"
  # Both at once; which of them it is, is found out if there is one.
  if ! m_is_known odd "$1" && find_odd "$1" "$2"; then
    broken=$(find "$1" "$2" -name "*$m_nl*" -print 2>/dev/null | head -n 2 | tr '\n' '?')
    [ -z "$broken" ] || fail "a name holds a line break, and no file of the content has one: $broken; rename or remove it"
    refuse_links_of_others "$1" "$2"
  fi
  prepare_fits
  # It opens what is there, and that may be a pipe by then.
  diff_said=/dev/null
  if [ -d "$2" ]; then
    within 600 diff -rq "$1" "$2" || [ "$within_status" != late ] || fail "$1 and $2 cannot be compared: something in them has no end"
    diff_said=$m_work/within.out
  fi
  {
    # named.conf comes first, and in the listing of a directory itself is the dot.
    printf '=from\n'
    (cd "$1" && ls -lnRLa "$named_conf" .) || :
    printf '\n=to\n'
    [ ! -d "$2" ] || (cd "$2" && ls -lnRLa .) || :
  } 2>/dev/null </dev/null >"$m_work/differences.in"
  printf '\n=diff %s\n' "${#1} ${#2}" >>"$m_work/differences.in"
  awk -v work="$m_work/differences." -v conf="$named_conf" -v ru="$fits_uid" -v rg="$m_id" "$fit_functions"'
    BEGIN { printf "" >(work "conf") }
    /^=from$/ { in_no_folder = 1; next }
    /^=to$/ { to = 1; folder = ""; next }
    /^=diff / { to = 2; from = $2; into = $3; next }
    to == 2 && /^Files .* differ$/ {
      # "Files FROM/NAME and TO/NAME differ": the lengths tell where NAME is, whatever is in it.
      size = (length($0) - from - into - 20) / 2
      content[substr($0, 8 + from, size)] = 1
      next
    }
    to == 2 { next }
    in_no_folder && substr($0, length($0) - length(conf)) == " " conf { print fit($1, $3, $4) "|." >(work "conf"); next }
    /^\.\/?.*:$/ { in_no_folder = 0; folder = substr($0, 3, length($0) - 3); if (folder != "") folder = folder "/"; next }
    NF < 9 { next }
    {
      name = $0
      # The size before the time is no part of it: content is the business of diff.
      for (i = 1; i <= 7; i++) sub(/^[^ ]+ +/, "", name)
      sub(/^[^ ]+ /, "", name)
      if (name == "." && folder == "" && !to) print fit($1, $3, $4) "|." >(work "top")
      if (name == "." || name == "..") next
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
    }' "$m_work/differences.in" "$diff_said" >"$m_work/differences"
}
